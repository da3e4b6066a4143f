#![allow(clippy::unwrap_used)]
use plugin_sdk::testing::{LogText, World, check_rules, finding, incident};

use super::*;

fn propose(config: &str) -> Result<Vec<Remedy>, PluginError> {
    let incident = incident(finding("guest.failed", "configuration")).build();
    World::new().config(config).enter(|| Misbehaving::propose(incident, &LogText::default()))
}

#[test]
fn without_a_behaviour_it_is_a_good_plugin() {
    check_rules(GOOD_RULES);
    assert_eq!(World::new().enter(Misbehaving::rules).unwrap(), records(GOOD_RULES));
    assert_eq!(propose("{}").unwrap(), [good_remedy()]);
    assert_eq!(propose(r#"{"behaviour": "loop", "in": "rules"}"#).unwrap(), [good_remedy()]);
}

#[test]
fn an_unknown_behaviour_is_a_mistake_in_the_configuration() {
    assert!(matches!(propose(r#"{"behaviour": "sleep"}"#), Err(PluginError::InvalidConfig(_))));
}

#[test]
fn every_behaviour_that_answers_answers_badly_in_propose_or_in_rules() {
    for (name, behaviour) in behaviour::NAMES {
        let only_costs = matches!(behaviour, Behaviour::FloodLog | Behaviour::FloodHost | Behaviour::ManyElements);
        if !answers(*behaviour) || only_costs || *behaviour == Behaviour::InvalidText {
            continue;
        }
        let proposed = propose(&format!(r#"{{"behaviour": "{name}"}}"#));
        let config = format!(r#"{{"behaviour": "{name}", "in": "rules"}}"#);
        let rules = World::new().config(config).enter(Misbehaving::rules);
        let is_good = proposed.is_ok_and(|remedies| remedies == [good_remedy()])
            && rules.is_ok_and(|rules| rules == records(GOOD_RULES));
        assert!(!is_good, "{name} does nothing bad");
    }
}
