//! A plugin that proposes what its configuration says, so that a scenario can state its remedies as data.
//!
//! Configuration: `{"remedies": [{"title": "…", "strategy": "config", "confidence": 0.9, "actions": […]}]}`; [`script`] lists
//! the actions. Each remedy is proposed until one of its title was tried, or always with `"again": true`. Its rules find
//! lines of the forms `scripted: the cause is broken` and `scripted: the file PATH is spoilt`; remedies are proposed for any
//! failure, those of other classifiers included.
//!
//! Roles: classifier, healer. Imports: none that needs a grant.

use plugin_sdk::prelude::*;

pub mod script;

/// The plugin.
pub struct Scripted;

impl Classifier for Scripted {
    const RULES: &'static [&'static [Rule]] = &[rules![
        Rule::new("scripted.broken")
            .category("configuration")
            .pattern("^scripted: (?P<name>[a-z ]+) is broken$")
            .confidence(0.95)
            .specificity(95)
            .disposition(Disposition::Auto)
            .strategies(&["config", "rollback", "alternative"])
            .matches("scripted: the cause is broken")
            .ignores("scripted: the cause is gone"),
        Rule::new("scripted.spoilt")
            .category("configuration")
            .pattern(r"^scripted: the file (?P<path>\S+) is spoilt$")
            .confidence(0.95)
            .specificity(95)
            .disposition(Disposition::Auto)
            .strategies(&["rollback"])
            .matches("scripted: the file a/b.ini is spoilt")
            .ignores("scripted: the file is spoilt"),
    ]];
}

impl Healer for Scripted {
    fn handles() -> Result<Vec<Interest>, PluginError> {
        Ok(vec![Interest::code("*")])
    }

    fn propose(incident: Incident, _log: &dyn Log) -> Result<Vec<Remedy>, PluginError> {
        script::remedies(&host::config::json()?, &incident)
    }
}

plugin_sdk::export_classifier!(Scripted);
plugin_sdk::export_healer!(Scripted);

#[cfg(test)]
mod tests;
