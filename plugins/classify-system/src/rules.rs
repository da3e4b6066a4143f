//! The rules, one module per topic.

use plugin_sdk::prelude::*;

pub mod access;
pub mod archive;
pub mod configuration;
pub mod git;
pub mod git_commands;
pub mod locks;
pub mod network;
pub mod packages;
pub mod process;
pub mod resources;
pub mod service;
pub mod shell;
pub mod surroundings;
pub mod tasks;

/// All rules.
pub const ALL: &[&[Rule]] = &[
    network::RULES,
    service::RULES,
    access::RULES,
    archive::RULES,
    resources::RULES,
    process::RULES,
    locks::RULES,
    shell::RULES,
    surroundings::RULES,
    packages::RULES,
    git::RULES,
    git_commands::RULES,
    configuration::RULES,
    tasks::RULES,
];

/// A rule for wording that many programs share, because it is the operating system's or a standard's.
const fn rule(code: &'static str, category: &'static str) -> RuleBuilder {
    Rule::new(code).category(category).confidence(0.8).specificity(45)
}

/// A rule for wording that only tools of one ecosystem print.
const fn tool(code: &'static str, category: &'static str, ecosystem: &'static str) -> RuleBuilder {
    rule(code, category).ecosystem(ecosystem).confidence(0.9).specificity(80)
}
