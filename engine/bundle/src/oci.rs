//! The shapes of OCI that a bundle uses: manifest, index, descriptor, and the configuration of the CNCF layout for Wasm.
//!
//! A manifest is read from bytes whose digest is known and kept as those bytes: it is never written again from what was
//! understood of it. Unknown fields are ignored, because registries and other tools add their own.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::component::{PACKAGE, Surface, contract_interface};
use crate::digest::Digest;

/// Exact strings. Those of OCI are from the image specification 1.1, those of Wasm from the layout of the CNCF's Wasm
/// working group.
pub mod media_type {
    /// A manifest.
    pub const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
    /// An index.
    pub const INDEX: &str = "application/vnd.oci.image.index.v1+json";
    /// The configuration of a manifest that has none.
    pub const EMPTY: &str = "application/vnd.oci.empty.v1+json";
    /// The configuration of a Wasm artifact.
    pub const WASM_CONFIG: &str = "application/vnd.wasm.config.v0+json";
    /// The only layer of a Wasm artifact.
    pub const WASM: &str = "application/wasm";
    /// A bill of materials.
    pub const SBOM: &str = "application/vnd.cyclonedx+json";
    /// Where and from what something was built.
    pub const PROVENANCE: &str = "application/vnd.in-toto+json";
    /// A signature in minisign's format.
    pub const SIGNATURE: &str = "application/vnd.selfheal.signature.v1+minisign";
}

/// Keys of annotations.
pub mod annotation {
    /// When; RFC 3339.
    pub const CREATED: &str = "org.opencontainers.image.created";
    /// The plugin's id.
    pub const TITLE: &str = "org.opencontainers.image.title";
    /// The plugin's version.
    pub const VERSION: &str = "org.opencontainers.image.version";
    /// One line about it.
    pub const DESCRIPTION: &str = "org.opencontainers.image.description";
    /// An SPDX expression.
    pub const LICENSES: &str = "org.opencontainers.image.licenses";
    /// Where its source is.
    pub const SOURCE: &str = "org.opencontainers.image.source";
    /// Who wrote it.
    pub const AUTHORS: &str = "org.opencontainers.image.authors";
    /// The tag of a manifest in a layout.
    pub const REF_NAME: &str = "org.opencontainers.image.ref.name";
    /// Digest of the bill of materials, so that the plugin's signature covers it.
    pub const SBOM: &str = "example.selfheal.plugin.sbom";
    /// Digest of the provenance, so that the plugin's signature covers it.
    pub const PROVENANCE: &str = "example.selfheal.plugin.provenance";
}

/// The empty configuration.
pub const EMPTY_CONFIG: &[u8] = b"{}";

/// Content by type, digest and size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// What it is.
    pub media_type: String,
    /// Which bytes.
    pub digest: Digest,
    /// How many.
    pub size: u64,
    /// The type of artifact that a manifest holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact_type: Option<String>,
    /// More about it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
}

impl Descriptor {
    /// Describes bytes.
    pub fn of(media_type: &str, bytes: &[u8]) -> Self {
        Self {
            media_type: media_type.to_owned(),
            digest: Digest::of(bytes),
            size: bytes.len() as u64,
            artifact_type: None,
            annotations: BTreeMap::new(),
        }
    }

    /// Whether these are the bytes that it describes.
    pub fn describes(&self, bytes: &[u8]) -> bool {
        self.size == bytes.len() as u64 && self.digest == Digest::of(bytes)
    }

    /// The same without what does not identify the content.
    pub fn bare(&self) -> Self {
        Self { artifact_type: None, annotations: BTreeMap::new(), ..self.clone() }
    }
}

/// An OCI image manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// Always 2.
    pub schema_version: u32,
    /// Always [`media_type::MANIFEST`].
    #[serde(default)]
    pub media_type: String,
    /// What the artifact is, where the configuration's type does not say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact_type: Option<String>,
    /// The configuration.
    pub config: Descriptor,
    /// The content.
    pub layers: Vec<Descriptor>,
    /// The manifest that this one is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Descriptor>,
    /// More about it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
}

/// An OCI image index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Index {
    /// Always 2.
    pub schema_version: u32,
    /// Always [`media_type::INDEX`].
    #[serde(default)]
    pub media_type: String,
    /// Its manifests.
    pub manifests: Vec<Descriptor>,
}

impl Index {
    /// An index of these manifests.
    pub fn of(manifests: Vec<Descriptor>) -> Self {
        Self { schema_version: 2, media_type: media_type::INDEX.to_owned(), manifests }
    }
}

/// The configuration of a Wasm artifact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WasmConfig {
    /// When, RFC 3339.
    pub created: String,
    /// Who.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// Always `wasm`.
    pub architecture: String,
    /// `wasip2` for components.
    pub os: String,
    /// The digest of the only layer.
    pub layer_digests: Vec<Digest>,
    /// What the component exports and imports.
    pub component: WasmComponent,
}

/// What a component exports and imports, in the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WasmComponent {
    /// Full names, sorted.
    pub exports: Vec<String>,
    /// Full names, sorted.
    pub imports: Vec<String>,
    /// The world, where there is exactly one role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
}

impl WasmComponent {
    /// What a component's bytes say.
    pub fn of(surface: &Surface) -> Self {
        let roles: Vec<_> = surface.exports.iter().filter_map(|name| contract_interface(name)).collect();
        let target = match roles.as_slice() {
            [(role, "")] => Some(format!("{PACKAGE}{role}-plugin")),
            [(role, version)] => Some(format!("{PACKAGE}{role}-plugin@{version}")),
            _ => None,
        };
        Self { exports: surface.exports.clone(), imports: surface.imports.clone(), target }
    }
}

/// Compact JSON with keys in the order of the fields. The types above hold nothing that has no JSON.
pub fn to_json<T: Serialize>(value: &T) -> Vec<u8> {
    serde_json::to_vec(value).expect("these types have text keys and no failing parts")
}
