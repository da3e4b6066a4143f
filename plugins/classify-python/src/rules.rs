//! The rules, one module per tool or topic.

use plugin_sdk::prelude::*;

pub mod build;
pub mod imports;
pub mod lint;
pub mod lockfile;
pub mod pip;
pub mod pytest;
pub mod runtime;
pub mod types;

/// All rules.
pub fn all() -> Vec<Rule> {
    [
        pip::rules(),
        lockfile::rules(),
        build::rules(),
        imports::rules(),
        runtime::rules(),
        pytest::rules(),
        types::rules(),
        lint::rules(),
    ]
    .concat()
}

/// A rule for wording that only a tool of Python prints.
fn rule(code: &str, category: &str) -> Rule {
    Rule::new(code).category(category).ecosystem("python").confidence(0.9).specificity(85)
}
