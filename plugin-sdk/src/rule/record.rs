//! The contract's record of a rule: what a component's `rules` returns.

use super::{Example, Fact, Rule};
use crate::types::Attr;

pub use crate::bindings::classifier::exports::selfheal::plugin::classifier::{
    Example as ExampleRecord, Rule as RuleRecord,
};

/// The records of all rules of a classifier, in their order.
pub fn records(packs: &[&[Rule]]) -> Vec<RuleRecord> {
    packs.iter().copied().flatten().map(RuleRecord::from).collect()
}

impl From<&Rule> for RuleRecord {
    fn from(rule: &Rule) -> Self {
        Self {
            code: rule.code.to_owned(),
            category: rule.category.to_owned(),
            ecosystem: rule.ecosystem.to_owned(),
            pattern: rule.pattern.to_owned(),
            negative: rule.negative.map(str::to_owned),
            severity: rule.severity.to_owned(),
            confidence: rule.confidence,
            specificity: rule.specificity,
            position: rule.position.to_owned(),
            disposition: rule.disposition,
            strategies: rule.strategies.iter().copied().map(str::to_owned).collect(),
            asks_plugin: rule.asks_plugin,
            examples: rule.examples.iter().map(ExampleRecord::from).collect(),
            attrs: rule.facts.iter().map(Attr::from).collect(),
        }
    }
}

impl From<&Example> for ExampleRecord {
    fn from(example: &Example) -> Self {
        Self { text: example.text.to_owned(), matches: example.matches }
    }
}

impl From<&Fact> for Attr {
    fn from(fact: &Fact) -> Self {
        Self::new(fact.key, fact.text())
    }
}
