//! The rules, one module per topic.

use plugin_sdk::prelude::*;

pub mod audit;
pub mod code;
pub mod image;
pub mod licences;
pub mod secrets;

/// All rules.
pub const ALL: &[&[Rule]] = &[audit::RULES, code::RULES, image::RULES, licences::RULES, secrets::RULES];

/// A rule for wording that only these tools print.
const fn rule(code: &'static str, category: &'static str) -> RuleBuilder {
    Rule::new(code).category(category).ecosystem("generic").confidence(0.9).specificity(80)
}
