//! Uses `log-source`.

use plugin_sdk::prelude::*;

struct Speaker;

impl Classifier for Speaker {
    const RULES: &'static [&'static [Rule]] = &[rules![
        Rule::new("v0.broken")
            .category("configuration")
            .pattern("^v0: (?P<name>[a-z]+) is broken$")
            .confidence(0.9)
            .specificity(90)
            .disposition(Disposition::Auto)
            .strategies(&["config"])
            .asks_plugin()
            .matches("v0: it is broken")
            .ignores("v0: it is fine"),
    ]];

    fn classify(candidate: Candidate, log: &dyn Log) -> Result<Vec<Finding>, PluginError> {
        let mut finding = candidate.to_finding(candidate.rule_in(Self::RULES)?);
        let above = log.lines(1, 1).first().map(|line| line.text.clone()).unwrap_or_default();
        finding.captures.push(Capture { name: "message".to_owned(), value: above });
        Ok(vec![finding])
    }
}

plugin_sdk::export_classifier!(Speaker);
