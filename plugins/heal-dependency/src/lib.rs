//! Installs what is declared, declares what is used, and moves requirements that do not fit.
//!
//! Role: healer, strategy `dependency`. Imports: `workspace`, and `process` to ask package indexes. One module per ecosystem
//! ([`python`], [`node`], [`rust`], [`go`]);
//! [`version`] compares versions and [`edit`] turns a place in a file into a step.

use plugin_sdk::prelude::*;

pub mod edit;
pub mod go;
pub mod node;
pub mod python;
pub mod rust;
pub mod version;

/// What the plugin wants to see.
pub const CODES: &[&str] = &["python.*", "node.*", "rust.*", "go.*", "system.command-not-found"];

/// Most remedies of one answer.
const MAX_REMEDIES: usize = 16;

/// The plugin.
pub struct HealDependency;

impl Healer for HealDependency {
    fn handles() -> Result<Vec<Interest>, PluginError> {
        Ok(Interest::codes(CODES))
    }

    fn propose(incident: Incident, log: &dyn Log) -> Result<Vec<Remedy>, PluginError> {
        let root = incident.root();
        if root.disposition == Disposition::Never {
            return Ok(Vec::new());
        }
        let remedies = match root.code.split('.').next().unwrap_or_default() {
            "python" => python::remedies(&incident, log),
            // A program of a package, called by a script of `package.json`.
            "node" | "system" => node::remedies(&incident, log),
            "rust" => rust::remedies(&incident, log),
            "go" => go::remedies(&incident, log),
            _ => Vec::new(),
        };
        let mut untried = incident.untried(remedies);
        untried.truncate(MAX_REMEDIES);
        Ok(untried)
    }
}

plugin_sdk::export_healer!(HealDependency);

#[cfg(test)]
mod tests;
