//! The rules, one module per topic.

use plugin_sdk::prelude::*;

pub mod bundler;
pub mod gems;
pub mod lint;
pub mod runtime;
pub mod tests;

/// All rules.
pub const ALL: &[&[Rule]] = &[bundler::RULES, gems::RULES, lint::RULES, runtime::RULES, tests::RULES];

/// A rule for wording that only these tools print.
const fn rule(code: &'static str, category: &'static str) -> RuleBuilder {
    Rule::new(code).category(category).ecosystem("ruby").confidence(0.9).specificity(80)
}
