//! Gives the captures of a rule's branches the name that healers look for.
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
    ("system.process-file", "path"),
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
    fn every_code_that_is_renamed_has_a_rule_that_asks() {
        let rules = rules::ALL.concat();
        for (code, _) in MEANT {
            let rule = rules.iter().find(|rule| rule.code == *code).unwrap();
            assert!(rule.asks_plugin, "{code}");
        }
    }
}
