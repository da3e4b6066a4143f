//! [`Pipeline`] → `selfheal.toml`, for `selfheal init`.

use std::fmt::Write as _;

use super::model::{DEFAULT_MAX_PARALLEL, DEFAULT_READY_TIMEOUT_MS, DEFAULT_RUNNER, Detection};
use super::model::{Grant, Healing, Patches, Pipeline, Ready, Service, Stage, StageOrder, WorkspaceGrant};
use super::quarantine::Quarantine;
use super::units::{format_duration, format_size};
use crate::remedy::{CommandLine, Limits};

impl Pipeline {
    /// The pipeline as a file that [`super::parse`] reads back: everything but the reasons and evidence of stages, which
    /// become comments, and stages without a runner, which get the default one. Settings that have their default value are
    /// left out.
    pub fn to_toml(&self) -> String {
        let mut file = String::from("[pipeline]\n");
        put(&mut file, "name", text(&self.name));
        if let Some(ms) = self.timeout_ms {
            put(&mut file, "timeout", text(&format_duration(ms)));
        }
        if self.max_parallel != DEFAULT_MAX_PARALLEL {
            put(&mut file, "max-parallel", self.max_parallel);
        }
        if self.order == StageOrder::File {
            put(&mut file, "order", text("file"));
        }
        if !self.secrets.is_empty() {
            put(&mut file, "secrets", texts(&self.secrets));
        }
        for stage in &self.stages {
            write_stage(&mut file, stage);
        }
        write_detection(&mut file, &self.detection);
        write_healing(&mut file, &self.healing);
        for entry in &self.quarantine {
            file.push_str(&format!("\n{}", entry.to_toml()));
        }
        self.write_plugins(&mut file);
        file
    }

    fn write_plugins(&self, file: &mut String) {
        let plugins = &self.plugins;
        let mut body = String::new();
        if let Some(dir) = &plugins.dir {
            put(&mut body, "dir", text(dir));
        }
        if !plugins.disabled.is_empty() {
            put(&mut body, "disabled", texts(&plugins.disabled));
        }
        section(file, "plugins", &body);
        for (id, grant) in &plugins.grants {
            file.push_str(&format!("\n[plugins.grants.{}]\n", key(id)));
            write_grant(file, grant);
        }
        for (id, json) in &plugins.config {
            file.push_str(&format!("\n[plugins.config.{}]\n", key(id)));
            if let Ok(serde_json::Value::Object(table)) = serde_json::from_str(json) {
                for (name, value) in &table {
                    if let Some(value) = inline(value) {
                        put(file, &key(name), value);
                    }
                }
            }
        }
    }
}

impl Quarantine {
    /// The entry as lines of `selfheal.toml`.
    pub fn to_toml(&self) -> String {
        let mut lines = String::from("[[quarantine]]\n");
        put(&mut lines, "stage", text(self.stage.as_str()));
        put(&mut lines, "signature", text(self.signature.as_str()));
        put(&mut lines, "owner", text(&self.owner));
        put(&mut lines, "until", text(&self.until.to_string()));
        put(&mut lines, "reason", text(&self.reason));
        lines
    }
}

fn write_stage(file: &mut String, stage: &Stage) {
    file.push('\n');
    if let Some(reason) = &stage.reason {
        file.push_str(&format!("# {}\n", comment(reason)));
    }
    if !stage.evidence.is_empty() {
        let evidence: Vec<String> = stage.evidence.iter().map(|place| comment(place)).collect();
        file.push_str(&format!("# Shown by {}.\n", evidence.join(", ")));
    }
    file.push_str("[[stage]]\n");
    put(file, "name", text(stage.name.as_str()));
    if !stage.needs.is_empty() {
        let needs: Vec<&str> = stage.needs.iter().map(|need| need.as_str()).collect();
        put(file, "needs", texts(&needs));
    }
    match &stage.command {
        CommandLine::Shell(script) => put(file, "run", text(script)),
        CommandLine::Argv(argv) => put(file, "run", texts(argv)),
    }
    if let Some(runner) = stage.runner.as_ref().filter(|runner| *runner != DEFAULT_RUNNER) {
        put(file, "runner", text(runner));
    }
    if stage.directory != "." {
        put(file, "directory", text(&stage.directory));
    }
    if !stage.env.is_empty() {
        let pairs: Vec<String> =
            stage.env.iter().map(|(name, value)| format!("{} = {}", key(name), text(value))).collect();
        put(file, "env", format!("{{ {} }}", pairs.join(", ")));
    }
    if let Some(ms) = stage.limits.timeout_ms {
        put(file, "timeout", text(&format_duration(ms)));
    }
    let resources = resources(&stage.limits);
    if !resources.is_empty() {
        put(file, "resources", format!("{{ {} }}", resources.join(", ")));
    }
    if !stage.is_idempotent {
        put(file, "idempotent", false);
    }
    if stage.may_fail {
        put(file, "allow-failure", true);
    }
    if let Some(when) = &stage.when {
        put(file, "when", text(when.as_str()));
    }
    if !stage.inputs.is_empty() {
        put(file, "inputs", texts(&stage.inputs));
    }
    if !stage.outputs.is_empty() {
        put(file, "outputs", texts(&stage.outputs));
    }
    if !stage.services.is_empty() {
        file.push_str("services = [\n");
        for service in &stage.services {
            file.push_str(&format!("  {},\n", inline_service(service)));
        }
        file.push_str("]\n");
    }
}

fn inline_service(service: &Service) -> String {
    let ready = match &service.ready {
        Ready::Port { port } => format!("port = {port}"),
        Ready::PortOf { variable } => format!("port = {}", basic(&format!("${variable}"))),
        Ready::Http { url } => format!("http = {}", basic(url)),
        Ready::Command { command } => format!("command = {}", inline_command(command)),
        Ready::Log { text } => format!("log = {}", basic(text)),
    };
    let mut pairs = vec![
        format!("name = {}", basic(&service.name)),
        format!("run = {}", inline_command(&service.command)),
        format!("ready = {{ {ready} }}"),
    ];
    if service.timeout_ms != DEFAULT_READY_TIMEOUT_MS {
        pairs.push(format!("timeout = {}", basic(&format_duration(service.timeout_ms))));
    }
    if !service.env.is_empty() {
        let env: Vec<String> =
            service.env.iter().map(|(name, value)| format!("{} = {}", key(name), basic(value))).collect();
        pairs.push(format!("env = {{ {} }}", env.join(", ")));
    }
    format!("{{ {} }}", pairs.join(", "))
}

fn inline_command(command: &CommandLine) -> String {
    match command {
        CommandLine::Shell(script) => basic(script),
        CommandLine::Argv(argv) => texts(argv),
    }
}

fn resources(limits: &Limits) -> Vec<String> {
    let memory = limits.memory_bytes.map(|bytes| format!("memory = {}", text(&format_size(bytes))));
    let cpu = limits.cpu_ms.map(|ms| format!("cpu = {}", text(&format_duration(ms))));
    let open_files = limits.open_files.map(|number| format!("open-files = {number}"));
    let jobs = limits.jobs.map(|number| format!("jobs = {number}"));
    [memory, cpu, open_files, jobs].into_iter().flatten().collect()
}

fn write_detection(file: &mut String, detection: &Detection) {
    let default = Detection::default();
    let mut body = String::new();
    if detection.confidence_threshold != default.confidence_threshold {
        put(&mut body, "confidence-threshold", format!("{:?}", detection.confidence_threshold));
    }
    if detection.pattern_matching != default.pattern_matching {
        put(&mut body, "pattern-matching", detection.pattern_matching);
    }
    if detection.learning != default.learning {
        put(&mut body, "learning", detection.learning);
    }
    section(file, "detection", &body);
}

fn write_healing(file: &mut String, healing: &Healing) {
    let default = Healing::default();
    let mut body = String::new();
    if healing.mode != default.mode {
        put(&mut body, "mode", text(healing.mode.as_str()));
    }
    if healing.max_attempts != default.max_attempts {
        put(&mut body, "max-attempts", healing.max_attempts);
    }
    if healing.patches != default.patches {
        let patches = match healing.patches {
            Patches::Propose => "propose",
            Patches::Apply => "apply",
        };
        put(&mut body, "patches", text(patches));
    }
    if healing.cpu_budget_ms != default.cpu_budget_ms {
        put(&mut body, "cpu-budget", text(&format_duration(healing.cpu_budget_ms)));
    }
    if healing.time_budget_ms != default.time_budget_ms {
        put(&mut body, "time-budget", text(&format_duration(healing.time_budget_ms)));
    }
    if healing.control_rate != default.control_rate {
        put(&mut body, "control-rate", format!("{:?}", healing.control_rate));
    }
    if healing.rollback != default.rollback {
        put(&mut body, "rollback", healing.rollback);
    }
    section(file, "healing", &body);
    let mut modes = String::new();
    for (strategy, mode) in &healing.modes {
        put(&mut modes, strategy, text(mode.as_str()));
    }
    section(file, "healing.modes", &modes);
}

fn write_grant(file: &mut String, grant: &Grant) {
    if let Some(digest) = &grant.digest {
        put(file, "digest", text(digest));
    }
    if !grant.process.is_empty() {
        put(file, "process", texts(&grant.process));
    }
    if let Some(WorkspaceGrant::Read) = grant.workspace {
        put(file, "workspace", text("read"));
    }
    if !grant.http.is_empty() {
        put(file, "http", texts(&grant.http));
    }
    if grant.state {
        put(file, "state", true);
    }
    if grant.clock {
        put(file, "clock", true);
    }
}

fn section(file: &mut String, name: &str, body: &str) {
    if !body.is_empty() {
        file.push_str(&format!("\n[{name}]\n{body}"));
    }
}

fn put(file: &mut String, key: &str, value: impl std::fmt::Display) {
    writeln!(file, "{key} = {value}").expect("writing to a String cannot fail");
}

fn key(name: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !name.is_empty() && name.chars().all(is_bare) { name.to_owned() } else { basic(name) }
}

/// A TOML string: over several lines where the text has several and needs no escapes, else a basic one.
fn text(text: &str) -> String {
    let is_plain = text.chars().all(|c| c == '\n' || !c.is_control());
    let is_short_of_quotes = !text.contains("'''") && !text.ends_with('\'');
    if text.contains('\n') && is_plain && is_short_of_quotes {
        return format!("'''\n{text}'''");
    }
    basic(text)
}

fn basic(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

fn texts(words: &[impl AsRef<str>]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| basic(word.as_ref())).collect();
    format!("[{}]", quoted.join(", "))
}

/// JSON as a TOML value on one line; `None` for null, which TOML does not have.
fn inline(value: &serde_json::Value) -> Option<String> {
    Some(match value {
        serde_json::Value::Null => return None,
        serde_json::Value::Bool(flag) => flag.to_string(),
        serde_json::Value::Number(number) => number.to_string(),
        serde_json::Value::String(text) => basic(text),
        serde_json::Value::Array(values) => {
            format!("[{}]", values.iter().filter_map(inline).collect::<Vec<_>>().join(", "))
        }
        serde_json::Value::Object(table) => {
            let pair = |(name, value): (&String, _)| Some(format!("{} = {}", key(name), inline(value)?));
            format!("{{ {} }}", table.iter().filter_map(pair).collect::<Vec<_>>().join(", "))
        }
    })
}

/// A text that stays in its comment, whatever a planner wrote.
fn comment(text: &str) -> String {
    let one_line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    one_line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
