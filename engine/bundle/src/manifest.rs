//! `plugin.toml`: what a plugin says about itself and asks for, and the form in which it travels inside of the component.
//!
//! ```toml
//! schema = 1
//! id = "acme/heal-terraform"
//! version = "1.2.0"
//! api = "0.1"                        # the contract, as the component was built with it
//! roles = ["healer"]                 # exactly what the component exports
//! description = "Releases stale state locks of Terraform"
//! license = "MIT"
//! repository = "https://code.example/acme/heal-terraform"   # optional, like everything below
//! authors = ["Ada <ada@acme.example>"]
//!
//! [limits]                           # for one call
//! cpu-ms = 500
//! wall-ms = 20000
//! memory-mb = 32
//!
//! [[capability]]                     # exactly what the component imports, each with a reason for the user
//! kind = "process"
//! programs = ["terraform"]
//! reason = "asks Terraform who holds the lock"
//!
//! [[capability]]
//! kind = "workspace"                 # others: http (hosts), state, clock
//! access = "read"
//! reason = "reads the backend's configuration"
//!
//! [config]
//! schema = "config.schema.json"      # beside plugin.toml
//! ```
//!
//! The author writes TOML; [`Manifest::from_toml`] says with line and column what is wrong with it. `pack` embeds it as
//! compact JSON with fixed order in the custom section [`SECTION`], so that one manifest has exactly one form, and the
//! schema of the plugin's configuration in [`SCHEMA_SECTION`]. Whoever receives the component reads both from the bytes
//! ([`Manifest::embedded_in`]) and compares them with what the component really imports and exports
//! ([`Manifest::differences`]). A manifest is a claim: the host decides by the imports and the grants, never by this.

mod capability;
mod compare;
mod read;
mod schema;
mod validate;

use serde::{Deserialize, Serialize};

pub use capability::{Capability, Interface, WorkspaceAccess, grant_lines};
pub use compare::{Difference, FREE, FREE_WASI};
pub use read::{ManifestError, Problem};
pub use schema::{ConfigProblem, ConfigSchema, SchemaError};

use crate::component::{self, ComponentError};
use crate::oci::to_json;
use crate::role::Role;

/// Name of the section that holds the manifest.
pub const SECTION: &str = "selfheal:manifest";
/// Name of the section that holds the schema of the configuration.
pub const SCHEMA_SECTION: &str = "selfheal:config-schema";
/// The version of the manifest's format.
pub const SCHEMA_VERSION: u32 = 1;
/// Largest manifest, as TOML and embedded. A real one has 1 KiB.
pub const MAX_MANIFEST_BYTES: usize = 64 << 10;

/// What a plugin says about itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Manifest {
    /// Always [`SCHEMA_VERSION`].
    pub schema: u32,
    /// `publisher/name`, or `name` for a plugin that is not shared.
    pub id: String,
    /// Its version, SemVer without build metadata.
    pub version: String,
    /// The version of the contract that it was built for, e.g. `0.1`.
    pub api: String,
    /// What it can be asked for.
    pub roles: Vec<Role>,
    /// One line for a list of plugins.
    pub description: String,
    /// An SPDX expression.
    pub license: String,
    /// Where its source is, `https://…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// Who wrote it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authors: Vec<String>,
    /// What one call needs, where that is more than the host's default.
    #[serde(default, skip_serializing_if = "Limits::is_default")]
    pub limits: Limits,
    /// What it asks the user for.
    #[serde(default, rename = "capability", skip_serializing_if = "Vec::is_empty")]
    pub capabilities: Vec<Capability>,
    /// Its configuration, if it has any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<Config>,
}

/// What one call needs. The host may give less, and the user decides about more.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Limits {
    /// Processor time in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_ms: Option<u32>,
    /// Wall-clock time in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wall_ms: Option<u32>,
    /// Memory in MiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_mb: Option<u32>,
}

impl Limits {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// The plugin's own configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Config {
    /// Path of a JSON Schema, relative to `plugin.toml`.
    pub schema: String,
}

/// Why a component's manifest cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EmbeddedError {
    /// The component is broken.
    #[error(transparent)]
    Component(#[from] ComponentError),
    /// It holds none.
    #[error("the component has no section {SECTION}; it was not made by `selfheal plugin pack`")]
    Missing,
    /// It is none, or not in its only form.
    #[error("read the section {SECTION}: {0}")]
    Format(String),
    /// The schema of the configuration is missing, superfluous or broken.
    #[error("read the section {SCHEMA_SECTION}: {0}")]
    Schema(String),
}

impl Manifest {
    /// The only form in which it is embedded: compact JSON, keys and lists in fixed order.
    pub fn canonical(&self) -> Vec<u8> {
        let mut sorted = self.clone();
        sorted.roles.sort_unstable();
        sorted.capabilities.sort_by_key(Capability::interface);
        sorted.capabilities.iter_mut().for_each(Capability::sort);
        to_json(&sorted)
    }

    /// The component with this manifest and the schema of its configuration, in place of what it held before.
    pub fn embed(&self, component: &[u8], schema: Option<&ConfigSchema>) -> Result<Vec<u8>, ComponentError> {
        let bare = component::without_sections(component, &[SECTION, SCHEMA_SECTION])?;
        let manifest = self.canonical();
        let mut sections: Vec<(&str, &[u8])> = vec![(SECTION, &manifest)];
        sections.extend(schema.map(|schema| (SCHEMA_SECTION, schema.as_bytes())));
        component::with_sections(&bare, &sections)
    }

    /// The manifest and the schema of the configuration that a component holds. Reads bytes only.
    pub fn embedded_in(component: &[u8]) -> Result<(Self, Option<ConfigSchema>), EmbeddedError> {
        let bytes = component::section(component, SECTION)?.ok_or(EmbeddedError::Missing)?;
        let manifest = Self::from_canonical(bytes)?;
        let schema = match (component::section(component, SCHEMA_SECTION)?, &manifest.config) {
            (None, None) => None,
            (Some(_), None) => return Err(EmbeddedError::Schema("the manifest names no schema".to_owned())),
            (None, Some(_)) => return Err(EmbeddedError::Schema("it is missing".to_owned())),
            (Some(bytes), Some(_)) => {
                let schema = ConfigSchema::parse(bytes).map_err(|error| EmbeddedError::Schema(error.to_string()))?;
                if schema.as_bytes() != bytes {
                    return Err(EmbeddedError::Schema("it is not in canonical form".to_owned()));
                }
                Some(schema)
            }
        };
        Ok((manifest, schema))
    }

    fn from_canonical(bytes: &[u8]) -> Result<Self, EmbeddedError> {
        if bytes.len() > MAX_MANIFEST_BYTES {
            let size = bytes.len();
            return Err(EmbeddedError::Format(format!(
                "it has {size} bytes; at most {MAX_MANIFEST_BYTES} are allowed"
            )));
        }
        let manifest: Self = serde_json::from_slice(bytes).map_err(|error| EmbeddedError::Format(error.to_string()))?;
        if let Some((path, message)) = validate::problems(&manifest).into_iter().next() {
            return Err(EmbeddedError::Format(format!("{path}: {message}")));
        }
        if manifest.canonical() != bytes {
            return Err(EmbeddedError::Format("it is not in canonical form".to_owned()));
        }
        Ok(manifest)
    }
}

#[cfg(test)]
mod tests;
