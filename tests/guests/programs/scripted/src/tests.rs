#![allow(clippy::unwrap_used)]

use plugin_sdk::testing::{LogText, World, check_rules, finding, incident};

use super::*;

const CONFIG: &str = r#"{"remedies": [{"title": "set it", "actions": [{"set-env": ["A", "1"]}, {"wait": 5}]}]}"#;

fn propose(config: &str, incident: Incident) -> Result<Vec<Remedy>, PluginError> {
    World::new().config(config).enter(|| Scripted::propose(incident, &LogText::default()))
}

#[test]
fn its_rule_holds() {
    check_rules(Scripted::RULES);
}

#[test]
fn it_proposes_what_its_configuration_says_until_it_was_tried() {
    let broken = || incident(finding("scripted.broken", "configuration"));
    let remedies = propose(CONFIG, broken().build()).unwrap();
    assert_eq!(remedies[0].actions[0], action::set_env("A", "1"));
    assert_eq!(propose(CONFIG, broken().tried("config", "set it").build()).unwrap(), []);
}

#[test]
fn a_mistake_in_the_script_is_diagnosed() {
    let broken = incident(finding("scripted.broken", "configuration")).build();
    let answer = propose(r#"{"remedies": [{"title": "x", "actions": [{"fly": "away"}]}]}"#, broken);
    assert!(matches!(answer, Err(PluginError::InvalidConfig(_))), "{answer:?}");
}
