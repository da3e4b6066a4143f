//! Where a component comes from: an in-toto statement with SLSA's provenance predicate.
//!
//! It is the packer's word, made binding by the signature over the bundle, and no attestation of a hardened builder.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Dependency;
use crate::digest::Digest;
use crate::manifest::Manifest;
use crate::oci::to_json;

/// What is known about a build.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuildFacts {
    /// Who built it, e.g. the address of a CI job; empty for a build on somebody's machine.
    pub builder: String,
    /// The revision of the source, e.g. a commit.
    pub revision: Option<String>,
    /// Versions of the tools, by name.
    pub tools: BTreeMap<String, String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Statement {
    #[serde(rename = "_type")]
    kind: &'static str,
    subject: Vec<Resource>,
    predicate_type: &'static str,
    predicate: Predicate,
}

#[derive(Serialize)]
struct Resource {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    digest: BTreeMap<&'static str, String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Predicate {
    build_definition: BuildDefinition,
    run_details: RunDetails,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BuildDefinition {
    build_type: &'static str,
    external_parameters: BTreeMap<&'static str, String>,
    resolved_dependencies: Vec<Resource>,
}

#[derive(Serialize)]
struct RunDetails {
    builder: Builder,
}

#[derive(Serialize)]
struct Builder {
    id: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    version: BTreeMap<String, String>,
}

/// The statement about a component.
pub(super) fn document(manifest: &Manifest, wasm: Digest, build: &BuildFacts, dependencies: &[Dependency]) -> Vec<u8> {
    let sha256 = |digest: Digest| BTreeMap::from([("sha256", digest.hex())]);
    let mut parameters = BTreeMap::from([("plugin", format!("{}@{}", manifest.id, manifest.version))]);
    parameters.extend(manifest.repository.clone().map(|repository| ("repository", repository)));
    parameters.extend(build.revision.clone().map(|revision| ("revision", revision)));
    let mut dependencies = dependencies.to_vec();
    dependencies.sort_unstable();
    dependencies.dedup();
    let resource = |dependency: &Dependency| Resource {
        name: None,
        uri: Some(dependency.purl()),
        digest: dependency.sha256.map(sha256).unwrap_or_default(),
    };
    let builder = if build.builder.is_empty() { "https://selfheal.example/builder/local" } else { &build.builder };
    to_json(&Statement {
        kind: "https://in-toto.io/Statement/v1",
        subject: vec![Resource { name: Some(manifest.id.clone()), uri: None, digest: sha256(wasm) }],
        predicate_type: "https://slsa.dev/provenance/v1",
        predicate: Predicate {
            build_definition: BuildDefinition {
                build_type: "https://selfheal.example/plugin-pack/v1",
                external_parameters: parameters,
                resolved_dependencies: dependencies.iter().map(resource).collect(),
            },
            run_details: RunDetails { builder: Builder { id: builder.to_owned(), version: build.tools.clone() } },
        },
    })
}
