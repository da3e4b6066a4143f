//! What is compared before a plugin from outside is used: its bytes and its grant with `plugins.lock`, its manifest with what
//! it imports, its configuration with its schema.
//!
//! Without a `plugins.lock` a plugin folder is just a folder of components: each is used, and may do nothing beyond what
//! `selfheal.toml` grants to its digest. With one, only what it approves is used, wherever it lies.

use std::path::Path;
use std::time::Duration;

use anyhow::anyhow;
use bundle::Digest;
use bundle::component::surface;
use bundle::lock::{Entry, Lock};
use bundle::manifest::{ConfigSchema, EmbeddedError, Limits, Manifest};
use bundle::trust::TrustPolicy;
use pipeline::definition::Grant;
use plugin_host::{Candidate, Gate, Needs, Terms};
use serde_json::Value;

use super::trust;
use crate::exit::Failure;
use crate::project::Project;

/// Name of the lock file, beside the pipeline file.
pub const LOCK: &str = "plugins.lock";

/// Reads a project's lock; `None` where there is no such file.
pub fn read_lock(project: &Project) -> Result<Option<Lock>, Failure> {
    let path = project.root.join(LOCK);
    if !path.exists() {
        return Ok(None);
    }
    read_lock_file(&path).map(Some)
}

fn read_lock_file(path: &Path) -> Result<Lock, Failure> {
    Lock::read(path).map_err(|error| {
        Failure::plugin(anyhow!("{error}"))
            .hint("nothing is used until it can be read: restore it from version control, or approve the plugins again")
    })
}

/// Compares candidates with a project's lock.
pub struct LockGate {
    /// What was approved; `None` where the project has no lock.
    pub lock: Option<Lock>,
    /// What was revoked since.
    pub policy: TrustPolicy,
}

impl Gate for LockGate {
    fn admit(&self, candidate: &Candidate<'_>) -> Result<Terms, String> {
        let approved = match &self.lock {
            Some(lock) => Some(self.approved(lock, candidate)?),
            None => None,
        };
        let (manifest, schema) = match Manifest::embedded_in(candidate.bytes) {
            Ok(found) => found,
            Err(EmbeddedError::Missing) if approved.is_none() => return Ok(Terms::default()),
            Err(error) => return Err(error.to_string()),
        };
        let surface = surface(candidate.bytes).map_err(|error| error.to_string())?;
        if let Some(difference) = manifest.differences(&surface).first() {
            return Err(format!("its manifest does not fit it: {difference}"));
        }
        check_config(schema.as_ref(), candidate)?;
        let requested = manifest.requested();
        if let Some(entry) = approved {
            let in_force = in_force(candidate.grant, candidate.digest, &requested);
            entry.admits_grant(&in_force).map_err(|mismatch| again(&entry.id, &mismatch))?;
        }
        let version = approved.map(|_| manifest.version);
        Ok(Terms { version, requested: Some(requested), needs: needs(&manifest.limits) })
    }
}

impl LockGate {
    fn approved<'a>(&self, lock: &'a Lock, candidate: &Candidate<'_>) -> Result<&'a Entry, String> {
        let id = candidate.id;
        let Some(entry) = lock.get(id) else {
            // What it calls itself is shown, because a file in the wrong place is the likeliest reason.
            let called = Manifest::embedded_in(candidate.bytes).ok().map(|(manifest, _)| manifest.id);
            return Err(match called {
                Some(name) if name != id => {
                    format!(
                        "plugins.lock does not approve {id}, and it calls itself {name}; give it that name: {name}.wasm"
                    )
                }
                _ => format!("plugins.lock does not approve it; look at it, then: selfheal plugin approve {id}"),
            });
        };
        let digest: Digest = candidate.digest.parse().map_err(|error: bundle::NoDigest| error.to_string())?;
        entry.admits_component(digest).map_err(|mismatch| again(id, &mismatch))?;
        trust::check_revocation(&self.policy, entry)?;
        Ok(entry)
    }
}

fn again(id: &str, why: &impl std::fmt::Display) -> String {
    format!("{why}; look at what changed, then: selfheal plugin approve {id}")
}

/// What a plugin with these bytes may do of what it asks for.
pub fn in_force(grant: Option<&Grant>, digest: &str, requested: &Grant) -> Grant {
    match grant {
        Some(grant) if grant.digest.as_deref() == Some(digest) => grant.and(requested),
        _ => Grant::default(),
    }
}

fn check_config(schema: Option<&ConfigSchema>, candidate: &Candidate<'_>) -> Result<(), String> {
    let Some(schema) = schema else { return Ok(()) };
    let config: Value = serde_json::from_str(candidate.config).map_err(|error| error.to_string())?;
    match schema.problems(&config).first() {
        None => Ok(()),
        Some(problem) => Err(format!(
            "its configuration does not fit its schema: [plugins.config.\"{}\"]{}: {}",
            candidate.id, problem.path, problem.message
        )),
    }
}

/// What the manifest asks for in the host's terms.
fn needs(limits: &Limits) -> Needs {
    let ms = |ms: Option<u32>| ms.map(|ms| Duration::from_millis(ms.into()));
    let memory = limits.memory_mb.and_then(|mib| usize::try_from(mib).ok()).map(|mib| mib << 20);
    Needs { cpu: ms(limits.cpu_ms), wall: ms(limits.wall_ms), memory }
}

#[cfg(test)]
mod tests {
    use bundle::manifest;
    use plugin_host::inspect;

    use super::*;

    /// The crates `bundle` and `plugin-host` do not know each other, and what one lets through has to be what the other takes.
    #[test]
    fn a_manifest_speaks_of_the_roles_and_interfaces_that_the_host_has() {
        assert_eq!(bundle::Role::ALL.map(|role| role.as_str()), plugin_host::Role::ALL.map(|role| role.as_str()));
        let (claimed, served) = (manifest::Interface::ALL, plugin_host::Interface::ALL);
        assert_eq!(claimed.map(|interface| interface.as_str()), served.map(|interface| interface.as_str()));
        assert_eq!((manifest::FREE, manifest::FREE_WASI), (inspect::FREE, inspect::FREE_WASI));
        assert_eq!(bundle::component::PACKAGE, plugin_host::api_range::PACKAGE);
        assert_eq!(bundle::component::MAX_COMPONENT_BYTES, inspect::MAX_COMPONENT_BYTES);
    }

    #[test]
    fn a_grant_is_in_force_for_its_bytes_and_what_they_ask_for() {
        let programs = |digest: Option<&str>, names: &[&str]| Grant {
            digest: digest.map(str::to_owned),
            process: names.iter().map(|name| (*name).to_owned()).collect(),
            ..Grant::default()
        };
        let requested = programs(None, &["git", "terraform"]);
        let granted = programs(Some("sha256:1"), &["git", "sh"]);
        assert_eq!(in_force(Some(&granted), "sha256:1", &requested).process, ["git"]);
        assert_eq!(in_force(Some(&granted), "sha256:2", &requested), Grant::default());
        assert_eq!(in_force(Some(&programs(None, &["git"])), "sha256:1", &requested), Grant::default());
        assert_eq!(in_force(None, "sha256:1", &requested), Grant::default());
    }

    #[test]
    fn limits_of_a_manifest_are_told_in_the_hosts_units() {
        let limits = Limits { cpu_ms: Some(500), wall_ms: None, memory_mb: Some(32) };
        let expected = Needs { cpu: Some(Duration::from_millis(500)), wall: None, memory: Some(32 << 20) };
        assert_eq!(needs(&limits), expected);
    }
}
