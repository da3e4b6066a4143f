//! The rules, one module per topic.

use plugin_sdk::prelude::*;

pub mod build;
pub mod compose;
pub mod daemon;
pub mod helm;
pub mod image;
pub mod kubernetes;
pub mod runtime;

/// All rules.
pub const ALL: &[&[Rule]] =
    &[build::RULES, compose::RULES, daemon::RULES, helm::RULES, image::RULES, kubernetes::RULES, runtime::RULES];

/// A rule for wording that only these tools print.
const fn rule(code: &'static str, category: &'static str) -> RuleBuilder {
    Rule::new(code).category(category).ecosystem("docker").confidence(0.9).specificity(80)
}
