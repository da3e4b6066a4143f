//! The line that reads most like a cause where no rule knows one.

use std::collections::BTreeMap;

use crate::diagnosis::{ContextLine, RankedFinding};
use crate::hint;
use crate::kept::{AroundLine, Match};
use crate::mask;
use crate::rule::Severity;
use crate::scan::Found;
use crate::shape;

/// Code of the finding that stands in for an unknown cause.
const CODE: &str = "system.unknown-failure";
/// Names the engine as its maker.
const MAKER: &str = concat!("host@", env!("CARGO_PKG_VERSION"), "/unknown-failure");
/// How sure the stand-in is: far below any threshold.
const CONFIDENCE: f64 = 0.1;

/// Words with which tools of all kinds report that something went wrong.
const WORDS: [&str; 22] = [
    "error",
    "fatal",
    "failed",
    "failure",
    "failing",
    "exception",
    "panic",
    "cannot",
    "can't",
    "could not",
    "couldn't",
    "unable to",
    "not found",
    "no such",
    "denied",
    "refused",
    "invalid",
    "unexpected",
    "missing",
    "killed",
    "abort",
    "timed out",
];
/// Words that take it back.
const HARMLESS: [&str; 7] = ["0 error", "0 fail", "no error", "no fail", "without error", "warning", "deprecat"];

/// Whether a normalised line reads like the report of a failure.
pub(crate) fn is_suspicious(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    has(&WORDS) && !has(&HARMLESS)
}

/// The nearest line above a closing line that reads like a cause. The closing line's own message is none.
pub(crate) fn above(found: &Match) -> Option<AroundLine> {
    let level = shape::level(&found.text);
    let own = |line: &AroundLine| level.is_some() && level != Some("ERROR:") && shape::level(&line.text) == level;
    let is_cause = |line: &AroundLine| is_suspicious(&line.text) && !hint::names_nothing(&line.text) && !own(line);
    found.before.read().into_iter().rev().find(is_cause)
}

/// A stand-in for the cause of a failure that no rule knows: the last line that reads like one, else the very last.
pub(crate) fn stand_in(found: &Found) -> Option<RankedFinding> {
    let has_text = |line: &&ContextLine| !line.text.trim().is_empty() && !hint::ends_step(&line.text);
    let says_why = |line: &&ContextLine| is_suspicious(&line.text) && !hint::names_nothing(&line.text);
    let last = || found.tail.iter().rev();
    let line = last().find(says_why).or_else(|| last().find(has_text))?;
    Some(RankedFinding {
        code: CODE.to_owned(),
        category: "unknown".to_owned(),
        ecosystem: "generic".to_owned(),
        severity: Severity::Error,
        confidence: CONFIDENCE,
        line: line.line,
        text: line.text.clone(),
        captures: BTreeMap::new(),
        disposition: "never".to_owned(),
        strategies: vec!["escalate".to_owned()],
        context: Vec::new(),
        rule: MAKER.to_owned(),
        signature: mask::signature(CODE, &line.text),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_of_failures_are_told_from_reports_of_none() {
        assert!(is_suspicious("fatal: the frobnicator is jammed") && is_suspicious("Formatting errors:"));
        assert!(!is_suspicious("0 errors, 0 failed") && !is_suspicious("all is well"));
    }
}
