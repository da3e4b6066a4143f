//! A configuration against its schema.

use std::cell::Cell;
use std::fmt;

use serde_json::{Map, Value};

use super::{pattern, referred};

/// How deeply configurations and references are followed; a schema may refer to itself.
const MAX_DEPTH: usize = 64;
/// Schemas that are applied to values in all. One that refers to itself twice would double the work at every level.
const MAX_STEPS: u32 = 20_000;
/// Problems that are told; the rest would not help.
const MAX_PROBLEMS: usize = 50;

/// One thing that is wrong with a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigProblem {
    /// Where, as a JSON pointer; empty for all of it.
    pub path: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() { "/" } else { &self.path };
        write!(f, "{path}: {}", self.message)
    }
}

pub(super) fn problems(root: &Value, config: &Value) -> Vec<ConfigProblem> {
    let steps_left = Cell::new(MAX_STEPS);
    let mut check = Check { root, steps_left: &steps_left, found: Vec::new() };
    check.value(root, config, "", 0);
    if steps_left.get() == 0 {
        check.found.clear();
        check.complain("", format!("checking it takes more than {MAX_STEPS} steps"));
    }
    check.found.truncate(MAX_PROBLEMS);
    check.found
}

struct Check<'a> {
    root: &'a Value,
    steps_left: &'a Cell<u32>,
    found: Vec<ConfigProblem>,
}

impl Check<'_> {
    fn complain(&mut self, path: &str, message: String) {
        if self.found.len() <= MAX_PROBLEMS {
            self.found.push(ConfigProblem { path: path.to_owned(), message });
        }
    }

    /// Whether a value satisfies a schema, without telling what is wrong.
    fn fits(&self, schema: &Value, value: &Value, depth: usize) -> bool {
        let mut check = Check { root: self.root, steps_left: self.steps_left, found: Vec::new() };
        check.value(schema, value, "", depth);
        check.found.is_empty()
    }

    fn value(&mut self, schema: &Value, value: &Value, path: &str, depth: usize) {
        let Some(left) = self.steps_left.get().checked_sub(1) else { return };
        self.steps_left.set(left);
        if depth > MAX_DEPTH {
            return self.complain(path, format!("it is nested more than {MAX_DEPTH} deep"));
        }
        let keywords = match schema {
            Value::Object(keywords) => keywords,
            Value::Bool(false) => return self.complain(path, "nothing is allowed here".to_owned()),
            _ => return,
        };
        for (keyword, wanted) in keywords {
            if let Some(message) = simple_problem(keyword, wanted, value) {
                self.complain(path, message);
            }
            let list = wanted.as_array().map(Vec::as_slice).unwrap_or_default();
            match keyword.as_str() {
                "$ref" => {
                    let target = wanted.as_str().and_then(|target| referred(self.root, target));
                    target.into_iter().for_each(|target| self.value(target, value, path, depth + 1));
                }
                "allOf" => list.iter().for_each(|schema| self.value(schema, value, path, depth + 1)),
                "anyOf" if !list.iter().any(|schema| self.fits(schema, value, depth + 1)) => {
                    self.complain(path, "it fits none of the forms that are allowed".to_owned());
                }
                "oneOf" if list.iter().filter(|schema| self.fits(schema, value, depth + 1)).count() != 1 => {
                    self.complain(path, "it does not fit exactly one of the forms that are allowed".to_owned());
                }
                "not" if self.fits(wanted, value, depth + 1) => {
                    self.complain(path, "it has a form that is not allowed".to_owned());
                }
                "items" => {
                    for (place, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.value(wanted, item, &format!("{path}/{place}"), depth + 1);
                    }
                }
                _ => {}
            }
        }
        if let Value::Object(fields) = value {
            self.fields(keywords, fields, path, depth);
        }
    }

    fn fields(&mut self, keywords: &Map<String, Value>, fields: &Map<String, Value>, path: &str, depth: usize) {
        let properties = keywords.get("properties").and_then(Value::as_object);
        for name in keywords.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
            if !fields.contains_key(name) {
                self.complain(path, format!("`{name}` is missing"));
            }
        }
        for (name, value) in fields {
            let at = format!("{path}/{}", name.replace('~', "~0").replace('/', "~1"));
            let others = keywords.get("additionalProperties");
            match (properties.and_then(|properties| properties.get(name)), others) {
                (Some(schema), _) => self.value(schema, value, &at, depth + 1),
                (None, Some(Value::Bool(false))) => {
                    let known: Vec<&str> = properties.into_iter().flat_map(Map::keys).map(String::as_str).collect();
                    self.complain(&at, format!("it is not known; known are: {}", known.join(", ")));
                }
                (None, Some(schema)) => self.value(schema, value, &at, depth + 1),
                (None, None) => {}
            }
        }
    }
}

/// What a keyword that looks at one value alone has against it.
fn simple_problem(keyword: &str, wanted: &Value, value: &Value) -> Option<String> {
    let at_least = |count: Option<usize>, what: &str| {
        let (count, least) = (count? as u64, wanted.as_u64()?);
        (count < least).then(|| format!("it has {count} {what}; at least {least} are wanted"))
    };
    let at_most = |count: Option<usize>, what: &str| {
        let (count, most) = (count? as u64, wanted.as_u64()?);
        (count > most).then(|| format!("it has {count} {what}; at most {most} are allowed"))
    };
    let number = |is_wrong: fn(f64, f64) -> bool, words: &str| {
        let (is, limit) = (value.as_f64()?, wanted.as_f64()?);
        is_wrong(is, limit).then(|| format!("it is {value}; {words} {wanted} is wanted"))
    };
    let characters = value.as_str().map(|text| text.chars().count());
    let items = value.as_array().map(Vec::len);
    let fields = value.as_object().map(Map::len);
    match keyword {
        "type" => {
            let names = wanted.as_array().map_or_else(|| vec![wanted], |list| list.iter().collect());
            let names: Vec<&str> = names.into_iter().filter_map(Value::as_str).collect();
            let fits = names.iter().any(|name| has_type(value, name));
            (!fits).then(|| format!("it is {}; {} is wanted", type_of(value), names.join(" or ")))
        }
        "enum" => {
            let allowed = wanted.as_array()?;
            let list = || allowed.iter().map(Value::to_string).collect::<Vec<_>>().join(", ");
            (!allowed.iter().any(|one| is_same(one, value))).then(|| format!("one of {} is wanted", list()))
        }
        "const" => (!is_same(wanted, value)).then(|| format!("{wanted} is wanted")),
        "minimum" => number(|is, limit| is < limit, "at least"),
        "maximum" => number(|is, limit| is > limit, "at most"),
        "exclusiveMinimum" => number(|is, limit| is <= limit, "more than"),
        "exclusiveMaximum" => number(|is, limit| is >= limit, "less than"),
        "minLength" => at_least(characters, "characters"),
        "maxLength" => at_most(characters, "characters"),
        "minItems" => at_least(items, "entries"),
        "maxItems" => at_most(items, "entries"),
        "minProperties" => at_least(fields, "entries"),
        "maxProperties" => at_most(fields, "entries"),
        "uniqueItems" if *wanted == Value::Bool(true) => {
            let items = value.as_array()?;
            let twice = items.iter().enumerate().find(|(at, one)| items[..*at].iter().any(|other| is_same(other, one)));
            twice.map(|(_, one)| format!("{one} stands there twice"))
        }
        "pattern" => {
            let (text, expression) = (value.as_str()?, wanted.as_str()?);
            let is_match = pattern(expression)?.is_match(text);
            (!is_match).then(|| format!("it does not match the pattern {expression}"))
        }
        _ => None,
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn has_type(value: &Value, name: &str) -> bool {
    match name {
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        _ => type_of(value) == name,
    }
}

/// Equal as JSON Schema means it: 1 and 1.0 are the same number.
fn is_same(one: &Value, other: &Value) -> bool {
    one == other || matches!((one.as_f64(), other.as_f64()), (Some(one), Some(other)) if one == other)
}
