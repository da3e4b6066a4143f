//! Open files.

use plugin_sdk::prelude::*;

/// Where the step starts when the stage has no limit of its own: the usual soft limit of a shell.
const USUAL: u64 = 1024;
/// Largest limit: what the kernel lets a user's process have at most.
const MOST: u64 = 1_048_576;

/// Four times as many; doubling seldom suffices once a watcher or a bundler is involved.
pub fn remedies(incident: &Incident) -> Vec<Remedy> {
    let now = incident.stage.limits.open_files.unwrap_or(USUAL);
    let next = now.saturating_mul(4).min(MOST);
    if next <= now {
        return Vec::new();
    }
    vec![
        remedy("resource", format!("raise the limit of open files from {now} to {next}"))
            .because("the operating system refused to open another file")
            .confidence(0.8)
            .action(action::set_open_files(next)),
    ]
}
