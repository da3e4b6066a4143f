//! The rules, one module per tool or topic.

use plugin_sdk::prelude::*;

pub mod bundler;
pub mod lint;
pub mod lockfile;
pub mod modules;
pub mod node;
pub mod npm;
pub mod pnpm;
pub mod registry;
pub mod resolver;
pub mod runner;
pub mod runtime;
pub mod style;
pub mod test;
pub mod typescript;

/// All rules.
pub const ALL: &[&[Rule]] = &[
    resolver::RULES,
    lockfile::RULES,
    registry::RULES,
    modules::RULES,
    runtime::RULES,
    typescript::RULES,
    lint::RULES,
    test::RULES,
    npm::RULES,
    pnpm::RULES,
    node::RULES,
    bundler::RULES,
    runner::RULES,
    style::RULES,
];

/// A rule for wording that only a tool of Node.js prints.
const fn rule(code: &'static str, category: &'static str) -> RuleBuilder {
    Rule::new(code).category(category).ecosystem("node").confidence(0.9).specificity(85)
}
