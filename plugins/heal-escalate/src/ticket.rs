//! The text of the ticket. The same incident gives the same text, so that a tracker can update one ticket per signature.

use std::fmt::Write as _;

use plugin_sdk::prelude::*;

use crate::{install, next_steps, reproduction};

/// Longest title, in characters: what trackers show on one line.
const MAX_TITLE_CHARS: usize = 120;
/// Longest line of an excerpt, in characters; the log has the rest.
const MAX_LINE_CHARS: usize = 300;
/// Lines of log before and after the cause when the finding brings no context.
const AROUND: u64 = 8;
/// Further findings that are listed.
const MAX_OTHERS: usize = 5;
/// Longest body, in bytes; the contract allows 64 KiB for a text.
const MAX_BODY_BYTES: usize = 60 << 10;

/// One line that names stage, kind and cause.
pub fn title(incident: &Incident) -> String {
    let root = incident.root();
    let cause = root.cause.text.trim();
    let text = format!("{}: {}", incident.stage.name, root.code);
    let text = if cause.is_empty() { text } else { format!("{text}: {cause}") };
    shortened(&text.replace(['\n', '\r', '\t'], " "), MAX_TITLE_CHARS)
}

/// Kebab-case labels: for filtering, and the signature's class for finding the ticket again.
pub fn labels(root: &Finding) -> Vec<String> {
    let mut labels = vec!["ci-failure".to_owned(), kebab(&root.category), kebab(&root.ecosystem), kebab(&root.code)];
    labels.dedup();
    labels.retain(|label| !label.is_empty());
    labels
}

/// The Markdown of the ticket.
pub fn body(incident: &Incident, log: &dyn Log) -> String {
    let root = incident.root();
    let mut text = String::new();
    cause(&mut text, incident);
    evidence(&mut text, root, log);
    others(&mut text, incident);
    tried(&mut text, incident);
    text.push_str("\n## Reproduce\n\n");
    text.push_str(&fenced("sh", &reproduction::command_of(&incident.stage)));
    if let Some(lines) = install::lines(incident, log) {
        text.push_str("\n## Install\n\nOne of these lines, by the machine's package manager:\n\n");
        text.push_str(&fenced("sh", &lines));
        if let Some(grant) = install::grant(incident, log) {
            text.push_str("\nOn a machine that is thrown away after the run, a remedy may do that if the pipeline file says so:\n\n");
            text.push_str(&fenced("toml", &grant));
        }
    }
    text.push_str("\n## Next steps\n\n");
    for (number, step) in (1..).zip(next_steps::for_finding(root)) {
        put(&mut text, format_args!("{number}. {step}\n"));
    }
    if text.len() > MAX_BODY_BYTES {
        let mut end = MAX_BODY_BYTES;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        text.push_str("\n\n… (shortened)\n");
    }
    text
}

fn put(text: &mut String, piece: std::fmt::Arguments<'_>) {
    text.write_fmt(piece).expect("writing to a string cannot fail");
}

fn cause(text: &mut String, incident: &Incident) {
    let (root, stage) = (incident.root(), &incident.stage);
    put(text, format_args!("Stage {} failed: {}.\n\n", code(&stage.name), ending(&incident.outcome)));
    put(text, format_args!("## Cause\n\n| | |\n|---|---|\n"));
    put(text, format_args!("| finding | {} |\n", code(&root.code)));
    put(text, format_args!("| category | {} |\n", code(&root.category)));
    put(text, format_args!("| confidence | {:.0} % |\n", root.confidence * 100.0));
    put(text, format_args!("| signature | {} |\n", code(&root.signature)));
    for capture in root.captures.iter().filter(|capture| !capture.value.is_empty()) {
        let value = shortened(&capture.value, MAX_LINE_CHARS);
        put(text, format_args!("| {} | {} |\n", capture.name.replace('_', "-"), code(&value)));
    }
    if let Some(peak) = incident.outcome.peak_memory_bytes {
        put(text, format_args!("| peak memory | {} MiB |\n", peak >> 20));
    }
    if let Some(limit) = stage.limits.memory_bytes {
        put(text, format_args!("| memory limit | {} MiB |\n", limit >> 20));
    }
}

fn ending(outcome: &Outcome) -> String {
    let seconds = outcome.duration_ms as f64 / 1_000.0;
    if let Some(why) = outcome.attr("not-started") {
        return format!("it could not be started ({why})");
    }
    let how = match (outcome.timed_out, outcome.signal, outcome.exit_code) {
        (true, _, _) => "it was stopped because its time was up".to_owned(),
        (false, Some(signal), _) => format!("signal {signal} ended it"),
        (false, None, Some(exit_code)) => format!("it ended with exit code {exit_code}"),
        (false, None, None) => "it ended without an exit code".to_owned(),
    };
    format!("{how} after {seconds:.1} s")
}

fn evidence(text: &mut String, root: &Finding, log: &dyn Log) {
    put(text, format_args!("\n## Evidence\n\nLine {} of the log:\n\n", root.cause.line));
    text.push_str(&fenced("text", root.cause.text.trim_end()));
    let mut context = root.context.clone();
    if context.is_empty() && root.cause.line > 0 {
        let first = root.cause.line.saturating_sub(AROUND).max(1);
        context = log.lines(first, 2 * AROUND as u32 + 1);
    }
    if context.is_empty() {
        return;
    }
    let lines: Vec<String> =
        context.iter().map(|line| format!("{:>6} {}", line.line, shortened(&line.text, MAX_LINE_CHARS))).collect();
    text.push_str("\nAround it:\n\n");
    text.push_str(&fenced("text", &lines.join("\n")));
}

fn others(text: &mut String, incident: &Incident) {
    let others = &incident.findings[1..];
    if others.is_empty() {
        return;
    }
    text.push_str("\nFurther findings, less likely the cause:\n\n");
    for finding in others.iter().take(MAX_OTHERS) {
        let cause = shortened(finding.cause.text.trim(), MAX_LINE_CHARS);
        put(text, format_args!("- line {}: {} {}\n", finding.cause.line, code(&finding.code), code(&cause)));
    }
}

fn tried(text: &mut String, incident: &Incident) {
    text.push_str("\n## What was tried\n\n");
    if incident.tried.is_empty() {
        text.push_str("Nothing: no remedy fits this failure, or none is allowed.\n");
    }
    for (number, tried) in (1..).zip(&incident.tried) {
        let title = shortened(&tried.title.replace(['\n', '\r'], " "), MAX_LINE_CHARS);
        let ended = match tried.ended.as_str() {
            "ineffective" if tried.signature == incident.root().signature => "the same failure came back",
            "ineffective" => "it failed in another way",
            "worsened" => "it made things worse and was undone",
            "refused" => "the rules do not allow it, so it did not run",
            "flaky-suspect" => "it passed, but so did an attempt without it",
            other => other,
        };
        put(text, format_args!("{number}. {} – {title}: {ended}\n", code(&tried.strategy)));
    }
}

/// Log text is data: it must not become markup, so it only stands in code.
fn code(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ").replace('|', "\\|");
    let longest = longest_run(&text);
    let ticks = "`".repeat(longest + 1);
    if longest == 0 { format!("`{text}`") } else { format!("{ticks} {text} {ticks}") }
}

/// A fenced block whose fence is longer than any within.
fn fenced(language: &str, text: &str) -> String {
    let fence = "`".repeat(longest_run(text).max(2) + 1);
    format!("{fence}{language}\n{text}\n{fence}\n")
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

fn kebab(text: &str) -> String {
    let plain: String =
        text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    plain.trim_matches('-').to_owned()
}
