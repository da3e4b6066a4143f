//! Takes files back to how they were when the pipeline was last green.
//!
//! Role: healer, strategy `rollback`. Imports: `workspace`. [`choice`] says which files a failure can come from; this file only
//! connects it.

use plugin_sdk::prelude::*;

pub mod choice;

/// The plugin.
pub struct HealRollback;

impl Healer for HealRollback {
    fn handles() -> Result<Vec<Interest>, PluginError> {
        Ok(choice::CATEGORIES.iter().map(|category| Interest::category(*category)).collect())
    }

    fn propose(incident: Incident, _log: &dyn Log) -> Result<Vec<Remedy>, PluginError> {
        let remedies = choice::remedies(&incident);
        Ok(remedies.into_iter().filter(|remedy| !incident.was_tried(&remedy.title)).collect())
    }
}

plugin_sdk::export_healer!(HealRollback);

#[cfg(test)]
mod tests;
