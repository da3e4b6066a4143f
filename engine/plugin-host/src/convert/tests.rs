#![allow(clippy::unwrap_used)]

use pipeline::id::PluginId;

use super::*;
use crate::bindings::capabilities::selfheal::plugin::types::{Attr, EnvVar};
use crate::bindings::classifier::exports::selfheal::plugin::classifier as wit_classifier;

fn remedy(actions: Vec<wit_healer::Action>) -> wit_healer::Remedy {
    wit_healer::Remedy {
        strategy: "config".to_owned(),
        title: "do it".to_owned(),
        rationale: String::new(),
        confidence: 0.5,
        actions,
        reversible: true,
        expects: Vec::new(),
        attrs: Vec::new(),
    }
}

fn complaint(remedy: wit_healer::Remedy) -> String {
    remedies_from_wit(&PluginId::new("p"), vec![remedy]).err().unwrap_or_default()
}

fn clear(path: &str) -> wit_healer::Action {
    wit_healer::Action::ClearPath(path.to_owned())
}

#[test]
fn a_valid_remedy_passes() {
    assert_eq!(complaint(remedy(vec![clear("build/cache")])), "");
}

#[test]
fn each_breach_of_the_contract_is_named() {
    let ok = || remedy(vec![clear("a")]);
    let cases = [
        (wit_healer::Remedy { strategy: "magic".into(), ..ok() }, "unknown strategy"),
        (wit_healer::Remedy { confidence: f64::NAN, ..ok() }, "confidence"),
        (wit_healer::Remedy { confidence: 1.5, ..ok() }, "confidence"),
        (wit_healer::Remedy { title: " ".into(), ..ok() }, "no title"),
        (wit_healer::Remedy { title: "t".repeat(2_000), ..ok() }, "title"),
        (wit_healer::Remedy { rationale: "r".repeat(70_000), ..ok() }, "rationale"),
        (wit_healer::Remedy { expects: vec![String::new(); 300], ..ok() }, "names"),
        (remedy(Vec::new()), "no actions"),
        (remedy(vec![clear("a"); 33]), "33 actions"),
        (remedy(vec![clear("/etc")]), "not relative"),
        (remedy(vec![clear("a/../../b")]), ".."),
        (remedy(vec![clear("a\0b")]), "not relative"),
        (remedy(vec![clear("")]), "empty"),
        (remedy(vec![wit_healer::Action::SetEnv(EnvVar { name: "A=B".into(), value: String::new() })]), "variable"),
        (remedy(vec![wit_healer::Action::ReplaceCommand(wit::Command::Argv(Vec::new()))]), "no program"),
        (
            remedy(vec![wit_healer::Action::WaitForService(wit_healer::ServiceProbe {
                host: "db.example".into(),
                port: 1,
                timeout_ms: 1,
            })]),
            "not on this machine",
        ),
        (wit_healer::Remedy { attrs: vec![Attr { key: "k".into(), value: "v".repeat(5_000) }], ..ok() }, "attribute"),
    ];
    for (remedy, expected) in cases {
        let complaint = complaint(remedy);
        assert!(complaint.contains(expected), "{expected:?} in {complaint:?}");
    }
    let many = vec![ok(); 17];
    assert!(remedies_from_wit(&PluginId::new("p"), many).unwrap_err().contains("17 remedies"));
}

#[test]
fn a_title_stays_one_line() {
    let remedies = remedies_from_wit(
        &"p".into(),
        vec![wit_healer::Remedy { title: "a\n\x1b[2Jb".into(), ..remedy(vec![clear("a")]) }],
    );
    assert_eq!(remedies.unwrap()[0].title, "a\\n\\u{1b}[2Jb");
}

fn rule(code: &str) -> wit_classifier::Rule {
    wit_classifier::Rule {
        code: code.to_owned(),
        category: "unknown".to_owned(),
        ecosystem: "generic".to_owned(),
        pattern: "x".to_owned(),
        negative: None,
        severity: "error".to_owned(),
        confidence: 0.5,
        specificity: 50,
        position: "cause".to_owned(),
        disposition: wit::Disposition::Never,
        strategies: Vec::new(),
        asks_plugin: false,
        examples: Vec::new(),
        attrs: Vec::new(),
    }
}

#[test]
fn rules_get_ids_that_differ() {
    let specs = rules_from_wit("c@0.1.0", vec![rule("git.timeout"), rule("network.timeout"), rule("plain")]).unwrap();
    let ids: Vec<&str> = specs.iter().map(|spec| spec.id.as_str()).collect();
    assert_eq!(ids, ["c@0.1.0/timeout", "c@0.1.0/network.timeout", "c@0.1.0/plain"]);
}

#[test]
fn an_invalid_rule_is_named() {
    let cases = [
        wit_classifier::Rule { severity: "fatal".into(), ..rule("a.b") },
        wit_classifier::Rule { position: "middle".into(), ..rule("a.b") },
        wit_classifier::Rule { confidence: -0.1, ..rule("a.b") },
        wit_classifier::Rule { specificity: 101, ..rule("a.b") },
        wit_classifier::Rule { pattern: "x".repeat(3_000), ..rule("a.b") },
        wit_classifier::Rule { category: "No Category".into(), ..rule("a.b") },
    ];
    for case in cases {
        let complaint = rules_from_wit("c@0.1.0", vec![case]).unwrap_err();
        assert!(complaint.starts_with("rule \"a.b\": "), "{complaint}");
    }
    assert!(rules_from_wit("c@0.1.0", vec![rule("a.b"), rule("a.b")]).unwrap_err().contains("twice"));
    assert!(rules_from_wit("c@0.1.0", vec![rule("a.b"); 2_001]).unwrap_err().contains("2001 rules"));
}

#[test]
fn texts_for_guests_are_cut_at_a_character() {
    assert_eq!(cut("aé", 2), "a");
    assert_eq!(cut("aé", 3), "aé");
}
