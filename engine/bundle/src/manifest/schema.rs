//! The JSON Schema of a plugin's configuration: one form, nothing that would have to be fetched, nothing that is not checked.
//!
//! A schema may use the keywords listed here and no others: a keyword that was silently ignored would promise a check that
//! nobody makes. They cover what a configuration needs; what remains, the plugin checks itself (`invalid-config`).

mod validate;

use serde_json::{Map, Value};

pub use validate::ConfigProblem;

/// Largest schema.
const MAX_SCHEMA_BYTES: usize = 64 << 10;
/// How deeply it may be nested; deeper ones are nobody's configuration.
const MAX_DEPTH: usize = 32;
/// Compiled size of one pattern.
const MAX_PATTERN_BYTES: usize = 1 << 20;

/// Keywords that describe and do not check.
const ANNOTATIONS: &[&str] =
    &["$schema", "$id", "$comment", "title", "description", "default", "examples", "deprecated", "format"];
/// Keywords whose value is a schema, a list of schemas, or schemas by name.
const WITH_SCHEMA: &[&str] = &["items", "not"];
const WITH_LIST: &[&str] = &["allOf", "anyOf", "oneOf"];
const WITH_NAMES: &[&str] = &["properties", "$defs"];
/// Keywords whose value is a number, a whole number.
const WITH_NUMBER: &[&str] = &["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"];
const WITH_COUNT: &[&str] = &["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"];
/// The types of JSON Schema.
const TYPES: &[&str] = &["object", "array", "string", "number", "integer", "boolean", "null"];

/// A JSON Schema in canonical form: compact, keys sorted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigSchema {
    canonical: Vec<u8>,
    schema: Value,
}

/// Why bytes are no usable schema.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaError {
    /// Too large.
    #[error("the schema has {0} bytes; at most {MAX_SCHEMA_BYTES} are allowed")]
    TooLarge(usize),
    /// No JSON.
    #[error("the schema is no JSON: {0}")]
    Json(String),
    /// A configuration is a JSON object, so its schema is one with that type.
    #[error("the schema has to be an object with \"type\": \"object\": a plugin's configuration is one")]
    NotAnObject,
    /// It refers to something that is not in it.
    #[error(
        "{at}: the schema refers to {target}; \"#\" and \"#/$defs/NAME\" with a NAME that is there can be followed"
    )]
    Reference {
        /// Where in the schema.
        at: String,
        /// The reference.
        target: String,
    },
    /// A keyword that is not checked.
    #[error("{at}: `{keyword}` is not checked by this version of selfheal; leave it out, and check that in the plugin")]
    Keyword {
        /// Where in the schema.
        at: String,
        /// The keyword.
        keyword: String,
    },
    /// A keyword with a value that it cannot have.
    #[error("{at}: `{keyword}` cannot have this value; {wanted} is wanted")]
    Value {
        /// Where in the schema.
        at: String,
        /// The keyword.
        keyword: String,
        /// What it may have.
        wanted: &'static str,
    },
    /// Too deep.
    #[error("the schema is nested more than {MAX_DEPTH} deep")]
    TooDeep,
}

impl ConfigSchema {
    /// Reads and checks a schema.
    pub fn parse(bytes: &[u8]) -> Result<Self, SchemaError> {
        if bytes.len() > MAX_SCHEMA_BYTES {
            return Err(SchemaError::TooLarge(bytes.len()));
        }
        let schema: Value = serde_json::from_slice(bytes).map_err(|error| SchemaError::Json(error.to_string()))?;
        if schema.get("type").and_then(Value::as_str) != Some("object") {
            return Err(SchemaError::NotAnObject);
        }
        check(&schema, &schema, "#", 0)?;
        let mut canonical = String::new();
        write(&schema, &mut canonical);
        Ok(Self { canonical: canonical.into_bytes(), schema })
    }

    /// The canonical form.
    pub fn as_bytes(&self) -> &[u8] {
        &self.canonical
    }

    /// What is wrong with a configuration, in its own order; empty where nothing is. Needs no network.
    pub fn problems(&self, config: &Value) -> Vec<ConfigProblem> {
        validate::problems(&self.schema, config)
    }
}

/// The schema that a reference of a checked schema points to.
fn referred<'a>(root: &'a Value, target: &str) -> Option<&'a Value> {
    match target.strip_prefix('#')? {
        "" => Some(root),
        rest => root.get("$defs")?.get(rest.strip_prefix("/$defs/")?),
    }
}

fn check(root: &Value, schema: &Value, at: &str, depth: usize) -> Result<(), SchemaError> {
    if depth > MAX_DEPTH {
        return Err(SchemaError::TooDeep);
    }
    let map = match schema {
        Value::Bool(_) => return Ok(()),
        Value::Object(map) => map,
        _ => return Err(wrong(at, "schema", "an object, true or false")),
    };
    map.iter().try_for_each(|(keyword, value)| check_keyword(root, keyword, value, at, depth))
}

fn wrong(at: &str, keyword: &str, wanted: &'static str) -> SchemaError {
    SchemaError::Value { at: at.to_owned(), keyword: crate::text::shown(keyword), wanted }
}

fn check_keyword(root: &Value, keyword: &str, value: &Value, at: &str, depth: usize) -> Result<(), SchemaError> {
    let inside = |name: &str, schema: &Value| {
        let at = format!("{at}/{}", crate::text::shown(name));
        check(root, schema, &at, depth + 1)
    };
    let must = |is_right: bool, wanted| if is_right { Ok(()) } else { Err(wrong(at, keyword, wanted)) };
    match keyword {
        _ if ANNOTATIONS.contains(&keyword) => Ok(()),
        _ if WITH_SCHEMA.contains(&keyword) || keyword == "additionalProperties" => inside(keyword, value),
        _ if WITH_LIST.contains(&keyword) => match value.as_array() {
            Some(list) if !list.is_empty() => list.iter().try_for_each(|schema| inside(keyword, schema)),
            _ => Err(wrong(at, keyword, "a list of schemas")),
        },
        _ if WITH_NAMES.contains(&keyword) => match value.as_object() {
            Some(map) => map.iter().try_for_each(|(name, schema)| inside(name, schema)),
            None => Err(wrong(at, keyword, "an object of schemas")),
        },
        _ if WITH_NUMBER.contains(&keyword) => must(value.is_number(), "a number"),
        _ if WITH_COUNT.contains(&keyword) => must(value.is_u64(), "a whole number"),
        "type" => {
            let is_type = |value: &Value| value.as_str().is_some_and(|name| TYPES.contains(&name));
            let are_types = value.as_array().is_some_and(|list| !list.is_empty() && list.iter().all(is_type));
            must(is_type(value) || are_types, "a type of JSON Schema, or a list of types")
        }
        "required" => must(value.as_array().is_some_and(|list| list.iter().all(Value::is_string)), "a list of names"),
        "enum" => must(value.as_array().is_some_and(|list| !list.is_empty()), "a list of values"),
        "const" => Ok(()),
        "uniqueItems" => must(value.is_boolean(), "true or false"),
        "pattern" => must(value.as_str().is_some_and(|text| pattern(text).is_some()), "a regular expression"),
        "$ref" => match value.as_str().filter(|target| referred(root, target).is_some()) {
            Some(_) => Ok(()),
            None => {
                let target = crate::text::shown(value.as_str().unwrap_or("something that is no text"));
                Err(SchemaError::Reference { at: at.to_owned(), target })
            }
        },
        _ => Err(SchemaError::Keyword { at: at.to_owned(), keyword: crate::text::shown(keyword) }),
    }
}

/// A pattern in linear time; `None` for those that are too large or need more.
fn pattern(text: &str) -> Option<regex::Regex> {
    regex::RegexBuilder::new(text).size_limit(MAX_PATTERN_BYTES).build().ok()
}

/// Keys are sorted here and not left to the map: whether that sorts depends on what else is in the build.
fn write(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => write_object(map, out),
        Value::Array(values) => {
            out.push('[');
            for (place, value) in values.iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                write(value, out);
            }
            out.push(']');
        }
        scalar => out.push_str(&scalar.to_string()),
    }
}

fn write_object(map: &Map<String, Value>, out: &mut String) {
    let mut entries: Vec<_> = map.iter().collect();
    entries.sort_by_key(|(key, _)| *key);
    out.push('{');
    for (place, (key, value)) in entries.into_iter().enumerate() {
        if place > 0 {
            out.push(',');
        }
        out.push_str(&Value::String(key.clone()).to_string());
        out.push(':');
        write(value, out);
    }
    out.push('}');
}

#[cfg(test)]
mod tests;
