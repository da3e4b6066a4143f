//! Recognises what the operating system and programs that any project may use print when they fail.
//!
//! Role: classifier. Imports: none that needs a grant. [`rules`] holds the wording, [`look`] names captures alike where some
//! rules ask for; this file only connects them.

use plugin_sdk::prelude::*;

pub mod look;
pub mod rules;

/// The plugin.
pub struct ClassifySystem;

impl Classifier for ClassifySystem {
    const RULES: &'static [&'static [Rule]] = rules::ALL;

    fn classify(candidate: Candidate, log: &dyn Log) -> Result<Vec<Finding>, PluginError> {
        let rule = candidate.rule_in(Self::RULES)?;
        Ok(if look::is_tried_again(&candidate, log) { Vec::new() } else { vec![look::finding(&candidate, rule)] })
    }
}

plugin_sdk::export_classifier!(ClassifySystem);

#[cfg(test)]
mod tests {
    use plugin_sdk::testing::check_rules;

    #[test]
    fn rules_keep_to_their_examples_and_to_the_contract() {
        check_rules(super::rules::ALL);
    }

    #[test]
    fn no_classifier_takes_an_example_of_another_away_from_it() {
        let all = [
            super::rules::ALL,
            classify_ci::rules::ALL,
            classify_container::rules::ALL,
            classify_delivery::rules::ALL,
            classify_dotnet::rules::ALL,
            classify_go::rules::ALL,
            classify_jvm::rules::ALL,
            classify_native::rules::ALL,
            classify_node::rules::ALL,
            classify_php::rules::ALL,
            classify_python::rules::ALL,
            classify_ruby::rules::ALL,
            classify_rust::rules::ALL,
            classify_scanners::rules::ALL,
        ];
        check_rules(&all.concat());
    }
}
