//! `selfheal plugin`: which plugins there are; what else is done with them is in a file of its own each.

use std::path::{Path, PathBuf};

use bundle::manifest::grant_lines;
use plugin_host::{Origin, Role};
use serde_json::json;

use super::plugin_inspect::inspect;
use super::{
    plugin_api_range, plugin_approve, plugin_collect, plugin_install, plugin_keygen, plugin_pack, plugin_push,
    plugin_remove, plugin_search_tags, plugin_sign, plugin_update, plugin_verify,
};
use crate::args::{Format, PluginCommand};
use crate::engine;
use crate::exit::{self, Failure};
use crate::pipeline_file;
use crate::project::Project;
use crate::report::paint::{FAILED, HEALED, NAME, paint, size};
use crate::sharing::gate::read_lock;
use crate::sharing::installed::Installed;

/// Answers.
pub fn plugin(command: PluginCommand) -> Result<u8, Failure> {
    match command {
        PluginCommand::New(args) => super::plugin_new::new(args),
        PluginCommand::Build(args) => super::plugin_build::build(args),
        PluginCommand::Test(args) => super::plugin_test::test(args),
        PluginCommand::Dev { dir } => super::plugin_dev::dev(&dir),
        PluginCommand::Bench { dir, seconds, format } => super::plugin_bench::bench(&dir, seconds, format),
        PluginCommand::List { plugins, dir, format } => list(&plugins, &dir, format),
        PluginCommand::Inspect { plugin, ask, format } => inspect(&plugin, ask.into(), format),
        PluginCommand::Keygen(args) => plugin_keygen::keygen(&args),
        PluginCommand::Pack(args) => plugin_pack::pack(&args),
        PluginCommand::Sign(args) => plugin_sign::sign(&args),
        PluginCommand::Verify(args) => plugin_verify::verify(&args),
        PluginCommand::Collect(args) => plugin_collect::collect(&args),
        PluginCommand::Push(args) => plugin_push::push(&args),
        PluginCommand::SearchTags(args) => plugin_search_tags::search_tags(&args),
        PluginCommand::Install(args) => plugin_install::install(&args),
        PluginCommand::Approve(args) => plugin_approve::approve(&args),
        PluginCommand::Update(args) => plugin_update::update(&args),
        PluginCommand::Remove(args) => plugin_remove::remove(&args),
        PluginCommand::ApiRange { format } => plugin_api_range::api_range(format),
    }
}

fn list(dirs: &[PathBuf], dir: &Path, format: Format) -> Result<u8, Failure> {
    let project = Project::at(dir)?;
    let (source, _warnings) = pipeline_file::read_settings(&project.root)?;
    let settings = pipeline_file::settings(&source, &project.name);
    let host = engine::plugins(&project, &settings, dirs)?;
    let lock = read_lock(&project)?.unwrap_or_default();
    for plugin in host.catalog().plugins() {
        let roles = words(&plugin.inspection.roles);
        let entry = lock.get(plugin.id.as_str()).filter(|_| plugin.origin != Origin::Embedded);
        match format {
            Format::Json => say!(
                "{}",
                json!({
                    "version": 1, "id": plugin.id, "plugin_version": plugin.version, "roles": roles,
                    "origin": plugin.origin.to_string(), "digest": plugin.digest(), "size": plugin.inspection.size,
                    "approved": entry.map(|entry| json!({
                        "source": entry.source, "manifest": entry.manifest, "signers": entry.signers,
                    })),
                    "granted": grant_lines(&plugin.allowance.grant),
                })
            ),
            Format::Human => say!(
                "{} {:<12} {:<24} {:>9}  {}",
                paint(NAME, format!("{:<20}", plugin.id.as_str())),
                plugin.version,
                roles.join(", "),
                size(plugin.inspection.size),
                entry.map_or_else(|| plugin.origin.to_string(), |entry| format!("approved, from {}", entry.source))
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
    for (id, offer) in Installed::of(&project).offers()? {
        match format {
            Format::Json => say!("{}", json!({ "version": 1, "id": id, "waits": true, "source": offer.source })),
            Format::Human => {
                say!(
                    "{} {id} (from {}): selfheal plugin approve {id}",
                    paint(HEALED, "… waits for approval"),
                    offer.source
                );
            }
        }
    }
    Ok(if host.catalog().refused().is_empty() { exit::PASSED } else { exit::PLUGIN })
}

/// Names of roles.
pub fn words(roles: &[Role]) -> Vec<&'static str> {
    roles.iter().map(|role| role.as_str()).collect()
}
