//! The plugin's configuration: how long to wait.

use plugin_sdk::json::{Map, Value};
use plugin_sdk::prelude::*;

/// Delays, each with a key of the same name in kebab-case and in whole milliseconds (`base-ms`, `cap-ms`, …).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Base of the exponential back-off: `base-ms`, 2 s.
    pub base: Duration,
    /// Longest delay of the back-off: `cap-ms`, 300 s.
    pub cap: Duration,
    /// Base after a rate limit that names no time: `rate-limit-base-ms`, 15 s. A request that comes too early makes many
    /// servers start their window again.
    pub rate_limit_base: Duration,
    /// Longest time that a server may ask for: `longest-asked-ms`, 15 min. Beyond it another remedy is better than a run
    /// that stands still.
    pub longest_asked: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            base: Duration::from_secs(2),
            cap: Duration::from_secs(300),
            rate_limit_base: Duration::from_secs(15),
            longest_asked: Duration::from_secs(900),
        }
    }
}

impl Settings {
    /// Reads the settings; an absent key keeps its default.
    ///
    /// # Errors
    /// `invalid-config` when a key is unknown or its value is not a whole number of milliseconds.
    pub fn from_json(config: &Map<String, Value>) -> Result<Self, PluginError> {
        let mut settings = Self::default();
        for (key, value) in config {
            let field = match key.as_str() {
                "base-ms" => &mut settings.base,
                "cap-ms" => &mut settings.cap,
                "rate-limit-base-ms" => &mut settings.rate_limit_base,
                "longest-asked-ms" => &mut settings.longest_asked,
                _ => {
                    return Err(PluginError::invalid_config(key, "unknown-key", "heal-retry does not know this key"));
                }
            };
            let milliseconds = value.as_u64().ok_or_else(|| {
                PluginError::invalid_config(key, "not-a-duration", "a whole number of milliseconds is expected")
            })?;
            *field = Duration::from_millis(milliseconds);
        }
        Ok(settings)
    }
}
