//! How an author writes a rule: `rules![Rule::new("…").pattern(r"…").matches("…").ignores("…"), …]`.
//!
//! Every setter is a `const fn`; a value that the contract refuses stops the build at the rule that has it.

use super::{Example, Fact, FactValue, Rule};
use crate::types::Disposition;

/// Most samples of one rule. The longest list of the standard plugins has twelve.
const MAX_EXAMPLES: usize = 32;
/// Most further facts of one rule.
const MAX_FACTS: usize = 8;
/// Confidence is counted in steps of one thousandth: nobody can estimate one finer, and a whole number of them is written
/// and read back without rounding.
const CONFIDENCE_STEPS: f64 = 1000.0;

/// A rule that is being written. Lists have a fixed room here; `rules!` cuts them to size.
#[derive(Clone, Copy, Debug)]
pub struct RuleBuilder {
    rule: Rule,
    examples: [Option<Example>; MAX_EXAMPLES],
    example_count: usize,
    facts: [Option<Fact>; MAX_FACTS],
    fact_count: usize,
}

impl Rule {
    /// A rule for findings of this code, which is dotted: `python.module-not-found`.
    ///
    /// Starts as an `error` and a `cause` of category `unknown` in ecosystem `generic`, with confidence 0.8, specificity 50
    /// and the disposition `never`: what a rule does not say is decided the careful way.
    #[expect(clippy::new_ret_no_self, reason = "authors think of rules; the builder is only how one is written")]
    pub const fn new(code: &'static str) -> RuleBuilder {
        RuleBuilder {
            rule: Self {
                code,
                category: "unknown",
                ecosystem: "generic",
                pattern: "",
                negative: None,
                severity: "error",
                confidence: 0.8,
                specificity: 50,
                position: "cause",
                disposition: Disposition::Never,
                strategies: &[],
                asks_plugin: false,
                examples: &[],
                facts: &[],
            },
            examples: [None; MAX_EXAMPLES],
            example_count: 0,
            facts: [None; MAX_FACTS],
            fact_count: 0,
        }
    }
}

impl RuleBuilder {
    /// The category code.
    #[must_use]
    pub const fn category(mut self, category: &'static str) -> Self {
        self.rule.category = category;
        self
    }

    /// The ecosystem code.
    #[must_use]
    pub const fn ecosystem(mut self, ecosystem: &'static str) -> Self {
        self.rule.ecosystem = ecosystem;
        self
    }

    /// The regular expression, in the syntax of the `regex` crate. Named groups become captures; a group's name
    /// cannot hold a hyphen, so `retry-after` of the list in `wit/README.md` is written `retry_after` here. A part that
    /// several patterns share is a constant, put in place by `joined!`.
    #[must_use]
    pub const fn pattern(mut self, pattern: &'static str) -> Self {
        self.rule.pattern = pattern;
        self
    }

    /// A regular expression that must not match the same line.
    #[must_use]
    pub const fn unless(mut self, pattern: &'static str) -> Self {
        self.rule.negative = Some(pattern);
        self
    }

    /// The severity code: `error`, `warning` or `info`.
    #[must_use]
    pub const fn severity(mut self, severity: &'static str) -> Self {
        self.rule.severity = severity;
        self
    }

    /// Probability that a match is the cause, from 0 to 1, with at most three decimals.
    ///
    /// # Panics
    /// When it is none, which stops the build.
    #[must_use]
    pub const fn confidence(mut self, confidence: f64) -> Self {
        let _ = thousandths(confidence);
        self.rule.confidence = confidence;
        self
    }

    /// How specific the wording is to one tool, from 0 to 100.
    ///
    /// # Panics
    /// When it is over 100, which stops the build.
    #[must_use]
    pub const fn specificity(mut self, specificity: u8) -> Self {
        assert!(specificity <= 100, "a rule's specificity is at most 100");
        self.rule.specificity = specificity;
        self
    }

    /// Says that the line is a symptom of a cause above it.
    #[must_use]
    pub const fn symptom(mut self) -> Self {
        self.rule.position = "symptom";
        self
    }

    /// Says that the line only sums up what was said above it.
    #[must_use]
    pub const fn summary(mut self) -> Self {
        self.rule.position = "summary";
        self
    }

    /// The most careful disposition of this kind of failure.
    #[must_use]
    pub const fn disposition(mut self, disposition: Disposition) -> Self {
        self.rule.disposition = disposition;
        self
    }

    /// Strategy codes that could help, best first.
    #[must_use]
    pub const fn strategies(mut self, strategies: &'static [&'static str]) -> Self {
        self.rule.strategies = strategies;
        self
    }

    /// Has the host ask [`crate::classifier::Classifier::classify`] before it believes a match.
    #[must_use]
    pub const fn asks_plugin(mut self) -> Self {
        self.rule.asks_plugin = true;
        self
    }

    /// A sample that the rule has to match: one line, or several of which one has to match.
    ///
    /// # Panics
    /// When there are more than 32 samples, which stops the build.
    #[must_use]
    pub const fn matches(self, sample: &'static str) -> Self {
        self.example(Example { text: sample, matches: true })
    }

    /// A sample that the rule must not match.
    ///
    /// # Panics
    /// When there are more than 32 samples, which stops the build.
    #[must_use]
    pub const fn ignores(self, sample: &'static str) -> Self {
        self.example(Example { text: sample, matches: false })
    }

    /// Exit codes that support the rule.
    #[must_use]
    pub const fn exit_codes(self, codes: &'static [i32]) -> Self {
        self.fact(Fact { key: "exit-codes", value: FactValue::Numbers(codes) })
    }

    /// Facts about the attempt that make the finding even when no line matches: `timed-out`, `oom-kill`, `disk-full`,
    /// `exit-N` or `signal-N`.
    #[must_use]
    pub const fn evidence(self, facts: &'static [&'static str]) -> Self {
        self.fact(Fact { key: "evidence", value: FactValue::Words(facts) })
    }

    /// Has the host take a whole block as context: `python-traceback`, `jvm-trace`, `npm-error`, `cargo-error` or `compiler`.
    #[must_use]
    pub const fn block(self, kind: &'static str) -> Self {
        self.attr("block", kind)
    }

    /// A further fact.
    ///
    /// # Panics
    /// When there are more than eight facts, which stops the build.
    #[must_use]
    pub const fn attr(self, key: &'static str, value: &'static str) -> Self {
        self.fact(Fact { key, value: FactValue::Text(value) })
    }

    const fn example(mut self, example: Example) -> Self {
        assert!(self.example_count < MAX_EXAMPLES, "a rule has at most 32 samples; split it or drop the alike ones");
        self.examples[self.example_count] = Some(example);
        self.example_count += 1;
        self
    }

    const fn fact(mut self, fact: Fact) -> Self {
        assert!(self.fact_count < MAX_FACTS, "a rule has at most eight further facts");
        self.facts[self.fact_count] = Some(fact);
        self.fact_count += 1;
        self
    }

    /// Number of samples. This and what follows is for `rules!`.
    #[doc(hidden)]
    pub const fn example_count(&self) -> usize {
        self.example_count
    }

    /// The samples, in as much room as they need.
    #[doc(hidden)]
    pub const fn examples<const COUNT: usize>(&self) -> [Example; COUNT] {
        let mut examples = [Example { text: "", matches: false }; COUNT];
        let mut index = 0;
        while index < COUNT {
            if let Some(example) = self.examples[index] {
                examples[index] = example;
            }
            index += 1;
        }
        examples
    }

    /// Number of further facts.
    #[doc(hidden)]
    pub const fn fact_count(&self) -> usize {
        self.fact_count
    }

    /// The further facts, in as much room as they need.
    #[doc(hidden)]
    pub const fn facts<const COUNT: usize>(&self) -> [Fact; COUNT] {
        let mut facts = [Fact { key: "", value: FactValue::Text("") }; COUNT];
        let mut index = 0;
        while index < COUNT {
            if let Some(fact) = self.facts[index] {
                facts[index] = fact;
            }
            index += 1;
        }
        facts
    }

    /// The rule itself, with lists of the right length.
    #[doc(hidden)]
    pub const fn finish(&self, examples: &'static [Example], facts: &'static [Fact]) -> Rule {
        let mut rule = self.rule;
        rule.examples = examples;
        rule.facts = facts;
        rule
    }
}

/// A confidence in thousandths.
///
/// The quotient of two whole numbers that a float holds exactly is the float nearest to their decimal fraction, and so is
/// what every parser reads: equality here means that the decimal form stands for exactly this float.
pub(super) const fn thousandths(confidence: f64) -> u32 {
    assert!(confidence >= 0.0 && confidence <= 1.0, "a rule's confidence is from 0 to 1");
    let steps = (confidence * CONFIDENCE_STEPS + 0.5) as u32;
    assert!(steps as f64 / CONFIDENCE_STEPS == confidence, "a rule's confidence has at most three decimals");
    steps
}

/// Rules as constant data: `pub const RULES: &[Rule] = rules![Rule::new("…").pattern("…"), …];`.
#[macro_export]
macro_rules! rules {
    ($($rule:expr),* $(,)?) => {{
        const RULES: &[$crate::classifier::Rule] = &[$({
            const BUILT: $crate::classifier::RuleBuilder = $rule;
            const EXAMPLES: [$crate::classifier::Example; BUILT.example_count()] = BUILT.examples();
            const FACTS: [$crate::classifier::Fact; BUILT.fact_count()] = BUILT.facts();
            BUILT.finish(&EXAMPLES, &FACTS)
        }),*];
        RULES
    }};
}

/// Joins constant texts to one: `joined!(AT_LINE, r"error: (?P<message>.*)")`, for patterns that share a part.
#[macro_export]
macro_rules! joined {
    ($($part:expr),+ $(,)?) => {{
        const PARTS: &[&str] = &[$($part),+];
        const BYTES: [u8; $crate::joined_text::length(PARTS)] = $crate::joined_text::bytes(PARTS);
        const TEXT: &str = match ::core::str::from_utf8(&BYTES) {
            Ok(text) => text,
            Err(_) => unreachable!(),
        };
        TEXT
    }};
}
