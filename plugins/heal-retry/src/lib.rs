//! Proposes to run a stage again, later, where the cause is one that time cures.
//!
//! Role: healer, strategy `retry`. Imports: `clock`, for servers that name the moment from which on they answer again.
//! [`patience`] decides, [`asked`] reads what the server asked for, [`settings`] the configuration; this file only connects
//! them.

use plugin_sdk::prelude::*;

pub mod asked;
pub mod patience;
pub mod settings;

use crate::settings::Settings;

/// The plugin.
pub struct HealRetry;

impl Healer for HealRetry {
    fn handles() -> Result<Vec<Interest>, PluginError> {
        let categories = patience::CATEGORIES.iter().map(|category| Interest::category(*category));
        Ok(categories.chain([Interest::code(patience::TEMPFAIL)]).collect())
    }

    fn propose(incident: Incident, log: &dyn Log) -> Result<Vec<Remedy>, PluginError> {
        let settings = Settings::from_json(&host::config::json()?)?;
        let asked = asked::time(&incident, log, host::clock::now());
        Ok(patience::remedy_for(&incident, &settings, asked).into_iter().collect())
    }
}

plugin_sdk::export_healer!(HealRetry);

#[cfg(test)]
mod tests;
