//! Recognises what the go command, its compiler, its tests and the linters of Go print when they fail.
//!
//! Role: classifier. Imports: none that needs a grant. [`rules`] holds the wording; this file only connects it.

use plugin_sdk::prelude::*;

pub mod rules;

/// The plugin.
pub struct ClassifyGo;

impl Classifier for ClassifyGo {
    const RULES: &'static [&'static [Rule]] = rules::ALL;
}

plugin_sdk::export_classifier!(ClassifyGo);

#[cfg(test)]
mod tests {
    use plugin_sdk::testing::check_rules;

    #[test]
    fn rules_keep_to_their_examples_and_to_the_contract() {
        check_rules(super::rules::ALL);
    }
}
