//! The rules, one module per tool or topic.

use plugin_sdk::prelude::*;

pub mod lint;
pub mod lockfile;
pub mod modules;
pub mod registry;
pub mod resolver;
pub mod runtime;
pub mod test;
pub mod typescript;

/// All rules.
pub fn all() -> Vec<Rule> {
    [
        resolver::rules(),
        lockfile::rules(),
        registry::rules(),
        modules::rules(),
        runtime::rules(),
        typescript::rules(),
        lint::rules(),
        test::rules(),
    ]
    .concat()
}

/// A rule for wording that only a tool of Node.js prints.
fn rule(code: &str, category: &str) -> Rule {
    Rule::new(code).category(category).ecosystem("node").confidence(0.9).specificity(85)
}
