//! Gives a stage one step more of what it demonstrably ran out of, or lets it do less at once.
//!
//! Role: healer, strategy `resource`. Imports: `workspace`. [`memory`], [`heap`], [`files`], [`disk`] and [`time`] decide; this
//! file maps codes and categories to them.

use plugin_sdk::prelude::*;

pub mod disk;
pub mod files;
pub mod heap;
pub mod memory;
pub mod time;

/// What the plugin wants to see: memory, disk and time by category, open files by code.
const CATEGORIES: &[&str] = &["resource-memory", "resource-disk", "resource-cpu-timeout"];
const OPEN_FILES: &str = "system.too-many-open-files";

/// The plugin.
pub struct HealResource;

impl Healer for HealResource {
    fn handles() -> Result<Vec<Interest>, PluginError> {
        Ok([Interest::categories(CATEGORIES), Interest::codes(&[OPEN_FILES])].concat())
    }

    fn propose(incident: Incident, log: &dyn Log) -> Result<Vec<Remedy>, PluginError> {
        let root = incident.root();
        if root.disposition == Disposition::Never {
            return Ok(Vec::new());
        }
        let remedies = match (root.code.as_str(), root.category.as_str()) {
            (OPEN_FILES, _) => files::remedies(&incident),
            ("node.heap-out-of-memory", _) => heap::remedies(&incident, log),
            (_, "resource-memory") => memory::remedies(&incident),
            (_, "resource-disk") => disk::remedies(&incident),
            ("system.timeout" | "system.cpu-time-limit", _) => time::remedies(&incident),
            _ => Vec::new(),
        };
        Ok(incident.untried(remedies))
    }
}

plugin_sdk::export_healer!(HealResource);

#[cfg(test)]
mod tests;
