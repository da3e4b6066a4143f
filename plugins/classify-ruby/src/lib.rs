//! Recognises what Bundler, RubyGems, the interpreter, RSpec, Minitest, Rails and RuboCop print when they fail.
//!
//! Role: classifier. Imports: none that needs a grant. [`rules`] holds the wording; this file only connects it.

use plugin_sdk::prelude::*;

pub mod look;
pub mod rules;

/// The plugin.
pub struct ClassifyRuby;

impl Classifier for ClassifyRuby {
    const RULES: &'static [&'static [Rule]] = rules::ALL;

    fn classify(candidate: Candidate, log: &dyn Log) -> Result<Vec<Finding>, PluginError> {
        let rule = candidate.rule_in(Self::RULES)?;
        Ok(if look::is_skipped(&candidate, log) { Vec::new() } else { vec![candidate.to_finding(rule)] })
    }
}

plugin_sdk::export_classifier!(ClassifyRuby);

#[cfg(test)]
mod tests {
    use plugin_sdk::testing::check_rules;

    #[test]
    fn rules_keep_to_their_examples_and_to_the_contract() {
        check_rules(super::rules::ALL);
    }
}
