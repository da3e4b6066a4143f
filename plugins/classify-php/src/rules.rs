//! The rules, one module per topic.

use plugin_sdk::prelude::*;

pub mod composer;
pub mod lint;
pub mod runtime;
pub mod tests;
pub mod tools;

/// All rules.
pub const ALL: &[&[Rule]] = &[composer::RULES, lint::RULES, runtime::RULES, tests::RULES, tools::RULES];

/// A rule for wording that only these tools print.
const fn rule(code: &'static str, category: &'static str) -> RuleBuilder {
    Rule::new(code).category(category).ecosystem("php").confidence(0.9).specificity(80)
}
