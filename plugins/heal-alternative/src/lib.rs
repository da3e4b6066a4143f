//! Does the same in another way: another port, another installed program of the same kind or another installed Java, a mirror,
//! one thing after the other, without a daemon, or after a wait for a service.
//!
//! Role: healer, strategy `alternative`. Imports: `workspace`. One module per way; this file maps findings to them.

use plugin_sdk::prelude::*;

pub mod daemon;
pub mod java;
pub mod maven;
pub mod mirror;
pub mod port;
pub mod program;
pub mod script;
pub mod serial;
pub mod service;
pub mod settings;

use crate::settings::Settings;

/// The categories that this plugin wants to see, besides [`CODES`].
const CATEGORIES: &[&str] = &[
    "port-or-concurrency-conflict",
    "registry-or-service-outage",
    "network-transient",
    "rate-limit",
    "flaky-test",
    "infrastructure-runner",
];
const CODES: &[&str] = &[
    "system.command-not-found",
    "system.service-not-ready",
    "system.port-in-use",
    "c.make-target",
    "c.missing-header",
    "jvm.class-version",
    "jvm.class-not-accessible",
    "jvm.java-version",
    "jvm.java-missing",
    "jvm.java-internals",
    "jvm.enforcer-toolchain",
    "jvm.no-matching-variant",
    "jvm.daemon-gone",
    "jvm.dependency-missing",
    "jvm.dependency-unresolved",
    "jvm.pom",
];

/// The plugin.
pub struct HealAlternative;

impl Healer for HealAlternative {
    fn handles() -> Result<Vec<Interest>, PluginError> {
        Ok([Interest::categories(CATEGORIES), Interest::codes(CODES)].concat())
    }

    fn propose(incident: Incident, log: &dyn Log) -> Result<Vec<Remedy>, PluginError> {
        let settings = Settings::from_json(&host::config::json()?)?;
        let root = incident.root();
        if root.disposition == Disposition::Never {
            return Ok(Vec::new());
        }
        let mut remedies = maven::remedies(&incident, log);
        remedies.extend(match (root.code.as_str(), root.category.as_str()) {
            ("system.port-in-use", _) => port::remedies(&incident),
            ("c.make-target" | "c.missing-header", _) => serial::missing_prerequisite(&incident, log),
            ("system.command-not-found", _) => program::remedies(&incident),
            ("system.service-not-ready" | "system.connection-refused", _) => service::remedies(&incident),
            (_, "registry-or-service-outage" | "network-transient" | "rate-limit") => {
                mirror::remedies(&incident, &settings)
            }
            // One after the other, the file of a process that is gone would be there all the same.
            ("system.process-file", _) => Vec::new(),
            (_, "flaky-test" | "port-or-concurrency-conflict") => serial::remedies(&incident),
            ("jvm.daemon-gone", _) | (_, "infrastructure-runner") => daemon::remedies(&incident, log),
            _ => java::remedies(&incident, log),
        });
        Ok(incident.untried(remedies))
    }
}

plugin_sdk::export_healer!(HealAlternative);

#[cfg(test)]
mod tests;
