use proptest::prelude::*;
use serde_json::json;

use super::*;

#[track_caller]
fn check(schema: Value, config: Value, expected: &[&str]) {
    let mut whole = json!({"type": "object"});
    whole.as_object_mut().expect("it is one").extend(schema.as_object().expect("it is one").clone());
    let schema = ConfigSchema::parse(whole.to_string().as_bytes()).expect("the schema is valid");
    let found: Vec<String> = schema.problems(&config).iter().map(ConfigProblem::to_string).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_configuration_is_checked_with_the_place_of_what_is_wrong() {
    let schema = json!({
        "properties": {
            "lock": {"type": "string", "minLength": 2, "pattern": "^[a-z]+$"},
            "retries": {"type": "integer", "minimum": 0, "maximum": 5},
            "hosts": {"type": "array", "items": {"$ref": "#/$defs/host"}, "uniqueItems": true, "maxItems": 2},
            "mode": {"enum": ["soft", "hard"]},
        },
        "$defs": {"host": {"type": "string"}},
        "required": ["lock"],
        "additionalProperties": false,
    });
    check(schema.clone(), json!({"lock": "dynamo", "retries": 3.0, "hosts": ["a", "b"], "mode": "soft"}), &[]);
    check(schema.clone(), json!([]), &["/: it is array; object is wanted"]);
    check(schema.clone(), json!({}), &["/: `lock` is missing"]);
    check(schema.clone(), json!({"lock": "x"}), &["/lock: it has 1 characters; at least 2 are wanted"]);
    check(schema.clone(), json!({"lock": "UP"}), &["/lock: it does not match the pattern ^[a-z]+$"]);
    check(schema.clone(), json!({"lock": "ab", "retries": 9}), &["/retries: it is 9; at most 5 is wanted"]);
    check(schema.clone(), json!({"lock": "ab", "retries": 1.5}), &["/retries: it is number; integer is wanted"]);
    check(schema.clone(), json!({"lock": "ab", "hosts": [1]}), &["/hosts/0: it is number; string is wanted"]);
    check(schema.clone(), json!({"lock": "ab", "hosts": ["a", "a"]}), &["/hosts: \"a\" stands there twice"]);
    check(schema.clone(), json!({"lock": "ab", "mode": "x"}), &["/mode: one of \"soft\", \"hard\" is wanted"]);
    check(
        schema,
        json!({"lock": "ab", "lok/x": 1}),
        &["/lok~1x: it is not known; known are: hosts, lock, mode, retries"],
    );
}

#[test]
fn forms_can_be_combined() {
    let number_or_text = json!({"properties": {"a": {"anyOf": [{"type": "number"}, {"type": "string"}]}}});
    check(number_or_text.clone(), json!({"a": "x"}), &[]);
    check(number_or_text, json!({"a": null}), &["/a: it fits none of the forms that are allowed"]);
    let one = json!({"properties": {"a": {"oneOf": [{"minimum": 1}, {"maximum": 2}]}}});
    check(one.clone(), json!({"a": 3}), &[]);
    check(one, json!({"a": 1.5}), &["/a: it does not fit exactly one of the forms that are allowed"]);
    check(
        json!({"properties": {"a": {"not": {"const": 1}}}}),
        json!({"a": 1.0}),
        &["/a: it has a form that is not allowed"],
    );
}

#[test]
fn a_schema_that_refers_to_itself_ends() {
    let tree = json!({"properties": {"next": {"$ref": "#"}}, "additionalProperties": false});
    check(tree.clone(), json!({"next": {"next": {}}}), &[]);
    check(tree, json!({"next": {"nxt": {}}}), &["/next/nxt: it is not known; known are: next"]);
    check(json!({"allOf": [{"$ref": "#"}]}), json!({}), &["/: it is nested more than 64 deep"]);
    let doubling = json!({"allOf": [{"$ref": "#"}, {"$ref": "#"}]});
    check(doubling, json!({}), &["/: checking it takes more than 20000 steps"]);
}

#[test]
fn what_would_not_be_checked_is_refused() {
    let refused = |schema: Value| {
        let mut whole = json!({"type": "object"});
        whole.as_object_mut().expect("it is one").extend(schema.as_object().expect("it is one").clone());
        ConfigSchema::parse(whole.to_string().as_bytes()).expect_err("it is refused").to_string()
    };
    let unknown = refused(json!({"properties": {"a": {"if": {}, "then": {}}}}));
    assert!(unknown.starts_with("#/a: `if` is not checked by this version"), "{unknown}");
    let remote = refused(json!({"properties": {"a": {"$ref": "https://schemas.example/a.json"}}}));
    assert!(remote.starts_with("#/a: the schema refers to https://schemas.example/a.json"), "{remote}");
    let absent = refused(json!({"properties": {"a": {"$ref": "#/$defs/absent"}}}));
    assert!(absent.contains("#/$defs/absent"), "{absent}");
    let lookaround = refused(json!({"properties": {"a": {"pattern": "(?=x)"}}}));
    assert!(lookaround.contains("a regular expression is wanted"), "{lookaround}");
    let bomb = refused(json!({"properties": {"a": {"pattern": "((a{1000}){1000}){1000}"}}}));
    assert!(bomb.contains("a regular expression is wanted"), "{bomb}");
    assert_eq!(ConfigSchema::parse(b"[]"), Err(SchemaError::NotAnObject));
}

proptest! {
    #[test]
    fn no_schema_and_no_configuration_make_the_checker_panic(schema: String, config: String) {
        let text = format!("{{\"type\":\"object\",{schema}}}");
        if let (Ok(schema), Ok(config)) = (ConfigSchema::parse(text.as_bytes()), serde_json::from_str(&config)) {
            let _ = schema.problems(&config);
        }
    }

    #[test]
    fn the_canonical_form_is_its_own(keys in prop::collection::vec("[a-z]{1,4}", 0..6)) {
        let properties: Map<String, Value> = keys.into_iter().map(|key| (key, json!({"type": "string"}))).collect();
        let text = json!({"type": "object", "properties": properties}).to_string();
        let schema = ConfigSchema::parse(text.as_bytes()).expect("it is valid");
        prop_assert_eq!(ConfigSchema::parse(schema.as_bytes()), Ok(schema));
    }
}
