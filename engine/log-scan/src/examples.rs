//! Tries rules on their own samples.

use crate::evidence::Evidence;
use crate::line;
use crate::normal;
use crate::rank::Options;
use crate::rule::RuleSpec;
use crate::ruleset::{RuleSet, RuleSetError};
use crate::scanner::Scanner;

/// A sample that does not do what it was declared to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("rule {rule}: {kind}")]
pub struct ExampleFault {
    /// The rule's id; empty when the rules do not compile together.
    pub rule: String,
    /// What is wrong.
    pub kind: FaultKind,
}

/// What is wrong with a sample.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FaultKind {
    /// No line of a sample that has to match does.
    #[error("does not match its example {text:?}")]
    Missed {
        /// The sample.
        text: String,
    },
    /// A line of a sample that must not match does.
    #[error("matches {line:?} of an example that it must not match")]
    Matched {
        /// The line.
        line: String,
    },
    /// Another rule is ranked above the owner of a sample.
    #[error("loses its example {text:?} to rule {thief}")]
    Stolen {
        /// The sample.
        text: String,
        /// The other rule's id.
        thief: String,
    },
    /// There is no sample that has to match, or none that must not.
    #[error("needs an example that matches and one that does not")]
    Lacking,
    /// The rules do not compile.
    #[error("{reason}")]
    Invalid {
        /// Why, in words.
        reason: String,
    },
}

/// Returns every fault of every sample: each positive one has to match, no negative one may, and the owner of a positive
/// sample has to be ranked first on it among all the rules given (a rule with the same code counts as the owner).
pub fn check_examples(rules: &[RuleSpec]) -> Vec<ExampleFault> {
    let set = match RuleSet::compile(rules.to_vec()) {
        Ok(set) => set,
        Err(error) => {
            return vec![ExampleFault { rule: String::new(), kind: FaultKind::Invalid { reason: chain(&error) } }];
        }
    };
    let mut faults = Vec::new();
    for rule in rules {
        let mut fault = |kind| faults.push(ExampleFault { rule: rule.id.clone(), kind });
        let has = |wanted: bool| rule.examples.iter().any(|example| example.matches == wanted);
        if !has(true) || !has(false) {
            fault(FaultKind::Lacking);
        }
        let Ok(alone) = RuleSet::load(vec![rule.clone()]) else {
            continue;
        };
        for example in &rule.examples {
            match (example.matches, first_match(&alone, &example.text)) {
                (true, None) => fault(FaultKind::Missed { text: example.text.clone() }),
                (true, Some(_)) => {
                    if let Some(thief) =
                        winner(&set, &example.text).filter(|winner| winner.id != rule.id && winner.code != rule.code)
                    {
                        fault(FaultKind::Stolen { text: example.text.clone(), thief: thief.id.clone() });
                    }
                }
                (false, Some(line)) => fault(FaultKind::Matched { line }),
                (false, None) => {}
            }
        }
    }
    faults
}

fn first_match(alone: &RuleSet, text: &str) -> Option<String> {
    let mut scanner = Scanner::new(alone);
    scanner.push(text.as_bytes());
    let matched = scanner.finish().found.matches.into_iter().next()?.line;
    let nth = usize::try_from(matched - 1).unwrap_or(usize::MAX);
    line::lines(text.as_bytes()).nth(nth).map(normal::displayed)
}

/// The rule that is ranked first on a text from a build that failed.
fn winner<'a>(set: &'a RuleSet, text: &str) -> Option<&'a RuleSpec> {
    let mut scanner = Scanner::new(set);
    scanner.push(text.as_bytes());
    let evidence = Evidence { exit_code: Some(1), ..Evidence::default() };
    let diagnosis = scanner.finish().diagnose(&evidence, &Options { confidence_threshold: 0.0, ..Options::default() });
    let first = diagnosis.findings.into_iter().next()?;
    set.rules().iter().find(|rule| rule.id == first.rule)
}

/// The error and its sources, on one line.
fn chain(error: &RuleSetError) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        text.push_str(": ");
        text.push_str(inner.to_string().lines().last().unwrap_or_default());
        source = inner.source();
    }
    text
}
