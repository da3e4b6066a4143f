//! Recognises what cargo, rustc, rustfmt, Clippy and the test harness print when they fail.
//!
//! Role: classifier. Imports: none that needs a grant. [`rules`] holds the wording, [`look`] has the second look that some
//! rules ask for; this file only connects them.

use plugin_sdk::prelude::*;

pub mod look;
pub mod rules;

/// The plugin.
pub struct ClassifyRust;

impl Classifier for ClassifyRust {
    const RULES: &'static [&'static [Rule]] = rules::ALL;

    fn classify(candidate: Candidate, log: &dyn Log) -> Result<Vec<Finding>, PluginError> {
        let rule = candidate.rule_in(Self::RULES)?;
        Ok(vec![look::finding(&candidate, rule, log)])
    }
}

plugin_sdk::export_classifier!(ClassifyRust);

#[cfg(test)]
mod tests {
    use plugin_sdk::testing::check_rules;

    #[test]
    fn rules_keep_to_their_examples_and_to_the_contract() {
        check_rules(super::rules::ALL);
    }
}
