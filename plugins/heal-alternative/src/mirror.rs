//! Another place that offers the same packages. Lock files and hashes hold there as well, so that nothing else can come in.

use plugin_sdk::prelude::*;

use crate::settings::Settings;

/// A registry: the ecosystem whose findings are about it, the programs that ask it, and the variables that name it.
struct Registry {
    key: &'static str,
    ecosystem: &'static str,
    programs: &'static [&'static str],
    variables: &'static [&'static str],
}

const REGISTRIES: &[Registry] = &[
    Registry {
        key: "pypi",
        ecosystem: "python",
        programs: &["pip", "pip3", "uv", "poetry"],
        variables: &["PIP_INDEX_URL", "UV_DEFAULT_INDEX"],
    },
    Registry {
        key: "npm",
        ecosystem: "node",
        programs: &["npm", "npx", "pnpm", "yarn"],
        variables: &["NPM_CONFIG_REGISTRY", "YARN_NPM_REGISTRY_SERVER"],
    },
    Registry { key: "go", ecosystem: "go", programs: &["go"], variables: &["GOPROXY"] },
];

/// The remedy, where the evidence or the configuration names a mirror.
pub fn remedies(incident: &Incident, settings: &Settings) -> Vec<Remedy> {
    let root = incident.root();
    let Some(registry) = registry_of(incident) else {
        return Vec::new();
    };
    let named =
        root.attr("mirror").or_else(|| root.capture("mirror")).filter(|address| address.starts_with("https://"));
    let Some(address) = settings.mirror(registry.key).or(named) else {
        return Vec::new();
    };
    let mut proposed = remedy("alternative", format!("use the mirror {address}"))
        .because(format!(
            "the registry did not answer properly ({}), and the mirror offers the same packages",
            root.code
        ))
        .confidence(if settings.mirror(registry.key).is_some() { 0.75 } else { 0.5 });
    for variable in registry.variables {
        proposed = proposed.action(action::set_env(*variable, address));
    }
    vec![proposed]
}

fn registry_of(incident: &Incident) -> Option<&'static Registry> {
    let root = incident.root();
    let prefix = root.code.split('.').next().unwrap_or_default();
    let command = incident.stage.command.text();
    let words: Vec<&str> = command.split(|c: char| c.is_whitespace() || "&|;()/".contains(c)).collect();
    let by_ecosystem =
        REGISTRIES.iter().find(|registry| registry.ecosystem == prefix || registry.ecosystem == root.ecosystem);
    by_ecosystem
        .or_else(|| REGISTRIES.iter().find(|registry| registry.programs.iter().any(|program| words.contains(program))))
}
