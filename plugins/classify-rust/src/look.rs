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
        rustc::FEATURE_OFF if candidate.line.text.contains("the item is gated") => {
            if let Some(message) = message_above(candidate.line.line, log) {
                finding.cause = message;
            }
        }
        rustc::FEATURE_OFF if candidate.line.text.contains("derive macro") && !is_derive_of_crate(candidate, log) => {
            finding.code = "rust.compile-error".to_owned();
            finding.category = "compile-error".to_owned();
            finding.disposition = Disposition::Never;
            finding.strategies = vec!["escalate".to_owned()];
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

/// Whether a derive macro is missing beside its trait, or has a name that only one well-known crate uses.
fn is_derive_of_crate(candidate: &Candidate, log: &dyn Log) -> bool {
    const KNOWN: [&str; 6] = ["Serialize", "Deserialize", "Parser", "Subcommand", "Args", "ValueEnum"];
    let is_known = candidate.capture("name").is_some_and(|name| KNOWN.contains(&name));
    let below = log.below(candidate.line.line, BELOW);
    is_known || below.iter().any(|line| line.text.contains("it is only a trait, without a derive macro"))
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
    fn an_item_behind_a_feature_is_told_by_the_error_above_the_note() {
        let log = "error[E0433]: cannot find `time` in `widget`\n --> src/main.rs:2:25\n  |\nnote: found an item that was configured out\n   --> /home/registry/src/index/widget-1.5.1/src/lib.rs:626:13\n    |\n604 |             #[cfg(feature = \"time\")]\n    |                   ---------------- the item is gated behind the `time` feature";
        let found = asked(rustc::FEATURE_OFF, log, 8);
        assert_eq!((found.cause.line, found.code.as_str()), (1, rustc::FEATURE_OFF));
    }

    #[test]
    fn a_derive_macro_that_no_trait_stands_beside_is_a_mistake_in_the_code() {
        let own = "error: cannot find derive macro `Turning` in this scope\n --> src/main.rs:2:10";
        let found = asked(rustc::FEATURE_OFF, own, 1);
        assert_eq!((found.code.as_str(), found.disposition), ("rust.compile-error", Disposition::Never));
        let beside = format!("{own}\nnote: `Turning` is imported here, but it is only a trait, without a derive macro");
        assert_eq!(asked(rustc::FEATURE_OFF, &beside, 1).code, rustc::FEATURE_OFF);
    }

    #[test]
    fn a_lint_that_only_warns_stays_a_warning() {
        let log = "warning: unused variable: `x`\n  |\nnote: the lint level is defined here";
        assert_eq!(asked(rustc::DENIED_LINT, log, 3).severity, "warning");
    }
}
