//! The schemas of the JSON output: valid, complete, and true to what the engine serialises.
//!
//! [`complaints`] is for every test that reads JSON from the command: it also finds properties that a schema does not list,
//! which readers would ignore but nobody would have documented.

mod checker;
mod samples;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::tree::{self, none};

pub use checker::complaints;

/// Reads a schema by its name without `.schema.json`.
#[track_caller]
pub fn schema(name: &str) -> Value {
    let text = tree::read(&format!("engine/cli/schema/{name}.schema.json"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("parse the schema {name}: {error}"))
}

/// Names of all schemas.
fn names() -> Vec<String> {
    let sources = tree::all();
    let paths = sources.iter().filter_map(|source| source.path.strip_prefix("engine/cli/schema/"));
    paths.map(|name| name.trim_end_matches(".schema.json").to_owned()).collect()
}

/// Every schema inside a schema, with the way to it.
fn walk<'a>(schema: &'a Value, way: &str, found: &mut Vec<(String, &'a Value)>) {
    found.push((way.to_owned(), schema));
    for (key, value) in schema.as_object().into_iter().flatten() {
        match (key.as_str(), value) {
            ("properties" | "$defs", Value::Object(children)) => {
                for (name, child) in children {
                    walk(child, &format!("{way}/{name}"), found);
                }
            }
            ("oneOf" | "anyOf" | "prefixItems", Value::Array(children)) => {
                for (index, child) in children.iter().enumerate() {
                    walk(child, &format!("{way}/{key}/{index}"), found);
                }
            }
            ("items" | "additionalProperties", child) => walk(child, &format!("{way}/{key}"), found),
            _ => {}
        }
    }
}

#[test]
fn every_property_of_a_schema_has_a_description_and_every_reference_a_target() {
    let mut wrong = Vec::new();
    for name in names() {
        let schema = schema(&name);
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema", "{name}");
        let mut parts = Vec::new();
        walk(&schema, &name, &mut parts);
        for (way, part) in parts {
            for (property, child) in part["properties"].as_object().into_iter().flatten() {
                let is_described = child["description"].as_str().is_some_and(|text| text.ends_with('.'));
                if !is_described {
                    wrong.push(format!("{way}: {property} has no description"));
                }
            }
            for required in part["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                let is_alternative = part["properties"].is_null();
                if !is_alternative && part["properties"][required].is_null() {
                    wrong.push(format!("{way}: {required} is required and not a property"));
                }
            }
            if let Some(target) = part["$ref"].as_str()
                && schema.pointer(target.trim_start_matches('#')).is_none()
            {
                wrong.push(format!("{way}: there is no {target}"));
            }
        }
    }
    none("engine/cli/schema", &wrong);
}

#[test]
fn a_serialised_event_of_each_kind_is_as_the_schema_says() {
    let schema = schema("events");
    let mut wrong = Vec::new();
    for (index, line) in samples::lines().iter().enumerate() {
        for complaint in complaints(&schema, line) {
            wrong.push(format!("sample {index}: {complaint}"));
        }
    }
    none("engine/cli/schema/events.schema.json", &wrong);
}

#[test]
fn a_serialised_diagnosis_is_as_the_schema_says() {
    let schema = schema("diagnosis");
    none("engine/cli/schema/diagnosis.schema.json", &complaints(&schema, &samples::diagnosis_answer()));
}

/// Names of the variants of an enum, read from its source, in the spelling of the stream.
#[track_caller]
fn variants(source: &str, name: &str) -> BTreeSet<String> {
    let start = format!("pub enum {name} {{");
    let (_, rest) = source.split_once(&start).unwrap_or_else(|| panic!("event.rs has no {name}"));
    let (body, _) = rest.split_once("\n}").expect("the enum ends");
    // Variants stand four spaces in; their fields stand deeper, their comments begin with a slash.
    let lines = body.lines().filter_map(|line| line.strip_prefix("    "));
    let names = lines.filter(|line| line.starts_with(|c: char| c.is_ascii_uppercase()));
    names.map(|line| kebab(line.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default())).collect()
}

fn kebab(name: &str) -> String {
    let mut text = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !text.is_empty() {
            text.push('-');
        }
        text.push(c.to_ascii_lowercase());
    }
    text
}

#[test]
fn every_fact_and_decision_has_its_place_in_the_schema_and_a_sample() {
    let (schema, source) = (schema("events"), tree::read("engine/pipeline/src/event.rs"));
    for (name, key) in [("Fact", "fact"), ("Decision", "decision")] {
        let real = variants(&source, name);
        assert!(real.len() > 10, "only {real:?} were found in event.rs");
        let alternatives = schema["$defs"][key]["oneOf"].as_array().expect("a list of alternatives");
        let described: BTreeSet<String> =
            alternatives.iter().filter_map(|one| one["properties"][key]["const"].as_str()).map(str::to_owned).collect();
        assert_eq!(real, described, "events.schema.json and the enum {name} differ");
        let lines = samples::lines();
        let sampled: BTreeSet<String> =
            lines.iter().filter_map(|line| line[key][key].as_str()).map(str::to_owned).collect();
        assert_eq!(real, sampled, "tests/it/schema/samples.rs and the enum {name} differ");
    }
}
