//! Between the types of `wit/v0` and those of `pipeline` and `driver`.
//!
//! What goes to a guest is cut to the contract's sizes; what comes from a guest is checked, and the first breach is the
//! error: a text for [`FaultKind::Garbage`](crate::fault::FaultKind::Garbage).

mod check;
mod error;
mod planned;
mod remedy;
mod rule;

use std::collections::BTreeMap;

use driver::ports::{IncidentView, ProjectView, StageView, Tool};
use pipeline::event::TriedNote;
use pipeline::finding::{Disposition, Finding};
use pipeline::outcome::Outcome;
use pipeline::remedy::{CommandLine, Limits};

use crate::bindings::capabilities::selfheal::plugin::types as wit;
use crate::bindings::healer::exports::selfheal::plugin::healer as wit_healer;
use crate::bindings::planner::exports::selfheal::plugin::planner as wit_planner;

pub(crate) use check::{check_attrs, check_code, check_relative_path, check_text, check_unit};
pub(crate) use error::fault_from_error;
pub(crate) use planned::planned_stages_from_wit;
pub(crate) use remedy::remedies_from_wit;
pub(crate) use rule::rules_from_wit;

/// Text of one log line.
const LINE_BYTES: usize = 4 << 10;
/// Text of one capture.
const CAPTURE_BYTES: usize = 1 << 10;
/// Context lines of one finding.
const CONTEXT_LINES: usize = 40;

pub(crate) fn outcome_to_wit(outcome: &Outcome) -> wit::Outcome {
    let mut attrs = Vec::new();
    let mut attr =
        |key: &str, value: &str| attrs.push(wit::Attr { key: key.to_owned(), value: cut(value, LINE_BYTES) });
    if outcome.cancelled {
        attr("cancelled", "true");
    }
    if let Some(reason) = &outcome.not_started {
        attr("not-started", reason);
    }
    if !outcome.failed_gates.is_empty() {
        attr("failed-gates", &outcome.failed_gates.join(", "));
    }
    wit::Outcome {
        exit_code: outcome.exit_code,
        signal: outcome.signal,
        timed_out: outcome.timed_out,
        duration_ms: outcome.duration_ms,
        cpu_ms: outcome.cpu_ms,
        peak_memory_bytes: outcome.peak_memory_bytes,
        oom_kills: outcome.oom_kills,
        log_bytes: outcome.log_bytes,
        log_truncated: outcome.log_truncated,
        attrs,
    }
}

pub(crate) fn limits_to_wit(limits: &Limits) -> wit::Limits {
    wit::Limits {
        timeout_ms: limits.timeout_ms,
        memory_bytes: limits.memory_bytes,
        cpu_ms: limits.cpu_ms,
        open_files: limits.open_files,
        jobs: limits.jobs,
    }
}

pub(crate) fn limits_from_wit(limits: &wit::Limits) -> Limits {
    Limits {
        timeout_ms: limits.timeout_ms,
        memory_bytes: limits.memory_bytes,
        cpu_ms: limits.cpu_ms,
        open_files: limits.open_files,
        jobs: limits.jobs,
    }
}

pub(crate) fn command_from_wit(command: wit::Command) -> Result<CommandLine, String> {
    match command {
        wit::Command::Shell(script) => Ok(CommandLine::Shell(check_text("script", script)?)),
        wit::Command::Argv(argv) => Ok(CommandLine::Argv(check::check_argv(argv)?)),
    }
}

pub(crate) fn stage_to_wit(stage: &StageView) -> wit::Stage {
    wit::Stage {
        name: stage.name.to_string(),
        command: match &stage.command {
            CommandLine::Shell(script) => wit::Command::Shell(script.clone()),
            CommandLine::Argv(argv) => wit::Command::Argv(argv.clone()),
        },
        directory: stage.directory.clone(),
        env_names: stage.env_names.clone(),
        limits: limits_to_wit(&stage.limits),
        attrs: attrs_to_wit(&stage.attrs),
    }
}

pub(crate) fn project_to_wit(project: &ProjectView) -> wit_planner::Project {
    wit_planner::Project {
        name: project.name.clone(),
        tools: tools_to_wit(&project.tools),
        attrs: attrs_to_wit(&project.attrs),
    }
}

pub(crate) fn incident_to_wit(incident: &IncidentView) -> wit_healer::Incident {
    wit_healer::Incident {
        id: incident.id.to_string(),
        stage: stage_to_wit(&incident.stage),
        outcome: outcome_to_wit(&incident.outcome),
        findings: incident.findings.iter().map(finding_to_wit).collect(),
        tried: incident.tried.iter().map(tried_to_wit).collect(),
        attempts_left: incident.attempts_left,
        tools: tools_to_wit(&incident.tools),
        attrs: attrs_to_wit(&incident.attrs),
    }
}

fn tried_to_wit(tried: &TriedNote) -> wit_healer::Tried {
    wit_healer::Tried {
        strategy: tried.strategy.clone(),
        title: tried.title.clone(),
        ended: tried.ended.clone(),
        signature: tried.signature.as_ref().map(ToString::to_string).unwrap_or_default(),
    }
}

pub(crate) fn finding_to_wit(finding: &Finding) -> wit::Finding {
    let line = |line: u64, text: &str| wit::LogLine { line, text: cut(text, LINE_BYTES) };
    wit::Finding {
        code: finding.code.clone(),
        category: finding.category.clone(),
        ecosystem: finding.ecosystem.clone(),
        severity: finding.severity.clone(),
        confidence: finding.confidence,
        signature: finding.signature.to_string(),
        cause: line(finding.line, &finding.text),
        captures: texts_to_captures(&finding.captures),
        context: finding.context.iter().take(CONTEXT_LINES).map(|l| line(l.line, &l.text)).collect(),
        disposition: disposition_to_wit(finding.disposition),
        strategies: finding.strategies.clone(),
        attrs: vec![wit::Attr { key: "rule".to_owned(), value: finding.rule.clone() }],
    }
}

pub(crate) fn texts_to_captures(captures: &BTreeMap<String, String>) -> Vec<wit::Capture> {
    let capture =
        |(name, value): (&String, &String)| wit::Capture { name: name.clone(), value: cut(value, CAPTURE_BYTES) };
    captures.iter().map(capture).collect()
}

pub(crate) fn disposition_to_wit(disposition: Disposition) -> wit::Disposition {
    match disposition {
        Disposition::Retry => wit::Disposition::Retry,
        Disposition::Auto => wit::Disposition::Auto,
        Disposition::Patch => wit::Disposition::Patch,
        Disposition::Never => wit::Disposition::Never,
    }
}

pub(crate) fn disposition_from_wit(disposition: wit::Disposition) -> Disposition {
    match disposition {
        wit::Disposition::Retry => Disposition::Retry,
        wit::Disposition::Auto => Disposition::Auto,
        wit::Disposition::Patch => Disposition::Patch,
        wit::Disposition::Never => Disposition::Never,
    }
}

fn tools_to_wit(tools: &[Tool]) -> Vec<wit::Tool> {
    tools.iter().map(|tool| wit::Tool { name: tool.name.clone(), path: tool.path.clone() }).collect()
}

pub(crate) fn attrs_to_wit(attrs: &[(String, String)]) -> Vec<wit::Attr> {
    attrs.iter().map(|(key, value)| wit::Attr { key: key.clone(), value: value.clone() }).collect()
}

/// The beginning of a text, at most `max` bytes.
fn cut(text: &str, max: usize) -> String {
    let mut end = text.len().min(max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}

#[cfg(test)]
mod tests;
