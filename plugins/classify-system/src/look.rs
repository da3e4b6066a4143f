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
];

/// Captures that are not renamed.
const KEPT: &[&str] = &["host"];

/// The finding that a candidate is, with its capture under the name that is meant.
pub fn finding(candidate: &Candidate, rule: &Rule) -> Finding {
    let mut finding = candidate.to_finding(rule);
    let meant = MEANT.iter().find(|(code, _)| *code == candidate.code);
    if let Some((_, meant)) = meant {
        finding.captures.retain(|capture| !capture.value.is_empty());
        if finding.capture(meant).is_none()
            && let Some(capture) = finding.captures.iter_mut().find(|capture| !KEPT.contains(&capture.name.as_str()))
        {
            capture.name = (*meant).to_owned();
        }
    }
    finding
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::rules;

    #[test]
    fn whichever_branch_matches_the_capture_has_the_name_that_is_meant() {
        for (code, group, value, meant) in [
            ("system.command-not-found", "tool", "widget", "command"),
            ("system.missing-env", "name", "DATABASE_URL", "variable"),
            ("system.git-branch-not-found", "target", "topic", "reference"),
            ("system.port-in-use", "target", "8080", "port"),
        ] {
            let rule = rules::all().into_iter().find(|rule| rule.code == code).unwrap();
            let candidate = Candidate {
                code: code.to_owned(),
                line: LogLine { line: 1, text: "x".to_owned() },
                captures: vec![Capture { name: group.to_owned(), value: value.to_owned() }],
                outcome: None,
            };
            assert_eq!(finding(&candidate, &rule).capture(meant), Some(value), "{code}");
        }
    }

    #[test]
    fn every_code_that_is_renamed_has_a_rule_that_asks() {
        let rules = rules::all();
        for (code, _) in MEANT {
            let rule = rules.iter().find(|rule| rule.code == *code).unwrap();
            assert!(rule.asks_plugin, "{code}");
        }
    }
}
