//! Checks a value against a schema: as much of JSON Schema as the schemas of this repository use.

use serde_json::{Map, Value};

/// What is wrong with a value, one line each. A property that the schema does not list is wrong here.
pub fn complaints(schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    check(schema, schema, value, "$", &mut found);
    found
}

fn check(root: &Value, schema: &Value, value: &Value, way: &str, found: &mut Vec<String>) {
    let Some(rules) = schema.as_object() else { return };
    if let Some(target) = rules.get("$ref").and_then(Value::as_str) {
        match root.pointer(target.trim_start_matches('#')) {
            Some(target) => check(root, target, value, way, found),
            None => found.push(format!("{way}: the schema has no {target}")),
        }
    }
    if let Some(constant) = rules.get("const")
        && constant != value
    {
        found.push(format!("{way}: {value} is not {constant}"));
    }
    if let Some(Value::Array(allowed)) = rules.get("enum")
        && !allowed.contains(value)
    {
        found.push(format!("{way}: {value} is none of {allowed:?}"));
    }
    check_type(rules, value, way, found);
    check_number(rules, value, way, found);
    for (key, at_most) in [("oneOf", 1), ("anyOf", usize::MAX)] {
        if let Some(Value::Array(alternatives)) = rules.get(key) {
            check_alternatives(root, alternatives, at_most, value, way, found);
        }
    }
    match value {
        Value::Object(object) => check_object(root, rules, object, way, found),
        Value::Array(items) => check_array(root, rules, items, way, found),
        _ => {}
    }
}

fn check_type(rules: &Map<String, Value>, value: &Value, way: &str, found: &mut Vec<String>) {
    let allowed: Vec<&str> = match rules.get("type") {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => return,
    };
    let is_of = |name: &&str| match *name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "object" => value.is_object(),
        "array" => value.is_array(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        other => panic!("the schema names the type {other}"),
    };
    if !allowed.iter().any(is_of) {
        found.push(format!("{way}: {value} is no {}", allowed.join(" or ")));
    }
}

fn check_number(rules: &Map<String, Value>, value: &Value, way: &str, found: &mut Vec<String>) {
    let Some(number) = value.as_f64() else { return };
    let bound = |key: &str| rules.get(key).and_then(Value::as_f64);
    if bound("minimum").is_some_and(|least| number < least) || bound("maximum").is_some_and(|most| number > most) {
        found.push(format!("{way}: {number} is out of range"));
    }
}

fn check_alternatives(
    root: &Value,
    alternatives: &[Value],
    at_most: usize,
    value: &Value,
    way: &str,
    found: &mut Vec<String>,
) {
    let answers: Vec<Vec<String>> = alternatives
        .iter()
        .map(|alternative| {
            let mut wrong = Vec::new();
            check(root, alternative, value, way, &mut wrong);
            wrong
        })
        .collect();
    let fitting = answers.iter().filter(|wrong| wrong.is_empty()).count();
    if fitting == 0 {
        // The alternative that fits best is most likely the one that was meant.
        let closest = answers.into_iter().min_by_key(|wrong| {
            let is_other_kind = wrong.iter().any(|line| line.contains(" is not \""));
            (is_other_kind, wrong.len())
        });
        found.extend(closest.unwrap_or_default());
    } else if fitting > at_most {
        found.push(format!("{way}: {fitting} alternatives fit"));
    }
}

fn check_object(
    root: &Value,
    rules: &Map<String, Value>,
    object: &Map<String, Value>,
    way: &str,
    found: &mut Vec<String>,
) {
    for name in rules.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
        if !object.contains_key(name) {
            found.push(format!("{way}: {name} is missing"));
        }
    }
    let listed = rules.get("properties").and_then(Value::as_object);
    let rest = rules.get("additionalProperties");
    if listed.is_none() && rest.is_none() {
        return;
    }
    for (name, value) in object {
        match listed.and_then(|listed| listed.get(name)).or(rest) {
            Some(schema) => check(root, schema, value, &format!("{way}.{name}"), found),
            None => found.push(format!("{way}: {name} is not in the schema")),
        }
    }
}

fn check_array(root: &Value, rules: &Map<String, Value>, items: &[Value], way: &str, found: &mut Vec<String>) {
    let count = |key: &str| rules.get(key).and_then(Value::as_u64);
    let length = items.len() as u64;
    if count("minItems").is_some_and(|least| length < least) || count("maxItems").is_some_and(|most| length > most) {
        found.push(format!("{way}: {length} items"));
    }
    let first: &[Value] = rules.get("prefixItems").and_then(Value::as_array).map_or(&[], Vec::as_slice);
    for (index, item) in items.iter().enumerate() {
        if let Some(schema) = first.get(index).or_else(|| rules.get("items")) {
            check(root, schema, item, &format!("{way}[{index}]"), found);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::complaints;

    #[test]
    fn each_kind_of_mistake_is_found() {
        let schema = json!({
            "type": "object",
            "required": ["kind"],
            "properties": {
                "kind": { "const": "a" },
                "count": { "type": ["integer", "null"], "minimum": 1 },
                "pair": { "type": "array", "minItems": 2, "maxItems": 2, "prefixItems": [{ "type": "string" }, { "$ref": "#/$defs/word" }] },
                "either": { "oneOf": [{ "type": "string" }, { "type": "boolean" }] },
            },
            "$defs": { "word": { "enum": ["x"] } },
        });
        let good = json!({ "kind": "a", "count": null, "pair": ["p", "x"], "either": true });
        assert_eq!(complaints(&schema, &good), Vec::<String>::new());
        for bad in [
            json!([]),
            json!({ "count": 1 }),
            json!({ "kind": "b" }),
            json!({ "kind": "a", "count": 0 }),
            json!({ "kind": "a", "count": "1" }),
            json!({ "kind": "a", "pair": ["p", "y"] }),
            json!({ "kind": "a", "pair": ["p"] }),
            json!({ "kind": "a", "either": 1 }),
            json!({ "kind": "a", "other": 1 }),
        ] {
            assert_eq!(complaints(&schema, &bad).len(), 1, "{bad}");
        }
    }
}
