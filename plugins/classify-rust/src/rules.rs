//! The rules, one module per topic.

use plugin_sdk::prelude::*;

pub mod build;
pub mod manifest;
pub mod network;
pub mod resolver;
pub mod rustc;
pub mod test;
pub mod toolchain;

/// All rules.
pub fn all() -> Vec<Rule> {
    [
        resolver::rules(),
        manifest::rules(),
        network::rules(),
        toolchain::rules(),
        rustc::rules(),
        build::rules(),
        test::rules(),
    ]
    .concat()
}

/// A rule for wording that only a tool of Rust prints.
fn rule(code: &str, category: &str) -> Rule {
    Rule::new(code).category(category).ecosystem("rust").confidence(0.9).specificity(85)
}
