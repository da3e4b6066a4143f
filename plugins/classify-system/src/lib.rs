//! Recognises what the operating system and programs that any project may use print when they fail.
//!
//! Role: classifier. Imports: none that needs a grant. [`rules`] holds the wording, [`look`] names captures alike and
//! [`overcome`] drops what the program got over, where rules ask for it; this file only connects them.

use plugin_sdk::prelude::*;

pub mod look;
pub mod overcome;
pub mod rules;

/// The plugin.
pub struct ClassifySystem;

impl Classifier for ClassifySystem {
    const RULES: &'static [&'static [Rule]] = rules::ALL;

    fn classify(candidate: Candidate, log: &dyn Log) -> Result<Vec<Finding>, PluginError> {
        let rule = candidate.rule_in(Self::RULES)?;
        Ok(if overcome::is_overcome(&candidate, log) { Vec::new() } else { vec![look::finding(&candidate, rule)] })
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
}
