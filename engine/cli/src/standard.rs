//! What the standard plugins may do. The same kind of grant that a user writes into the pipeline file, and no more.

use std::collections::BTreeMap;

use pipeline::definition::{Grant, WorkspaceGrant};
use plugin_host::EmbeddedPlugin;

/// The classifier that learns: switched off with `[detection] learning = false`, asked by `selfheal learn`.
pub const LEARNER: &str = "classify-learned";

/// The standard plugins.
pub fn embedded() -> Vec<EmbeddedPlugin> {
    standard_plugins::all()
        .iter()
        .map(|plugin| EmbeddedPlugin {
            id: plugin.id,
            version: plugin.version,
            digest: Some(plugin.digest),
            bytes: plugin.bytes,
        })
        .collect()
}

/// Their grants. `run-shell` runs only programs of the stage's own command, which needs the interface but names no program.
pub fn grants() -> BTreeMap<String, Grant> {
    let reads = || Grant { workspace: Some(WorkspaceGrant::Read), ..Grant::default() };
    // It asks package indexes through the clients that the machine has, as these are configured.
    let asks = || Grant { process: ["cargo", "npm", "python3"].map(str::to_owned).to_vec(), ..reads() };
    let runs = || Grant { process: vec!["sh".to_owned()], ..Grant::default() };
    [
        ("run-shell", runs()),
        (LEARNER, Grant { state: true, ..Grant::default() }),
        // Servers name the moment from which on they answer again.
        ("heal-retry", Grant { clock: true, ..Grant::default() }),
        ("plan-project", reads()),
        ("heal-dependency", asks()),
        ("heal-config", reads()),
        ("heal-alternative", reads()),
        ("heal-rollback", reads()),
        ("heal-resource", reads()),
    ]
    .into_iter()
    .map(|(id, grant)| (id.to_owned(), grant))
    .collect()
}
