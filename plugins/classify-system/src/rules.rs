//! The rules, one module per topic.

use plugin_sdk::prelude::*;

pub mod access;
pub mod ci;
pub mod compiler;
pub mod container;
pub mod git;
pub mod go;
pub mod jvm;
pub mod locks;
pub mod network;
pub mod packages;
pub mod process;
pub mod resources;
pub mod service;
pub mod shell;

/// All rules.
pub fn all() -> Vec<Rule> {
    [
        network::rules(),
        service::rules(),
        access::rules(),
        resources::rules(),
        process::rules(),
        locks::rules(),
        shell::rules(),
        packages::rules(),
        git::rules(),
        compiler::rules(),
        container::rules(),
        ci::rules(),
        jvm::rules(),
        go::rules(),
    ]
    .concat()
}

/// A rule for wording that many programs share, because it is the operating system's or a standard's.
fn rule(code: &str, category: &str) -> Rule {
    Rule::new(code).category(category).confidence(0.8).specificity(45)
}

/// A rule for wording that only tools of one ecosystem print.
fn tool(code: &str, category: &str, ecosystem: &str) -> Rule {
    rule(code, category).ecosystem(ecosystem).confidence(0.9).specificity(80)
}
