//! The rules, one module per topic.

use plugin_sdk::prelude::*;

pub mod analysis;
pub mod build;
pub mod manifest;
pub mod network;
pub mod resolver;
pub mod rustc;
pub mod test;
pub mod toolchain;

/// All rules.
pub const ALL: &[&[Rule]] = &[
    resolver::RULES,
    manifest::RULES,
    network::RULES,
    toolchain::RULES,
    rustc::RULES,
    build::RULES,
    test::RULES,
    analysis::RULES,
];

/// A rule for wording that only a tool of Rust prints.
const fn rule(code: &'static str, category: &'static str) -> RuleBuilder {
    Rule::new(code).category(category).ecosystem("rust").confidence(0.9).specificity(85)
}
