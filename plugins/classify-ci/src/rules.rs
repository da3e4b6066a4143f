//! The rules, one module per topic.

use plugin_sdk::prelude::*;

pub mod cancelled;
pub mod definition;
pub mod gitlab;
pub mod jenkins;
pub mod permission;
pub mod runner;
pub mod services;

/// All rules.
pub const ALL: &[&[Rule]] = &[
    cancelled::RULES,
    definition::RULES,
    gitlab::RULES,
    jenkins::RULES,
    permission::RULES,
    runner::RULES,
    services::RULES,
];

/// A rule for wording that only these tools print.
const fn rule(code: &'static str, category: &'static str) -> RuleBuilder {
    Rule::new(code).category(category).ecosystem("generic").confidence(0.9).specificity(80)
}
