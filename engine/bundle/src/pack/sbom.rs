//! The bill of materials: CycloneDX 1.5, without serial number and clock, so that it is reproducible.

use serde::Serialize;

use super::Dependency;
use crate::component::{Producer, producers};
use crate::digest::Digest;
use crate::manifest::Manifest;
use crate::oci::to_json;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Bom {
    bom_format: &'static str,
    spec_version: &'static str,
    version: u32,
    metadata: Metadata,
    components: Vec<Component>,
    compositions: Vec<Composition>,
}

#[derive(Serialize)]
struct Metadata {
    timestamp: String,
    tools: Tools,
    component: Component,
}

#[derive(Serialize)]
struct Tools {
    components: Vec<Component>,
}

#[derive(Serialize)]
struct Component {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(rename = "bom-ref", skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    version: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hashes: Vec<Hash>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    licenses: Vec<License>,
    #[serde(skip_serializing_if = "Option::is_none")]
    purl: Option<String>,
}

#[derive(Serialize)]
struct Hash {
    alg: &'static str,
    content: String,
}

#[derive(Serialize)]
struct License {
    expression: String,
}

#[derive(Serialize)]
struct Composition {
    aggregate: &'static str,
    assemblies: Vec<String>,
}

/// The bill of materials of a component. Without a list of dependencies it names the tools of the `producers` section, and
/// says that what was built in is unknown.
pub(super) fn document(
    manifest: &Manifest,
    component: &[u8],
    created: &str,
    dependencies: Option<&[Dependency]>,
) -> Vec<u8> {
    let reference = format!("{}@{}", manifest.id, manifest.version);
    let aggregate = if dependencies.is_some() { "complete" } else { "unknown" };
    let mut dependencies = dependencies.unwrap_or_default().to_vec();
    dependencies.sort_unstable();
    dependencies.dedup();
    to_json(&Bom {
        bom_format: "CycloneDX",
        spec_version: "1.5",
        version: 1,
        metadata: Metadata {
            timestamp: created.to_owned(),
            tools: Tools { components: producers(component).into_iter().map(tool).collect() },
            component: Component {
                kind: "library",
                reference: Some(reference.clone()),
                name: manifest.id.clone(),
                version: manifest.version.clone(),
                hashes: vec![hash(Digest::of(component))],
                licenses: vec![License { expression: manifest.license.clone() }],
                purl: None,
            },
        },
        components: dependencies.iter().map(library).collect(),
        compositions: vec![Composition { aggregate, assemblies: vec![reference] }],
    })
}

fn tool(producer: Producer) -> Component {
    let Producer { name, version, .. } = producer;
    Component { kind: "application", reference: None, name, version, hashes: vec![], licenses: vec![], purl: None }
}

fn library(dependency: &Dependency) -> Component {
    let purl = dependency.purl();
    Component {
        kind: "library",
        reference: Some(purl.clone()),
        name: dependency.name.clone(),
        version: dependency.version.clone(),
        hashes: dependency.sha256.map(hash).into_iter().collect(),
        licenses: vec![],
        purl: Some(purl),
    }
}

fn hash(digest: Digest) -> Hash {
    Hash { alg: "SHA-256", content: digest.hex() }
}
