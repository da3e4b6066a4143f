//! `selfheal plugin list|inspect`: which plugins there are, and what one of them is.

use std::path::{Path, PathBuf};

use plugin_host::Role;
use serde_json::json;

use super::plugin_inspect::inspect;
use crate::args::{Format, PluginCommand};
use crate::engine;
use crate::exit::{self, Failure};
use crate::pipeline_file;
use crate::project::Project;
use crate::report::paint::{FAILED, NAME, paint, size};

/// Answers.
pub fn plugin(command: PluginCommand) -> Result<u8, Failure> {
    match command {
        PluginCommand::List { plugins, dir, format } => list(&plugins, &dir, format),
        PluginCommand::Inspect { plugin, ask, format } => inspect(&plugin, ask.into(), format),
    }
}

fn list(dirs: &[PathBuf], dir: &Path, format: Format) -> Result<u8, Failure> {
    let project = Project::at(dir)?;
    let (source, _warnings) = pipeline_file::read_settings(&project.root)?;
    let settings = pipeline_file::settings(&source, &project.name);
    let host = engine::plugins(&project, &settings, dirs)?;
    for plugin in host.catalog().plugins() {
        let roles = words(&plugin.inspection.roles);
        match format {
            Format::Json => say!(
                "{}",
                json!({
                    "version": 1, "id": plugin.id, "plugin_version": plugin.version, "roles": roles,
                    "origin": plugin.origin.to_string(), "digest": plugin.digest(), "size": plugin.inspection.size,
                })
            ),
            Format::Human => say!(
                "{} {:<12} {:<24} {:>9}  {}",
                paint(NAME, format!("{:<20}", plugin.id.as_str())),
                plugin.version,
                roles.join(", "),
                size(plugin.inspection.size),
                plugin.origin
            ),
        }
    }
    for refusal in host.catalog().refused() {
        match format {
            Format::Json => say!(
                "{}",
                json!({ "version": 1, "id": refusal.id, "refused": refusal.reason, "origin": refusal.origin.to_string() })
            ),
            Format::Human => {
                say!("{} {} ({}): {}", paint(FAILED, "✗ not used"), refusal.id, refusal.origin, refusal.reason);
            }
        }
    }
    Ok(if host.catalog().refused().is_empty() { exit::PASSED } else { exit::PLUGIN })
}

/// Names of roles.
pub fn words(roles: &[Role]) -> Vec<&'static str> {
    roles.iter().map(|role| role.as_str()).collect()
}
