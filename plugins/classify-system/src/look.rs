//! Leaves out attempts that the program itself repeated, and gives the captures of a rule's branches the name that healers look for.
//!
//! A regular expression cannot use one name for groups in two branches, so the branches of a rule use other names of the
//! list; afterwards only the one that matched is left, under the rule's own name.

use plugin_sdk::prelude::*;

/// Codes whose captures are renamed, with the one name that is meant.
const MEANT: &[(&str, &str)] = &[
    ("system.command-not-found", "command"),
    ("system.missing-env", "variable"),
    ("system.git-branch-not-found", "reference"),
    ("system.port-in-use", "port"),
    ("system.service-not-ready", "port"),
];

/// Captures that are not renamed.
const KEPT: &[&str] = &["host"];

/// The finding that a candidate is, with its capture under the name that is meant.
pub fn finding(candidate: &Candidate, rule: &Rule) -> Finding {
    let mut finding = candidate.to_finding(rule);
    let meant = MEANT.iter().find(|(code, _)| *code == candidate.code);
    if let Some((_, meant)) = meant {
        finding.name_capture(meant, |name| !KEPT.contains(&name));
    }
    finding
}

/// Codes whose lines a program prints for every attempt, also for those after which it tries again.
const ATTEMPTS: &[&str] = &["system.connection-refused", "system.connection-reset", "system.git-server-error"];
/// Lines below a match in which a program says that it tries again.
const BELOW: u32 = 2;
/// How programs say so, in lower case.
const AGAIN: &[&str] =
    &["retrying", "will retry", "trying the mirror", "trying again", "trying another", "falling back to"];

/// Whether the lines directly below say that the attempt is repeated. The last attempt is the one that counts: nothing below
/// it says so.
pub fn is_tried_again(candidate: &Candidate, log: &dyn Log) -> bool {
    ATTEMPTS.contains(&candidate.code.as_str())
        && log.below(candidate.line.line, BELOW).iter().any(|line| {
            let text = line.text.to_lowercase();
            AGAIN.iter().any(|words| text.contains(words))
        })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::rules;
    use plugin_sdk::testing::{LogText, candidate};

    #[test]
    fn whichever_branch_matches_the_capture_has_the_name_that_is_meant() {
        for (code, group, value, meant) in [
            ("system.command-not-found", "tool", "widget", "command"),
            ("system.missing-env", "name", "DATABASE_URL", "variable"),
            ("system.git-branch-not-found", "target", "topic", "reference"),
            ("system.port-in-use", "target", "8080", "port"),
        ] {
            let candidate = candidate(code, &LogText::new("x"), 1).capture(group, value).build();
            let finding = finding(&candidate, candidate.rule_in(rules::ALL).unwrap());
            assert_eq!(finding.capture(meant), Some(value), "{code}");
        }
    }

    #[test]
    fn an_attempt_that_is_repeated_is_no_cause_and_the_last_one_is() {
        let log =
            LogText::new("attempt 1: connection refused\nretrying in 2 s\nattempt 2: connection refused\ngiving up");
        for (line, again) in [(1, true), (3, false)] {
            let candidate = candidate("system.connection-refused", &log, line).build();
            assert_eq!(is_tried_again(&candidate, &log), again, "{line}");
        }
    }

    #[test]
    fn every_code_of_attempts_has_a_rule_that_asks() {
        let rules = rules::ALL.concat();
        for code in ATTEMPTS {
            assert!(rules.iter().any(|rule| rule.code == *code && rule.asks_plugin), "{code}");
        }
    }

    #[test]
    fn every_code_that_is_renamed_has_a_rule_that_asks() {
        let rules = rules::ALL.concat();
        for (code, _) in MEANT {
            let rule = rules.iter().find(|rule| rule.code == *code).unwrap();
            assert!(rule.asks_plugin, "{code}");
        }
    }
}
