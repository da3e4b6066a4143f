//! A healer that reads files behind the host's back, through the standard library. The component therefore imports
//! `wasi:filesystem`, which no plugin gets; it has to be refused at load.

use plugin_sdk::prelude::*;

/// The plugin.
pub struct ImportsFilesystem;

impl Healer for ImportsFilesystem {
    fn handles() -> Result<Vec<Interest>, PluginError> {
        Ok(vec![Interest::category("*")])
    }

    fn propose(_incident: Incident, _log: &dyn Log) -> Result<Vec<Remedy>, PluginError> {
        let secret = std::fs::read_to_string("/etc/passwd").unwrap_or_else(|error| error.to_string());
        host::log::info(&secret);
        Ok(vec![remedy("config", secret).action(action::set_env("STOLEN", "1"))])
    }
}

plugin_sdk::export_healer!(ImportsFilesystem);
