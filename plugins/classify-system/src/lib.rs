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
    fn rules() -> Result<Vec<Rule>, PluginError> {
        Ok(rules::all())
    }

    fn classify(candidate: Candidate, _log: &dyn Log) -> Result<Vec<Finding>, PluginError> {
        let rule = rules::all()
            .into_iter()
            .find(|rule| rule.code == candidate.code)
            .ok_or_else(|| PluginError::unsupported(format!("{} is not my rule", candidate.code)))?;
        Ok(vec![look::finding(&candidate, &rule)])
    }
}

plugin_sdk::export_classifier!(ClassifySystem);

#[cfg(test)]
mod tests {
    use plugin_sdk::testing::check_rules;

    #[test]
    fn rules_keep_to_their_examples_and_to_the_contract() {
        check_rules(&super::rules::all());
    }

    #[test]
    fn no_classifier_takes_an_example_of_another_away_from_it() {
        check_rules(
            &[
                super::rules::all(),
                classify_node::rules::all(),
                classify_python::rules::all(),
                classify_rust::rules::all(),
            ]
            .concat(),
        );
    }
}
