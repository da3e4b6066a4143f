//! The plugin's own configuration. Free.

use super::backend;
use crate::types::PluginError;

/// Returns the configuration as JSON text, `{}` when there is none.
pub fn text() -> String {
    backend::config::get()
}

/// Returns the configuration as a JSON object.
///
/// # Errors
/// `invalid-config` when the document is not an object.
pub fn json() -> Result<serde_json::Map<String, serde_json::Value>, PluginError> {
    match serde_json::from_str(&text()) {
        Ok(serde_json::Value::Object(object)) => Ok(object),
        Ok(_) => Err(PluginError::invalid_config("", "not-an-object", "the configuration has to be a table")),
        Err(error) => Err(PluginError::invalid_config("", "not-json", error.to_string())),
    }
}
