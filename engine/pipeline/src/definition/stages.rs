//! `[[stage]]` tables → drafts, whose matrix and needs are not resolved yet.

use std::collections::{BTreeMap, HashMap};

use super::matrix::Axis;
use super::model::Stage;
use super::native::{MAX_DURATION_MS, narrow};
use super::problem::{ProblemKind, Report};
use super::reader::{Misplaced, Table, entries_of};
use super::services;
use super::tree::{Entry, Node, Span, Value};
use super::when::When;
use crate::glob::PathPattern;
use crate::remedy::{CommandLine, Limits};

/// Characters of a stage's name.
pub(crate) const MAX_NAME: usize = 100;

/// A stage as it stands in the file.
pub(super) struct Draft {
    /// The stage without its needs.
    pub(super) stage: Stage,
    /// Where its name stands.
    pub(super) name_span: Span,
    /// What it needs, as written, and where.
    pub(super) needs: Vec<(String, Span)>,
    /// Where its matrix stands, and the axes of it.
    pub(super) matrix: Option<(Span, Vec<Axis>)>,
}

/// Reads the list of stages. Stages whose name cannot be told are reported and left out.
pub(super) fn read(entry: Option<&Entry>, report: &mut Report<'_>) -> Vec<Draft> {
    let end = report.text().trim_end().len();
    let Some(entry) = entry else {
        report.error(&(end..end), ProblemKind::NoStage);
        return Vec::new();
    };
    let Value::List(nodes) = &entry.node.value else {
        report.error(&entry.key_span, ProblemKind::StageNotList);
        return Vec::new();
    };
    if nodes.is_empty() {
        report.error(&entry.key_span, ProblemKind::NoStage);
    }
    let mut drafts: Vec<Draft> = Vec::with_capacity(nodes.len());
    let mut first_lines: HashMap<String, usize> = HashMap::new();
    for node in nodes {
        let Some(draft) = read_stage(node, report) else {
            continue;
        };
        let name = draft.stage.name.as_str().to_owned();
        let line = report.line_of(draft.name_span.start);
        if let Some(&first_line) = first_lines.get(&name) {
            report.error(&draft.name_span, ProblemKind::DuplicateStage { name, first_line });
        } else {
            first_lines.insert(name, line);
            drafts.push(draft);
        }
    }
    drafts
}

fn read_stage(node: &Node, report: &mut Report<'_>) -> Option<Draft> {
    const KEYS: &[&str] = &[
        "name",
        "run",
        "needs",
        "runner",
        "directory",
        "env",
        "timeout",
        "resources",
        "idempotent",
        "when",
        "matrix",
        "allow-failure",
        "environment",
        "inputs",
        "outputs",
        "services",
    ];
    const MISPLACED: Misplaced = &[
        ("command", "did you mean `run`?"),
        ("cmd", "did you mean `run`?"),
        ("script", "did you mean `run`?"),
        ("depends-on", "did you mean `needs`?"),
        ("dependencies", "did you mean `needs`?"),
        ("cwd", "did you mean `directory`?"),
        ("dir", "did you mean `directory`?"),
        ("working-directory", "did you mean `directory`?"),
        ("if", "did you mean `when`?"),
        ("continue-on-error", "did you mean `allow-failure`?"),
        ("memory", "it belongs in `resources`: resources = { memory = … }"),
        ("cpu", "it belongs in `resources`: resources = { cpu = … }"),
        ("open-files", "it belongs in `resources`: resources = { open-files = … }"),
        ("jobs", "it belongs in `resources`: resources = { jobs = … }"),
    ];
    let table = Table::open(node, "[[stage]]", KEYS, MISPLACED, report)?;
    let named = table.get("name");
    if named.is_none() {
        let label = "a [[stage]]".to_owned();
        report.error(&node.span, ProblemKind::MissingKey { key: "name", table: label, example: "name = \"test\"" });
    }
    let name = named.and_then(|it| it.text(report).map(|name| (name, it.node.span.clone())));
    if let Some((name, span)) = &name {
        check_name(name, span, report);
    }
    let (name, name_span) = name.unwrap_or(("?", node.span.clone()));
    let is_named = name != "?" || named.is_some_and(|it| matches!(it.node.value, Value::Text(_)));

    let command = read_command(table.get("run"), name, &node.span, report);
    let mut stage = Stage::new(name, command.unwrap_or_else(|| CommandLine::Shell(String::new())));
    if let Some(runner) = table.get("runner").and_then(|it| it.filled_text("the id of a plugin", report)) {
        stage.runner = Some(runner.to_owned());
    }
    if let Some(entry) = table.get("directory")
        && let Some(directory) = entry.filled_text("a relative path such as \"web\"", report)
    {
        stage.directory = normal_directory(directory).unwrap_or_else(|| {
            let (key, path) = (entry.key.clone(), directory.to_owned());
            report.error(&entry.node.span, ProblemKind::OutsideWorkspace { key, path });
            ".".to_owned()
        });
    }
    stage.env = table.get("env").map(|it| read_env(it, report)).unwrap_or_default();
    stage.limits = table.get("resources").map(|it| read_resources(it, report)).unwrap_or_default();
    stage.limits.timeout_ms = table.get("timeout").and_then(|it| it.duration_ms(1..=MAX_DURATION_MS, report));
    stage.when = table.get("when").and_then(|it| read_when(it, report));
    stage.may_fail = table.get("allow-failure").and_then(|it| it.flag(report)).unwrap_or(false);
    // What reaches the outside world is not repeated unless its author says that it may be.
    let environment =
        table.get("environment").and_then(|it| it.filled_text("the environment's name, such as \"staging\"", report));
    let is_idempotent = table.get("idempotent").and_then(|it| it.flag(report));
    stage.is_idempotent = is_idempotent.unwrap_or(environment.is_none());
    read_cache(&table, &mut stage, report);
    stage.services = table.get("services").map(|it| services::read(it, name, report)).unwrap_or_default();
    let needs = table.get("needs").and_then(|it| it.texts(report)).unwrap_or_default();
    let needs = needs.into_iter().map(|(need, span)| (need.to_owned(), span.clone())).collect();
    let matrix = table.get("matrix").map(|it| (it.key_span.clone(), Axis::read_all(it, report)));
    is_named.then_some(Draft { stage, name_span, needs, matrix })
}

/// What a stage reads and makes, so that its outputs can be kept. Each list alone has its limits: a stage without `outputs`
/// is kept as passed, one without `inputs` is never kept.
fn read_cache(table: &Table<'_>, stage: &mut Stage, report: &mut Report<'_>) {
    stage.inputs = table.get("inputs").map(|it| read_patterns(it, report)).unwrap_or_default();
    stage.outputs = table.get("outputs").map(|it| read_patterns(it, report)).unwrap_or_default();
    if let Some(entry) = table.get("outputs") {
        for (text, span) in entry.texts(report).unwrap_or_default() {
            // Putting outputs back removes what is stale among them; that must not be anything in the workspace.
            if PathPattern::parse(text).is_ok_and(|pattern| pattern.base().is_empty()) {
                report.error(span, ProblemKind::WideOutput { pattern: text.to_owned() });
            }
        }
        if stage.inputs.is_empty() && table.get("inputs").is_none() {
            let reason = "without `inputs` nobody can tell when they are out of date, so they are not kept";
            report.warn(&entry.key_span, ProblemKind::Idle { key: entry.key.clone(), reason });
        }
    }
    if let Some(entry) = table.get("inputs").filter(|_| !stage.is_idempotent) {
        let reason = "the stage is not idempotent, so it runs every time";
        report.warn(&entry.key_span, ProblemKind::Idle { key: entry.key.clone(), reason });
    }
}

fn read_patterns(entry: &Entry, report: &mut Report<'_>) -> Vec<String> {
    let mut patterns = Vec::new();
    for (text, span) in entry.texts(report).unwrap_or_default() {
        match PathPattern::parse(text) {
            Ok(_) => patterns.push(text.to_owned()),
            Err(problem) => {
                let (key, pattern) = (entry.key.clone(), text.to_owned());
                report.error(span, ProblemKind::BadPattern { key, pattern, problem });
            }
        }
    }
    patterns
}

fn check_name(name: &str, span: &Span, report: &mut Report<'_>) {
    if let Some(problem) = name_problem(name) {
        report.error(span, ProblemKind::BadStageName { name: name.to_owned(), problem });
    }
}

/// What is wrong with a stage's name.
pub(super) fn name_problem(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        Some("is empty")
    } else if name.trim() != name {
        Some("begins or ends with a blank")
    } else if name.chars().count() > MAX_NAME {
        Some("is too long")
    } else if name.chars().any(char::is_control) {
        Some("holds a control character")
    } else {
        None
    }
}

pub(super) fn read_command(
    entry: Option<&Entry>,
    stage: &str,
    span: &Span,
    report: &mut Report<'_>,
) -> Option<CommandLine> {
    let Some(entry) = entry else {
        let table = format!("stage `{stage}`");
        report.error(span, ProblemKind::MissingKey { key: "run", table, example: "run = \"make test\"" });
        return None;
    };
    let command = match &entry.node.value {
        Value::Text(_) => CommandLine::Shell(entry.text(report)?.to_owned()),
        Value::List(nodes) => {
            let argv: Vec<String> = entry.texts(report)?.into_iter().map(|(word, _)| word.to_owned()).collect();
            // Whatever was left out has been reported; the rest is another command.
            if argv.len() < nodes.len() {
                return None;
            }
            CommandLine::Argv(argv)
        }
        _ => return entry.wrong_type("a text for the shell, or a list of a program and its arguments", "", report),
    };
    if is_empty_command(&command) {
        report.error(&entry.node.span, ProblemKind::EmptyCommand { stage: stage.to_owned() });
    }
    Some(command)
}

/// Whether there is nothing to start.
pub(super) fn is_empty_command(command: &CommandLine) -> bool {
    match command {
        CommandLine::Shell(script) => script.trim().is_empty(),
        CommandLine::Argv(argv) => argv.first().is_none_or(|program| program.is_empty()),
    }
}

/// A relative path without `.` parts and outer slashes, `.` for the root; `None` when it leaves the workspace.
pub(super) fn normal_directory(path: &str) -> Option<String> {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    if path.starts_with('/') || path.contains(['\0', '\\']) || parts.contains(&"..") {
        return None;
    }
    Some(if parts.is_empty() { ".".to_owned() } else { parts.join("/") })
}

pub(super) fn read_env(entry: &Entry, report: &mut Report<'_>) -> BTreeMap<String, String> {
    let mut env = BTreeMap::new();
    for variable in entries_of(&entry.node, "env", report).unwrap_or_default() {
        if !is_variable(&variable.key) {
            report.error(&variable.key_span, ProblemKind::BadVariable { name: variable.key.clone() });
        }
        if let Some(value) = variable.text(report) {
            env.insert(variable.key.clone(), value.to_owned());
        }
    }
    env
}

/// Whether a shell could assign it: letters, digits and `_`, not a digit first.
pub(super) fn is_variable(name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    name.chars().all(is_part) && name.starts_with(|c: char| !c.is_ascii_digit())
}

fn read_resources(entry: &Entry, report: &mut Report<'_>) -> Limits {
    const KEYS: &[&str] = &["memory", "cpu", "open-files", "jobs"];
    const MISPLACED: Misplaced = &[("timeout", "it belongs in [[stage]]"), ("time", "did you mean `cpu`?")];
    let Some(table) = Table::open(&entry.node, "resources", KEYS, MISPLACED, report) else {
        return Limits::default();
    };
    Limits {
        timeout_ms: None,
        memory_bytes: table.get("memory").and_then(|it| it.size_bytes(1 << 20..=1 << 50, report)),
        cpu_ms: table.get("cpu").and_then(|it| it.duration_ms(1..=MAX_DURATION_MS, report)),
        // A shell with a pipe needs about ten.
        open_files: table.get("open-files").and_then(|it| it.integer(16..=1 << 20, report)),
        jobs: table.get("jobs").and_then(|it| it.integer(1..=1024, report)).map(narrow),
    }
}

fn read_when(entry: &Entry, report: &mut Report<'_>) -> Option<When> {
    let text = entry.filled_text("a condition such as 'env.CI == \"true\"'", report)?;
    match text.parse() {
        Ok(when) => Some(when),
        Err(error) => {
            let span = span_within(entry, text, super::WhenError::at(&error), report);
            report.error(&span, error.into());
            None
        }
    }
}

/// The place of byte `at` of a text, where the file spells the text as it is; else the whole text.
fn span_within(entry: &Entry, text: &str, at: usize, report: &Report<'_>) -> Span {
    let whole = &entry.node.span;
    let source = report.text().get(whole.clone()).unwrap_or_default();
    let is_verbatim = source.len() == text.len() + 2 && source.get(1..=text.len()) == Some(text);
    if is_verbatim { whole.start + 1 + at..whole.end - 1 } else { whole.clone() }
}
