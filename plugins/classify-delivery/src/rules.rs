//! The rules, one module per topic.

use plugin_sdk::prelude::*;

pub mod cloud;
pub mod pages;
pub mod publish;
pub mod registries;
pub mod remote;
pub mod terraform;

/// All rules.
pub const ALL: &[&[Rule]] =
    &[cloud::RULES, pages::RULES, publish::RULES, registries::RULES, remote::RULES, terraform::RULES];

/// A rule for wording that only these tools print.
const fn rule(code: &'static str, category: &'static str) -> RuleBuilder {
    Rule::new(code).category(category).ecosystem("generic").confidence(0.9).specificity(80)
}
