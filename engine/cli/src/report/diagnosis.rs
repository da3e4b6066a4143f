//! A diagnosis as lines for a person.

use pipeline::finding::{Diagnosis, DiagnosisOutcome, Finding, LogLine};

use super::paint::{FAILED, HEALED, NAME, PASSED, harmless, paint};

/// Most lines of evidence under a failure (house style, section 12).
const MOST_EVIDENCE: usize = 10;
/// Most characters of one log line that are shown.
const WIDEST: usize = 220;

/// The whole answer of `selfheal diagnose`. `source` names the log.
pub fn answer(diagnosis: &Diagnosis, source: &str) -> Vec<String> {
    let mut out = Vec::new();
    match diagnosis.outcome {
        DiagnosisOutcome::NoFailure => {
            out.push(format!("{} no failure in {} lines of {source}", paint(PASSED, "✓"), diagnosis.lines));
        }
        DiagnosisOutcome::Unknown => {
            let why = if diagnosis.truncated { "the log is truncated" } else { "no rule is sure enough" };
            out.push(format!("{} cause unknown: {why} ({} lines of {source})", paint(HEALED, "?"), diagnosis.lines));
            out.extend(excerpt(&diagnosis.excerpt, source));
        }
        DiagnosisOutcome::Failure => {
            for (index, finding) in diagnosis.findings.iter().enumerate() {
                if index == 0 {
                    out.extend(cause(finding, source, ""));
                } else {
                    out.push(also(finding, source));
                }
            }
        }
    }
    if let Some(other) = &diagnosis.runner_up {
        out.push(format!(
            "  runner-up: {} ({:.0} %) {}:{} {}",
            other.code,
            other.confidence * 100.0,
            source,
            other.line,
            harmless(&other.text, WIDEST)
        ));
    }
    out
}

/// Cause and evidence of one finding.
pub fn cause(finding: &Finding, source: &str, indent: &str) -> Vec<String> {
    let mut out = vec![
        format!(
            "{indent}{} {} {} ({}, {:.0} % sure)",
            paint(FAILED, "cause"),
            paint(NAME, &finding.code),
            finding.category,
            finding.disposition.as_str(),
            finding.confidence * 100.0
        ),
        format!("{indent}  {} {}", paint(NAME, format!("{source}:{}", finding.line)), harmless(&finding.text, WIDEST)),
    ];
    out.push(format!("{indent}  signature {}", paint(NAME, &finding.signature)));
    let near: Vec<&LogLine> = finding.context.iter().filter(|line| line.line != finding.line).collect();
    let shown = closest(&near, finding.line);
    out.extend(shown.into_iter().map(|line| format!("{indent}{}", numbered(line))));
    out
}

/// Lines worth reading when the cause is unknown.
pub fn excerpt(lines: &[LogLine], source: &str) -> Vec<String> {
    let skipped = lines.len().saturating_sub(MOST_EVIDENCE);
    let shown = &lines[skipped..];
    let head = shown.first().map(|line| format!("  {}", paint(NAME, format!("{source}:{}", line.line))));
    head.into_iter().chain(shown.iter().map(numbered)).collect()
}

fn numbered(line: &LogLine) -> String {
    format!("  {:>6} | {}", line.line, harmless(&line.text, WIDEST))
}

fn also(finding: &Finding, source: &str) -> String {
    format!(
        "  also {} ({:.0} %) {} {}",
        finding.code,
        finding.confidence * 100.0,
        paint(NAME, format!("{source}:{}", finding.line)),
        harmless(&finding.text, WIDEST)
    )
}

/// The evidence lines nearest to the cause, in the order of the log.
fn closest<'a>(lines: &[&'a LogLine], cause: u64) -> Vec<&'a LogLine> {
    let mut sorted: Vec<&LogLine> = lines.iter().copied().filter(|line| !line.text.trim().is_empty()).collect();
    sorted.sort_by_key(|line| line.line.abs_diff(cause));
    sorted.truncate(MOST_EVIDENCE - 1);
    sorted.sort_by_key(|line| line.line);
    sorted
}
