//! Recognises why dbt fails.

use plugin_sdk::prelude::*;

struct Plugin;

impl Classifier for Plugin {
    const RULES: &'static [&'static [Rule]] = &[rules![
        Rule::new("dbt.profile-missing")
            .category("configuration")
            .pattern(r"Could not find profile named '(?P<name>[^']+)'")
            .confidence(0.95)
            .specificity(90)
            .disposition(Disposition::Never)
            .strategies(&["escalate"])
            .matches("  Could not find profile named 'shop'")
            .ignores("Could not find a version that satisfies the requirement shop"),
        Rule::new("dbt.node-missing")
            .category("compile-error")
            .pattern(r"(?:Model|Test|Snapshot|Seed) '[^']+' \((?P<file>[^)]+)\) depends on a (?:node|source) named '(?P<name>[^']+)' which was not found")
            .confidence(0.95)
            .specificity(95)
            .disposition(Disposition::Never)
            .strategies(&["escalate"])
            .matches("  Model 'model.shop.orders' (models/orders.sql) depends on a node named 'stg_orders' which was not found")
            .ignores("Found 3 models, 2 tests"),
        Rule::new("dbt.database-error")
            .category("deployment")
            .pattern(r"Database Error in (?:model|test|seed|snapshot) (?P<name>\S+) \((?P<file>[^)]+)\)")
            .confidence(0.8)
            .specificity(90)
            .disposition(Disposition::Never)
            .strategies(&["escalate"])
            .asks_plugin()
            .matches("  Database Error in model customers (models/customers.sql)")
            .ignores("  Compilation Error in model customers (models/customers.sql)"),
    ]];

    /// dbt says which database it talked to, and the database says what is wrong: in the lines below.
    fn classify(candidate: Candidate, log: &dyn Log) -> Result<Vec<Finding>, PluginError> {
        let mut finding = candidate.to_finding(candidate.rule_in(Self::RULES)?);
        let below = log.below(candidate.line.line, 3);
        if let Some(line) = below.into_iter().find(|line| speaks_of_credentials(&line.text)) {
            finding.category = "auth-or-permission".to_owned();
            finding.context.push(line);
        }
        Ok(vec![finding])
    }
}

fn speaks_of_credentials(text: &str) -> bool {
    let text = text.to_lowercase();
    ["permission denied", "access denied", "password authentication failed"].iter().any(|words| text.contains(words))
}

plugin_sdk::export_classifier!(Plugin);
