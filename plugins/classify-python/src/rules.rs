//! The rules, one module per tool or topic.

use plugin_sdk::prelude::*;

pub mod build;
pub mod checks;
pub mod environment;
pub mod imports;
pub mod lint;
pub mod lockfile;
pub mod metadata;
pub mod pip;
pub mod pytest;
pub mod runtime;
pub mod settings;
pub mod testing;
pub mod types;

/// All rules.
pub const ALL: &[&[Rule]] = &[
    pip::RULES,
    lockfile::RULES,
    build::RULES,
    imports::RULES,
    runtime::RULES,
    pytest::RULES,
    types::RULES,
    lint::RULES,
    checks::RULES,
    settings::RULES,
    environment::RULES,
    metadata::RULES,
    testing::RULES,
];

/// A rule for wording that only a tool of Python prints.
const fn rule(code: &'static str, category: &'static str) -> RuleBuilder {
    Rule::new(code).category(category).ecosystem("python").confidence(0.9).specificity(85)
}
