//! The JSON Schema of a plugin's configuration: one form, and nothing that would have to be fetched to understand it.

use serde_json::Value;

/// Largest schema.
const MAX_SCHEMA_BYTES: usize = 64 << 10;
/// How deeply it may be nested; deeper ones are nobody's configuration.
const MAX_DEPTH: usize = 64;

/// A JSON Schema in canonical form: compact, keys sorted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigSchema(Vec<u8>);

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
    /// It refers to something outside.
    #[error("the schema refers to {0}; only references within it, such as \"#/$defs/NAME\", can be followed offline")]
    Remote(String),
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
        check(&schema, 0)?;
        let mut canonical = String::new();
        write(&schema, &mut canonical);
        Ok(Self(canonical.into_bytes()))
    }

    /// The canonical form.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

fn check(value: &Value, depth: usize) -> Result<(), SchemaError> {
    if depth > MAX_DEPTH {
        return Err(SchemaError::TooDeep);
    }
    match value {
        Value::Object(map) => {
            for key in ["$ref", "$dynamicRef"] {
                if let Some(target) = map.get(key).and_then(Value::as_str).filter(|target| !target.starts_with('#')) {
                    return Err(SchemaError::Remote(crate::text::shown(target)));
                }
            }
            map.values().try_for_each(|value| check(value, depth + 1))
        }
        Value::Array(values) => values.iter().try_for_each(|value| check(value, depth + 1)),
        _ => Ok(()),
    }
}

/// Keys are sorted here and not left to the map: whether that sorts depends on what else is in the build.
fn write(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
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
