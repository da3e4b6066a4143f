//! A [`Rule`]: what a classifier declares, as constant data.
//!
//! [`builder`] is how authors write one, [`record`] turns it into what the contract carries, [`section`] into what
//! `selfheal plugin inspect` reads. All of it happens in constant evaluation except the conversion into a record, so that
//! "the answer may depend on nothing" holds by type, and a guest carries tables instead of code that fills them.

pub mod builder;
pub mod record;
pub mod section;

use std::borrow::Cow;

use crate::types::Disposition;

pub use builder::RuleBuilder;

/// A regular expression declared as data, with what a match of it means. Built by `rules!` from [`Rule::new`] and the
/// setters of [`RuleBuilder`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// Dotted code of the findings that the rule makes; unique in the plugin.
    pub code: &'static str,
    /// Category code.
    pub category: &'static str,
    /// Ecosystem code.
    pub ecosystem: &'static str,
    /// Regular expression in the syntax of the `regex` crate, at most 2 KiB.
    pub pattern: &'static str,
    /// Regular expression that must not match the same line.
    pub negative: Option<&'static str>,
    /// Severity code.
    pub severity: &'static str,
    /// Probability that a match is the cause, from 0 to 1, with at most three decimals.
    pub confidence: f64,
    /// How specific the wording is to one tool, from 0 to 100.
    pub specificity: u8,
    /// Position code.
    pub position: &'static str,
    /// The most careful disposition of this kind of failure.
    pub disposition: Disposition,
    /// Strategy codes that could help, best first.
    pub strategies: &'static [&'static str],
    /// Whether the host asks the plugin before it believes a match.
    pub asks_plugin: bool,
    /// Samples that the rule has to match or to ignore.
    pub examples: &'static [Example],
    /// Further facts.
    pub facts: &'static [Fact],
}

/// A sample of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Example {
    /// One or more lines as a tool prints them; the rule is tried on each.
    pub text: &'static str,
    /// Whether the rule has to match or has to stay silent.
    pub matches: bool,
}

/// A further fact of a rule: an attribute whose value need not be one text yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Kebab-case key of the attribute.
    pub key: &'static str,
    /// Its value.
    pub value: FactValue,
}

/// The value of a [`Fact`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactValue {
    /// The text itself.
    Text(&'static str),
    /// Words, joined by commas in the attribute.
    Words(&'static [&'static str]),
    /// Numbers, joined by commas in the attribute.
    Numbers(&'static [i32]),
}

impl Fact {
    /// The attribute's value.
    pub fn text(&self) -> Cow<'static, str> {
        match self.value {
            FactValue::Text(text) => Cow::Borrowed(text),
            FactValue::Words(words) => Cow::Owned(words.join(",")),
            FactValue::Numbers(numbers) => Cow::Owned(numbers.iter().map(i32::to_string).collect::<Vec<_>>().join(",")),
        }
    }
}

#[cfg(test)]
mod tests;
