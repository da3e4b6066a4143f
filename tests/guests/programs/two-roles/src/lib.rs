//! A good plugin with two roles in one component: it recognises a missing variable and proposes to set it.
//!
//! Roles: classifier, healer. Imports: none that needs a grant.

use plugin_sdk::prelude::*;

/// The plugin; one type may have several roles.
pub struct TwoRoles;

impl Classifier for TwoRoles {
    const RULES: &'static [&'static [Rule]] = &[rules![
        Rule::new("two-roles.variable-unset")
            .category("configuration")
            .pattern(r"^two-roles: (?P<variable>[A-Z][A-Z0-9_]*) is not set$")
            .confidence(0.95)
            .specificity(95)
            .disposition(Disposition::Auto)
            .strategies(&["config"])
            .asks_plugin()
            .matches("two-roles: TWO_ROLES_TOKEN is not set")
            .ignores("two-roles: lower is not set"),
    ]];

    fn classify(candidate: Candidate, log: &dyn Log) -> Result<Vec<Finding>, PluginError> {
        let rule = candidate.rule_in(Self::RULES)?;
        // A log that says that the message is only a drill has no such failure in it.
        if !log.find("two-roles: drill", 1, 1).is_empty() {
            return Ok(Vec::new());
        }
        Ok(vec![candidate.to_finding(rule)])
    }
}

impl Healer for TwoRoles {
    fn handles() -> Result<Vec<Interest>, PluginError> {
        Ok(vec![Interest::code("two-roles.*")])
    }

    fn propose(incident: Incident, _log: &dyn Log) -> Result<Vec<Remedy>, PluginError> {
        let Some(variable) = incident.root().capture("variable") else {
            return Ok(Vec::new());
        };
        Ok(vec![
            remedy("config", format!("set {variable} for the stage"))
                .because("the stage stops only because the variable is absent")
                .confidence(0.9)
                .action(action::set_env(variable, "1")),
        ])
    }
}

plugin_sdk::export_classifier!(TwoRoles);
plugin_sdk::export_healer!(TwoRoles);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use plugin_sdk::testing::{LogText, check_rules, finding, incident};

    use super::*;

    #[test]
    fn its_rules_hold() {
        check_rules(TwoRoles::RULES);
    }

    #[test]
    fn it_sets_the_variable_that_it_found() {
        let root = finding("two-roles.variable-unset", "configuration").capture("variable", "TWO_ROLES_TOKEN");
        let remedies = TwoRoles::propose(incident(root).build(), &LogText::default()).unwrap();
        assert_eq!(remedies[0].actions, [action::set_env("TWO_ROLES_TOKEN", "1")]);
    }
}
