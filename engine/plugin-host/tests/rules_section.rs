//! Rules in the file of a classifier, against those that it returns.

mod support;

use plugin_host::{EmbeddedPlugin, FaultKind, HostOptions, PluginHost, RULES_SECTION, Role, declared_rules};

fn host_with(id: &'static str, bytes: Vec<u8>) -> PluginHost {
    let guest = EmbeddedPlugin { id, version: "0.1.0", digest: None, bytes: bytes.leak() };
    let options = HostOptions { embedded: vec![guest], cache_dir: Some(support::cache()), ..HostOptions::default() };
    PluginHost::new(options).expect("the catalog loads")
}

/// The guest with the only occurrence of a text replaced by one of the same length.
fn edited(id: &str, from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut bytes = guests::component(id).to_vec();
    let places: Vec<usize> = (0..bytes.len()).filter(|&place| bytes[place..].starts_with(from.as_bytes())).collect();
    assert_eq!(places.len(), 1, "{from}");
    bytes[places[0]..places[0] + from.len()].copy_from_slice(to.as_bytes());
    bytes
}

async fn refusal(host: &PluginHost, id: &str) -> String {
    match host.rules_of(id).await {
        Err(fault) => {
            assert!(matches!(fault.kind, FaultKind::LoadRefused(_)), "{fault}");
            fault.to_string()
        }
        Ok(rules) => panic!("{} rules are used", rules.len()),
    }
}

#[tokio::test]
async fn a_classifier_returns_what_its_file_declares() {
    let host = support::host();
    let mut declaring = 0;
    for plugin in host.catalog().with_role(Role::Classifier) {
        let declared = declared_rules(&plugin.name(), &plugin.bytes).expect("it is valid");
        let Some(declared) = declared else { continue };
        let returned = host.rules_of(plugin.id.as_str()).await.expect("it is used");
        assert_eq!(declared, returned, "{}", plugin.id);
        declaring += 1;
    }
    assert!(declaring > 0);
}

#[tokio::test]
async fn a_file_that_declares_another_rule_than_it_returns_is_refused_with_the_rule() {
    let host = host_with("two-roles", edited("two-roles", "\"specificity\":95", "\"specificity\":94"));
    let why = refusal(&host, "two-roles").await;
    let expected = "rule two-roles.variable-unset: it declares the specificity 94 in its file but returns 95";
    assert!(why.contains(expected), "{why}");
}

#[tokio::test]
async fn a_file_whose_section_is_no_list_of_rules_is_refused() {
    let host = host_with("two-roles", edited("two-roles", "\"asks-plugin\":", "\"asks_plugin\":"));
    let why = refusal(&host, "two-roles").await;
    assert!(why.contains(RULES_SECTION) && why.contains("unknown field `asks_plugin`"), "{why}");
}

#[tokio::test]
async fn a_classifier_without_the_section_is_used() {
    assert_eq!(declared_rules("misbehaving@0.1.0", guests::component("misbehaving")), Ok(None));
    let host = host_with("misbehaving", guests::component("misbehaving").to_vec());
    assert!(host.rules_of("misbehaving").await.is_ok_and(|rules| !rules.is_empty()));
}
