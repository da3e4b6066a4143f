//! Builds a [`Rule`].

use crate::classifier::{Example, Rule};
use crate::types::{Attr, Disposition};

impl Rule {
    /// A rule for findings of this code, which is dotted: `python.module-not-found`.
    ///
    /// Starts as an `error` and a `cause` of category `unknown` in ecosystem `generic`, with confidence 0.8, specificity 50
    /// and the disposition `never`: what a rule does not say is decided the careful way.
    pub fn new(code: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            category: "unknown".to_owned(),
            ecosystem: "generic".to_owned(),
            pattern: String::new(),
            negative: None,
            severity: "error".to_owned(),
            confidence: 0.8,
            specificity: 50,
            position: "cause".to_owned(),
            disposition: Disposition::Never,
            strategies: Vec::new(),
            asks_plugin: false,
            examples: Vec::new(),
            attrs: Vec::new(),
        }
    }

    /// The category code.
    #[must_use]
    pub fn category(mut self, category: impl Into<String>) -> Self {
        self.category = category.into();
        self
    }

    /// The ecosystem code.
    #[must_use]
    pub fn ecosystem(mut self, ecosystem: impl Into<String>) -> Self {
        self.ecosystem = ecosystem.into();
        self
    }

    /// The regular expression, in the syntax of the `regex` crate. Named groups become captures; a group's name
    /// cannot hold a hyphen, so `retry-after` of the list in `wit/README.md` is written `retry_after` here.
    #[must_use]
    pub fn pattern(mut self, pattern: impl Into<String>) -> Self {
        self.pattern = pattern.into();
        self
    }

    /// A regular expression that must not match the same line.
    #[must_use]
    pub fn unless(mut self, pattern: impl Into<String>) -> Self {
        self.negative = Some(pattern.into());
        self
    }

    /// The severity code: `error`, `warning` or `info`.
    #[must_use]
    pub fn severity(mut self, severity: impl Into<String>) -> Self {
        self.severity = severity.into();
        self
    }

    /// Probability that a match is the cause, from 0 to 1.
    #[must_use]
    pub fn confidence(mut self, confidence: f64) -> Self {
        self.confidence = confidence;
        self
    }

    /// How specific the wording is to one tool, from 0 to 100.
    #[must_use]
    pub fn specificity(mut self, specificity: u8) -> Self {
        self.specificity = specificity;
        self
    }

    /// Says that the line is a symptom of a cause above it.
    #[must_use]
    pub fn symptom(mut self) -> Self {
        self.position = "symptom".to_owned();
        self
    }

    /// Says that the line only sums up what was said above it.
    #[must_use]
    pub fn summary(mut self) -> Self {
        self.position = "summary".to_owned();
        self
    }

    /// The most careful disposition of this kind of failure.
    #[must_use]
    pub fn disposition(mut self, disposition: Disposition) -> Self {
        self.disposition = disposition;
        self
    }

    /// Strategy codes that could help, best first.
    #[must_use]
    pub fn strategies<I, S>(mut self, strategies: I) -> Self
    where
        I: IntoIterator<Item = S>,
        S: Into<String>,
    {
        self.strategies = strategies.into_iter().map(Into::into).collect();
        self
    }

    /// Has the host ask [`crate::classifier::Classifier::classify`] before it believes a match.
    #[must_use]
    pub fn asks_plugin(mut self) -> Self {
        self.asks_plugin = true;
        self
    }

    /// A sample that the rule has to match: one line, or several of which one has to match.
    #[must_use]
    pub fn matches(mut self, sample: impl Into<String>) -> Self {
        self.examples.push(Example { text: sample.into(), matches: true });
        self
    }

    /// A sample that the rule must not match.
    #[must_use]
    pub fn ignores(mut self, sample: impl Into<String>) -> Self {
        self.examples.push(Example { text: sample.into(), matches: false });
        self
    }

    /// Exit codes that support the rule.
    #[must_use]
    pub fn exit_codes(self, codes: &[i32]) -> Self {
        let list: Vec<String> = codes.iter().map(i32::to_string).collect();
        self.attr("exit-codes", list.join(","))
    }

    /// Facts about the attempt that make the finding even when no line matches: `timed-out`, `oom-kill`, `disk-full`,
    /// `exit-N` or `signal-N`.
    #[must_use]
    pub fn evidence<I, S>(self, facts: I) -> Self
    where
        I: IntoIterator<Item = S>,
        S: Into<String>,
    {
        let list: Vec<String> = facts.into_iter().map(Into::into).collect();
        self.attr("evidence", list.join(","))
    }

    /// Has the host take a whole block as context: `python-traceback`, `jvm-trace`, `npm-error`, `cargo-error` or `compiler`.
    #[must_use]
    pub fn block(self, kind: impl Into<String>) -> Self {
        self.attr("block", kind)
    }

    /// A further fact.
    #[must_use]
    pub fn attr(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.attrs.push(Attr::new(key, value));
        self
    }
}
