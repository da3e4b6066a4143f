//! A plugin that misbehaves as its configuration says, for the tests of the host.
//!
//! Configuration: `{"behaviour": "loop", "in": "propose"}`. `behaviour` is a name of [`behaviour::NAMES`]; `in` is the role
//! function that misbehaves (`rules`, `classify`, `handles` or `propose`, the default). Without a behaviour it is a good
//! plugin: one rule `guest.failed` for the line `guest: failed`, one remedy that sets `GUEST_HEALED=1`.
//!
//! Roles: classifier, healer. Imports: none that needs a grant. The rules of a [`plugin_sdk::classifier::Classifier`] cannot
//! misbehave, because they are constants; this classifier is written on the bindings, as if by another language's tools, and
//! therefore carries no section `selfheal-rules` either.

use plugin_sdk::bindings::classifier::exports::selfheal::plugin::classifier::Guest as ClassifierGuest;
use plugin_sdk::classifier::{RuleRecord, records};
use plugin_sdk::host::LogReader;
use plugin_sdk::prelude::*;

pub mod behaviour;
pub mod garbage;

use crate::behaviour::Behaviour;

/// The plugin.
pub struct Misbehaving;

impl ClassifierGuest for Misbehaving {
    fn rules() -> Result<Vec<RuleRecord>, PluginError> {
        Ok(match behaviour::act("rules")? {
            Some(behaviour) => garbage::rules(behaviour),
            None => records(GOOD_RULES),
        })
    }

    fn classify(candidate: Candidate, log: &LogReader) -> Result<Vec<Finding>, PluginError> {
        let finding = candidate.to_finding(candidate.rule_in(GOOD_RULES)?);
        Ok(match behaviour::act_on("classify", log)? {
            Some(behaviour) => garbage::findings(behaviour, &finding),
            None => vec![finding],
        })
    }
}

impl Healer for Misbehaving {
    fn handles() -> Result<Vec<Interest>, PluginError> {
        Ok(match behaviour::act("handles")? {
            Some(behaviour) => garbage::interests(behaviour),
            None => vec![Interest::code("guest.*")],
        })
    }

    fn propose(incident: Incident, log: &dyn Log) -> Result<Vec<Remedy>, PluginError> {
        Ok(match behaviour::act_on("propose", log)? {
            Some(behaviour) => garbage::remedies(behaviour, &incident),
            None => vec![good_remedy()],
        })
    }
}

#[cfg(target_arch = "wasm32")]
plugin_sdk::bindings::classifier::export_classifier_bindings!(
    Misbehaving with_types_in plugin_sdk::bindings::classifier
);
plugin_sdk::export_healer!(Misbehaving);

const GOOD_RULES: &[&[Rule]] = &[rules![
    Rule::new("guest.failed")
        .category("configuration")
        .pattern("^guest: failed$")
        .confidence(0.95)
        .specificity(95)
        .disposition(Disposition::Auto)
        .strategies(&["config"])
        .asks_plugin()
        .matches("guest: failed")
        .ignores("guest: passed"),
]];

fn good_remedy() -> Remedy {
    remedy("config", "set GUEST_HEALED for the stage")
        .because("the guest's own fixture passes with it")
        .confidence(0.9)
        .action(action::set_env("GUEST_HEALED", "1"))
}

/// Whether a behaviour gives an answer at all; the others are over when [`behaviour::act`] has run, one way or another.
pub fn answers(behaviour: Behaviour) -> bool {
    !matches!(
        behaviour,
        Behaviour::Loop | Behaviour::ExhaustMemory | Behaviour::Recurse | Behaviour::Trap | Behaviour::Exit
    )
}

#[cfg(test)]
mod tests;
