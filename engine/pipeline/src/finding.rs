//! What a failed attempt's evidence shows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::Signature;

/// Category codes of the product. The contract has strings, so that a plugin of tomorrow may say more.
pub const CATEGORIES: [&str; 22] = [
    "dependency-missing",
    "dependency-conflict",
    "network-transient",
    "registry-or-service-outage",
    "rate-limit",
    "auth-or-permission",
    "resource-memory",
    "resource-disk",
    "resource-cpu-timeout",
    "toolchain-missing-or-version",
    "configuration",
    "compile-error",
    "type-error",
    "lint-or-format",
    "test-failure",
    "flaky-test",
    "security-finding",
    "infrastructure-runner",
    "git-or-checkout",
    "port-or-concurrency-conflict",
    "deployment",
    "unknown",
];

/// Who may carry a remedy out, from least to most careful.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Disposition {
    /// Same inputs, changed conditions.
    Retry,
    /// The ephemeral environment only.
    Auto,
    /// A file under version control.
    Patch,
    /// Nobody but a person.
    Never,
}

impl Disposition {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::Auto => "auto",
            Self::Patch => "patch",
            Self::Never => "never",
        }
    }
}

/// One line of a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// 1-based number.
    pub line: u64,
    /// Text without line ending, secrets masked.
    pub text: String,
}

/// One finding. The JSON names are those of `selfheal diagnose --format json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Dotted code, e.g. `python.module-not-found`.
    pub code: String,
    /// Category code of design.md section 6.
    pub category: String,
    /// Ecosystem code.
    pub ecosystem: String,
    /// `error`, `warning` or `info`.
    pub severity: String,
    /// Calibrated probability, 0 to 1.
    pub confidence: f64,
    /// 1-based line of the cause.
    pub line: u64,
    /// The cause line.
    pub text: String,
    /// Named pieces of the cause line.
    pub captures: BTreeMap<String, String>,
    /// The most careful disposition the rule knows.
    pub disposition: Disposition,
    /// Strategy codes, best first.
    pub strategies: Vec<String>,
    /// Lines around the cause.
    pub context: Vec<LogLine>,
    /// `plugin@version/code` of the rule.
    pub rule: String,
    /// Stable fingerprint.
    pub signature: Signature,
}

/// What a diagnosis says about a whole log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DiagnosisOutcome {
    /// A cause was found.
    Failure,
    /// Nothing failed.
    NoFailure,
    /// Something failed; the log does not show why.
    Unknown,
}

/// A ranked answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Diagnosis {
    /// The verdict.
    pub outcome: DiagnosisOutcome,
    /// Number of lines seen.
    pub lines: u64,
    /// Whether part of the log was missing.
    pub truncated: bool,
    /// Findings, root cause first.
    pub findings: Vec<Finding>,
    /// Best finding of another category that lost.
    pub runner_up: Option<Finding>,
    /// For `unknown`: the lines most worth reading.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excerpt: Vec<LogLine>,
}

impl Diagnosis {
    /// The root cause, if one was found.
    pub fn root(&self) -> Option<&Finding> {
        match self.outcome {
            DiagnosisOutcome::Failure => self.findings.first(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::CATEGORIES;

    #[test]
    fn the_categories_are_those_that_the_contract_lists() {
        let readme = include_str!("../../../wit/README.md");
        let missing: Vec<&str> = CATEGORIES.into_iter().filter(|code| !readme.contains(&format!("`{code}`"))).collect();
        assert!(missing.is_empty(), "wit/README.md does not name {missing:?}");
    }
}
