//! A rule as data: what a classifier plugin declares and the host executes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::literal;

/// How bad a match is. The order is from harmless to bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; never makes a failure by itself.
    Info,
    /// The tool went on; never makes a failure by itself.
    Warning,
    /// The tool gave up.
    Error,
}

/// Where in the story of a failure a matched line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Position {
    /// The line says why.
    Cause,
    /// The line says what followed from a cause above it.
    Symptom,
    /// The line counts or repeats what was said above it.
    Summary,
}

/// A word that is not in the closed list for its place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown {what} {word:?}")]
pub struct UnknownWord {
    /// What the word was read as.
    pub what: &'static str,
    /// The word.
    pub word: String,
}

impl FromStr for Severity {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        match word {
            "info" => Ok(Self::Info),
            "warning" => Ok(Self::Warning),
            "error" => Ok(Self::Error),
            _ => Err(UnknownWord { what: "severity", word: word.to_owned() }),
        }
    }
}

impl FromStr for Position {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        match word {
            "cause" => Ok(Self::Cause),
            "symptom" => Ok(Self::Symptom),
            "summary" => Ok(Self::Summary),
            _ => Err(UnknownWord { what: "position", word: word.to_owned() }),
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cause => "cause",
            Self::Symptom => "symptom",
            Self::Summary => "summary",
        })
    }
}

/// A sample text and whether the rule has to match one of its lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    /// One or more lines as a tool prints them.
    pub text: String,
    /// Whether some line has to match (`true`) or none may (`false`).
    pub matches: bool,
}

/// One rule. Serialisable, because the host keeps the rules of a plugin beside its compiled code.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RuleSpec {
    /// `plugin@version/name`; unique in a [`RuleSet`](crate::RuleSet).
    pub id: String,
    /// Dotted code of the findings that the rule makes, e.g. `python.module-not-found`.
    pub code: String,
    /// Category code, e.g. `dependency-missing`.
    pub category: String,
    /// Ecosystem code, e.g. `python`; `generic` when any tool may print the line.
    pub ecosystem: String,
    /// Regular expression in the syntax of the `regex` crate, tried on each normalised line. Named groups become captures.
    pub pattern: String,
    /// Regular expression that must not match the same line.
    pub negative: Option<String>,
    /// How bad a match is.
    pub severity: Severity,
    /// Probability that a match is the cause, before ranking, from 0 to 1.
    pub confidence: f64,
    /// How specific the wording is to one tool, from 0 (any program prints this) to 100 (only this tool does).
    pub specificity: u8,
    /// Where in the story the matched line stands.
    pub position: Position,
    /// The most careful disposition of this kind of failure: `retry`, `auto`, `patch` or `never`.
    pub disposition: String,
    /// Strategy codes that could help, best first.
    pub strategies: Vec<String>,
    /// Whether the plugin wants to be asked before a match is believed.
    pub asks_plugin: bool,
    /// Samples for [`check_examples`](crate::check_examples).
    pub examples: Vec<Example>,
    /// Further facts. `exit-codes`: comma-separated exit codes that support the rule. `block`: `python-traceback`,
    /// `jvm-trace`, `npm-error`, `cargo-error` or `compiler`. `evidence`: comma-separated facts (`timed-out`, `oom-kill`,
    /// `disk-full`, `exit-N`, `signal-N`) that make the finding even when no line matches. `asks`: `once` for a rule that
    /// only brings its plugin to be asked about the log; it is not matched again, and is no finding by itself.
    pub attrs: Vec<(String, String)>,
}

/// Key of the literals of a prepared rule.
const LITERALS: &str = "literals";

impl RuleSpec {
    /// The same rule with the result of reading its pattern, and without its examples, for a cache:
    /// [`RuleSet::load`](crate::RuleSet::load) then has nothing to parse, which is nine tenths of its work, and the cache has
    /// half the bytes. Whatever the rule's declaration said of its literals is replaced.
    pub fn prepared(mut self) -> Self {
        self.examples = Vec::new();
        self.attrs.retain(|(key, _)| key != LITERALS);
        let text = literal::of_pattern(&self.pattern).map(|literals| literals.unwrap_or_default().join(&b'\n'));
        if let Some(text) = text.and_then(|text| String::from_utf8(text).ok()) {
            self.attrs.push((LITERALS.to_owned(), text));
        }
        self
    }

    /// The literals of a prepared rule, none of them when it has no useful ones; `None` for a rule that is not prepared.
    pub(crate) fn known_literals(&self) -> Option<Option<Vec<Vec<u8>>>> {
        let text = self.attr(LITERALS)?;
        if text.is_empty() {
            return Some(None);
        }
        let literals: Vec<Vec<u8>> =
            text.split('\n').map(|literal| literal.to_ascii_lowercase().into_bytes()).collect();
        literals.iter().all(|literal| literal.len() >= literal::MIN_LITERAL).then_some(Some(literals))
    }

    /// The value of a further fact.
    pub fn attr(&self, name: &str) -> Option<&str> {
        self.attrs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether the rule only brings the host to ask its plugin about the log: it is broad, so its first match is enough.
    pub(crate) fn is_matched_once(&self) -> bool {
        self.asks_plugin && self.attr("asks") == Some("once")
    }

    /// The elements of a comma-separated further fact; none when it is absent.
    pub(crate) fn attr_list(&self, name: &str) -> impl Iterator<Item = &str> {
        self.attr(name).unwrap_or_default().split(',').map(str::trim).filter(|item| !item.is_empty())
    }
}
