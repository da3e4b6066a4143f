#![allow(clippy::unwrap_used)]

use serde_json::json;

use super::*;

const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";
const MODULE: &[u8] = b"\0asm\x01\0\0\0";

/// A section: its id, its size and its content, for sizes below 2^14.
fn wasm_section(id: u8, content: &[u8]) -> Vec<u8> {
    let size = u16::try_from(content.len()).unwrap();
    let (low, high) = (u8::try_from(size & 0x7f).unwrap(), u8::try_from(size >> 7).unwrap());
    [&[id, low | 0x80, high], content].concat()
}

fn custom(name: &str, content: &[u8]) -> Vec<u8> {
    wasm_section(0, &[&[u8::try_from(name.len()).unwrap()], name.as_bytes(), content].concat())
}

/// A component with a core module in it, and sections in both.
fn component(outer: &[Vec<u8>], inner: &[Vec<u8>]) -> Vec<u8> {
    let module = [MODULE, &inner.concat()].concat();
    [COMPONENT, &wasm_section(1, &module), &outer.concat()].concat()
}

fn rule(code: &str) -> Value {
    json!({
        "code": code, "category": "configuration", "ecosystem": "generic", "pattern": "^broken$", "negative": null,
        "severity": "error", "confidence": 0.9, "specificity": 50, "position": "cause", "disposition": "auto",
        "strategies": ["config"], "asks-plugin": false,
        "examples": [{ "text": "broken", "matches": true }, { "text": "whole", "matches": false }],
        "attrs": [{ "key": "exit-codes", "value": "1,2" }],
    })
}

fn section_of(rules: &Value) -> Vec<u8> {
    custom(RULES_SECTION, rules.to_string().as_bytes())
}

fn declared(component: &[u8]) -> Result<Option<Vec<RuleSpec>>, String> {
    declared_rules("acme@1.0.0", component).map_err(|error| error.to_string())
}

fn rules(rules: &Value) -> Vec<RuleSpec> {
    declared(&component(&[section_of(rules)], &[])).unwrap().unwrap()
}

#[test]
fn rules_are_found_in_the_component_and_in_a_module_within_it() {
    let section = || vec![section_of(&json!([rule("a.b")]))];
    for component in [component(&section(), &[]), component(&[], &section())] {
        let rules = declared(&component).unwrap().unwrap();
        assert_eq!((rules[0].id.as_str(), rules[0].disposition.as_str()), ("acme@1.0.0/b", "auto"));
        assert_eq!(rules[0].attrs, [("exit-codes".to_owned(), "1,2".to_owned())]);
        assert_eq!(rules[0].negative, None);
    }
    // One component deeper, as tools that compose components make them.
    let deeper = [COMPONENT, &wasm_section(4, &component(&[], &section()))].concat();
    assert_eq!(declared(&deeper).unwrap().map(|rules| rules.len()), Some(1));
}

#[test]
fn a_component_without_the_section_declares_nothing() {
    assert_eq!(declared(&component(&[custom("producers", b"x")], &[custom("name", b"y")])), Ok(None));
}

#[test]
fn two_sections_are_none() {
    let section = || vec![section_of(&json!([rule("a.b")]))];
    let error = declared(&component(&section(), &section())).unwrap_err();
    assert!(error.contains("more than one"), "{error}");
    // What a linker does with two of one name in one module.
    let joined = format!("{}{}", json!([rule("a.b")]), json!([rule("a.c")]));
    let error = declared(&component(&[], &[custom(RULES_SECTION, joined.as_bytes())])).unwrap_err();
    assert!(error.contains("trailing characters"), "{error}");
}

#[test]
fn what_is_no_list_of_rules_is_refused_with_the_place() {
    let without = |key: &str| {
        let mut rule = rule("a.b");
        rule.as_object_mut().unwrap().remove(key);
        json!([rule])
    };
    let with = |key: &str, value: Value| {
        let mut rule = rule("a.b");
        rule[key] = value;
        json!([rule])
    };
    for (rules, why) in [
        (json!({}), "invalid type: map"),
        (without("severity"), "missing field `severity`"),
        (with("asks_plugin", json!(true)), "unknown field `asks_plugin`"),
        (with("disposition", json!("sometimes")), "unknown variant `sometimes`"),
        (with("confidence", json!(1.5)), "rule \"a.b\": its confidence is 1.5"),
        (with("severity", json!("loud")), "rule \"a.b\": "),
        (json!([rule("a.b"), rule("a.b")]), "the code occurs twice"),
    ] {
        let error = declared(&component(&[section_of(&rules)], &[])).unwrap_err();
        assert!(error.contains(why) && error.contains(RULES_SECTION), "{why}: {error}");
    }
    let error = declared(&component(&[custom(RULES_SECTION, b"[\"\xff\"]")], &[])).unwrap_err();
    assert!(error.contains("unicode") || error.contains("UTF-8"), "{error}");
    assert!(declared(&COMPONENT[..7]).is_err());
}

#[test]
fn the_first_rule_that_differs_is_named_with_what_differs() {
    let declared = rules(&json!([rule("a.b"), rule("a.c")]));
    assert_eq!(difference(&declared, &declared), None);
    let mut other = rule("a.c");
    other["pattern"] = json!("^bust$");
    let returned = rules(&json!([rule("a.b"), other]));
    assert_eq!(
        difference(&declared, &returned).unwrap(),
        "rule a.c: it declares the pattern \"^broken$\" in its file but returns \"^bust$\""
    );
    let returned = rules(&json!([rule("a.d"), rule("a.c")]));
    assert_eq!(
        difference(&declared, &returned).unwrap(),
        "it declares the rule a.b in its file but returns a.d in its place"
    );
    assert!(difference(&declared, &declared[..1]).unwrap().contains("a.c in its file but does not return it"));
    assert!(difference(&declared[..1], &declared).unwrap().contains("a.c but does not declare it"));
}
