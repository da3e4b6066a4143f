//! The rules, one module per topic.

use plugin_sdk::prelude::*;

pub mod android;
pub mod checks;
pub mod compiler;
pub mod enforcer;
pub mod gradle;
pub mod launcher;
pub mod maven;
pub mod memory;
pub mod repository;
pub mod tests;
pub mod toolchain;

/// All rules.
pub const ALL: &[&[Rule]] = &[
    android::RULES,
    checks::RULES,
    compiler::RULES,
    enforcer::RULES,
    gradle::RULES,
    launcher::RULES,
    maven::RULES,
    memory::RULES,
    repository::RULES,
    tests::RULES,
    toolchain::RULES,
];

/// A rule for wording that only these tools print.
const fn rule(code: &'static str, category: &'static str) -> RuleBuilder {
    Rule::new(code).category(category).ecosystem("jvm").confidence(0.9).specificity(80)
}
