//! The answer: what failed, where, and how sure that is. Its JSON is that of `selfheal diagnose --format json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::rule::Severity;
use crate::secrets::SecretMask;

/// What a diagnosis says about a whole log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// A cause was found.
    Failure,
    /// Nothing failed, as far as log and evidence tell.
    NoFailure,
    /// Something failed, and the log does not show why, or not surely enough.
    Unknown,
}

/// A line of the log, for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContextLine {
    /// 1-based number.
    pub line: u64,
    /// Text without control sequences, at most 4 KiB.
    pub text: String,
}

/// A finding in its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RankedFinding {
    /// Dotted code, e.g. `python.module-not-found`.
    pub code: String,
    /// Category code.
    pub category: String,
    /// Ecosystem code.
    pub ecosystem: String,
    /// How bad it is.
    pub severity: Severity,
    /// Probability that this is the cause, from 0 to 1, with two decimals.
    pub confidence: f64,
    /// 1-based number of the cause line.
    pub line: u64,
    /// The cause line.
    pub text: String,
    /// Named pieces of the cause line.
    pub captures: BTreeMap<String, String>,
    /// The most careful disposition that the rule knows.
    pub disposition: String,
    /// Strategy codes, best first.
    pub strategies: Vec<String>,
    /// Lines around the cause line, in order, without it.
    pub context: Vec<ContextLine>,
    /// `plugin@version/name` of the rule.
    pub rule: String,
    /// Stable fingerprint.
    pub signature: String,
}

/// A judged log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Diagnosis {
    /// The verdict.
    pub outcome: Outcome,
    /// Number of lines of the log.
    pub lines: u64,
    /// Whether part of the log was missing.
    pub truncated: bool,
    /// Findings, root cause first; guesses when the outcome is `unknown`, none when it is `no-failure`.
    pub findings: Vec<RankedFinding>,
    /// The best finding of another category that lost.
    pub runner_up: Option<RankedFinding>,
    /// For `unknown`: the lines most worth reading, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excerpt: Vec<ContextLine>,
}

impl Diagnosis {
    /// The root cause, if one was found.
    pub fn root(&self) -> Option<&RankedFinding> {
        match self.outcome {
            Outcome::Failure => self.findings.first(),
            Outcome::NoFailure | Outcome::Unknown => None,
        }
    }

    /// The same diagnosis with secrets masked in every text of the log. Signatures are left alone: they are hashes.
    pub fn masked(mut self, mask: &SecretMask) -> Self {
        let mask_text = |text: &mut String| {
            if let std::borrow::Cow::Owned(masked) = mask.mask(text) {
                *text = masked;
            }
        };
        for finding in self.findings.iter_mut().chain(self.runner_up.as_mut()) {
            mask_text(&mut finding.text);
            finding.captures.values_mut().for_each(mask_text);
            finding.context.iter_mut().for_each(|line| mask_text(&mut line.text));
        }
        self.excerpt.iter_mut().for_each(|line| mask_text(&mut line.text));
        self
    }
}
