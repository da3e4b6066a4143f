//! The rules, one module per topic.

use plugin_sdk::prelude::*;

pub mod build;
pub mod compiler;
pub mod nuget;
pub mod runtime;
pub mod sdk;
pub mod tests;

/// All rules.
pub const ALL: &[&[Rule]] = &[build::RULES, compiler::RULES, nuget::RULES, runtime::RULES, sdk::RULES, tests::RULES];

/// A rule for wording that only these tools print.
const fn rule(code: &'static str, category: &'static str) -> RuleBuilder {
    Rule::new(code).category(category).ecosystem("dotnet").confidence(0.9).specificity(80)
}
