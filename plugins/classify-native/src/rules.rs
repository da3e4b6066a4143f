//! The rules, one module per topic.

use plugin_sdk::prelude::*;

pub mod bazel;
pub mod build;
pub mod cmake;
pub mod compiler;
pub mod configure;
pub mod dependencies;
pub mod linker;
pub mod packages;
pub mod packaging;
pub mod tests;
pub mod toolchain;

/// All rules.
pub const ALL: &[&[Rule]] = &[
    bazel::RULES,
    build::RULES,
    cmake::RULES,
    compiler::RULES,
    configure::RULES,
    dependencies::RULES,
    linker::RULES,
    packages::RULES,
    packaging::RULES,
    tests::RULES,
    toolchain::RULES,
];

/// A rule for wording that only these tools print.
const fn rule(code: &'static str, category: &'static str) -> RuleBuilder {
    Rule::new(code).category(category).ecosystem("c").confidence(0.9).specificity(80)
}
