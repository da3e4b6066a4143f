//! The plugin's configuration: where mirrors are, e.g. `{"mirrors": {"pypi": "https://mirror.example/simple"}}`.

use plugin_sdk::json::{Map, Value};
use plugin_sdk::prelude::*;

/// Keys of `mirrors`: the registries that there are mirrors for.
pub const REGISTRIES: &[&str] = &["pypi", "npm", "go"];

/// Addresses of mirrors by registry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    mirrors: Vec<(String, String)>,
}

impl Settings {
    /// Reads the settings; without any there are no mirrors.
    ///
    /// # Errors
    /// `invalid-config` when a key is unknown or an address is not an `https` one.
    pub fn from_json(config: &Map<String, Value>) -> Result<Self, PluginError> {
        let mut settings = Self::default();
        for (key, value) in config {
            let mirrors = value.as_object().filter(|_| key == "mirrors").ok_or_else(|| {
                PluginError::invalid_config(key, "unknown-key", "heal-alternative only knows the table `mirrors`")
            })?;
            for (registry, address) in mirrors {
                let path = format!("mirrors.{registry}");
                if !REGISTRIES.contains(&registry.as_str()) {
                    let message = format!("there are mirrors for {}", REGISTRIES.join(", "));
                    return Err(PluginError::invalid_config(path, "unknown-registry", message));
                }
                let address = address.as_str().filter(|address| address.starts_with("https://")).ok_or_else(|| {
                    PluginError::invalid_config(path, "not-an-address", "an https address is expected")
                })?;
                settings.mirrors.push((registry.clone(), address.to_owned()));
            }
        }
        Ok(settings)
    }

    /// The mirror of a registry.
    pub fn mirror(&self, registry: &str) -> Option<&str> {
        self.mirrors.iter().find(|(known, _)| known == registry).map(|(_, address)| address.as_str())
    }
}
