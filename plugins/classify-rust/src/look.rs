//! What stands around a match and belongs to it: versions that exist, the name of a target, the message of a lint.

use plugin_sdk::prelude::*;

use crate::rules::{resolver, rustc, toolchain};

/// Lines below a match in which cargo says the rest.
const BELOW: u32 = 8;
/// Lines between a lint's message and the note that names the lint.
const ABOVE: u32 = 40;
/// What cargo writes in front of the versions that exist.
const CANDIDATES: &str = "candidate versions found which didn't match: ";

/// The finding that a candidate is, completed from the lines around it.
pub fn finding(candidate: &Candidate, rule: &Rule, log: &dyn Log) -> Finding {
    let mut finding = candidate.to_finding(rule);
    match candidate.code.as_str() {
        resolver::NO_SUCH_VERSION => {
            if let Some(versions) = versions_below(candidate.line.line, log) {
                finding.captures.push(capture("versions", versions));
            }
        }
        toolchain::TARGET_MISSING if candidate.capture("target").is_none() => {
            if let Some(target) = target_below(candidate.line.line, log) {
                finding.captures.push(capture("target", target));
            }
        }
        rustc::CLIPPY | rustc::DENIED_LINT => {
            let Some(message) = message_above(candidate.line.line, log) else {
                return finding;
            };
            // A warning that a deny level elsewhere did not touch stops no build.
            if message.text.trim_start().starts_with("warning") {
                finding.severity = "warning".to_owned();
            }
            finding.cause = message;
        }
        _ => {}
    }
    finding
}

fn capture(name: &str, value: String) -> Capture {
    Capture { name: name.to_owned(), value }
}

fn versions_below(line: u64, log: &dyn Log) -> Option<String> {
    let below = log.below(line, BELOW);
    let text = below.iter().find_map(|line| line.text.split_once(CANDIDATES))?.1;
    let versions: Vec<&str> =
        text.split(',').map(str::trim).filter(|version| version.starts_with(|c: char| c.is_ascii_digit())).collect();
    (!versions.is_empty()).then(|| versions.join(","))
}

fn target_below(line: u64, log: &dyn Log) -> Option<String> {
    log.below(line, BELOW).iter().find_map(|line| {
        let (before, _) = line.text.split_once("` target may not be installed")?;
        before.rsplit_once('`').map(|(_, target)| target.to_owned())
    })
}

/// The line `error: …` or `warning: …` that opens the paragraph of a line.
fn message_above(line: u64, log: &dyn Log) -> Option<LogLine> {
    log.above(line, ABOVE)
        .into_iter()
        .rev()
        .find(|line| line.text.contains("error: ") || line.text.contains("warning: ") || line.text.contains("error["))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use plugin_sdk::testing::{LogText, candidate};

    fn asked(code: &str, log: &str, line: u64) -> Finding {
        let log = LogText::new(log);
        let candidate = candidate(code, &log, line).build();
        finding(&candidate, candidate.rule_in(crate::rules::ALL).unwrap(), &log)
    }

    #[test]
    fn versions_that_exist_are_taken_from_the_line_below() {
        let log = "error: failed to select a version for the requirement `widget = \"^99\"`\ncandidate versions found which didn't match: 1.0.2, 1.0.1, ...\nlocation searched: internal index";
        let found = asked(resolver::NO_SUCH_VERSION, log, 1);
        assert_eq!(found.capture("versions"), Some("1.0.2,1.0.1"));
    }

    #[test]
    fn a_target_is_taken_from_the_note_below() {
        let log =
            "error[E0463]: can't find crate for `std`\n  |\n  = note: the `wasm32-wasip2` target may not be installed";
        let found = asked(toolchain::TARGET_MISSING, log, 1);
        assert_eq!(found.capture("target"), Some("wasm32-wasip2"));
    }

    #[test]
    fn the_cause_of_a_denied_lint_is_its_message() {
        let log = "error: unneeded `return` statement\n --> src/lib.rs:2:5\n  |\n  = note: `-D clippy::needless-return` implied by `-D warnings`";
        let found = asked(rustc::CLIPPY, log, 4);
        assert_eq!(found.cause.line, 1);
        assert_eq!(found.severity, "error");
    }

    #[test]
    fn a_lint_that_only_warns_stays_a_warning() {
        let log = "warning: unused variable: `x`\n  |\nnote: the lint level is defined here";
        assert_eq!(asked(rustc::DENIED_LINT, log, 3).severity, "warning");
    }
}
