//! Builds a candidate for a classifier's second look.

use crate::classifier::Candidate;
use crate::testing::LogText;
use crate::types::{Capture, Log, LogLine, Outcome};

/// A match of a rule at a 1-based line of a log. A line past the log's end is an empty one.
pub fn candidate(code: &str, log: &LogText, line: u64) -> CandidateBuilder {
    let line = log.lines(line, 1).pop().unwrap_or(LogLine { line, text: String::new() });
    CandidateBuilder(Candidate { code: code.to_owned(), line, captures: Vec::new(), outcome: None })
}

/// Builds a [`Candidate`].
#[derive(Clone, Debug)]
pub struct CandidateBuilder(Candidate);

impl CandidateBuilder {
    /// What a group of the rule captured; an empty value where the group took no part in the match.
    #[must_use]
    pub fn capture(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.0.captures.push(Capture { name: name.into(), value: value.into() });
        self
    }

    /// How the attempt ended.
    #[must_use]
    pub fn outcome(mut self, outcome: Outcome) -> Self {
        self.0.outcome = Some(outcome);
        self
    }

    /// The candidate.
    pub fn build(self) -> Candidate {
        self.0
    }
}
