//! The rules, one module per topic.

use plugin_sdk::prelude::*;

pub mod compiler;
pub mod lint;
pub mod modules;
pub mod tests;
pub mod version;

/// All rules.
pub const ALL: &[&[Rule]] = &[compiler::RULES, lint::RULES, modules::RULES, tests::RULES, version::RULES];

/// A rule for wording that only these tools print.
const fn rule(code: &'static str, category: &'static str) -> RuleBuilder {
    Rule::new(code).category(category).ecosystem("go").confidence(0.9).specificity(80)
}
