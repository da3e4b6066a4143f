//! From a component and its `plugin.toml` to a bundle.
//!
//! The same input gives the same bytes: nothing here asks for the time, the machine or a random number. What varies between
//! builds (when, from which revision) is handed in. The bill of materials and the provenance are attached as referrers, and
//! their digests are annotations of the plugin's manifest, so that one signature over that manifest covers them too.

mod dependencies;
mod provenance;
mod sbom;

use std::collections::BTreeMap;

use pipeline::time::Timestamp;
use wasmparser::{Validator, WasmFeatures};

pub use dependencies::{Dependency, DependencyError, Ecosystem, of_cargo_lock, of_package_lock, of_requirements};
pub use provenance::BuildFacts;

use crate::bundle::{Attachment, Bundle};
use crate::component::{ComponentError, surface};
use crate::digest::Digest;
use crate::manifest::{ConfigSchema, Difference, Manifest};
use crate::oci::{self, Descriptor, WasmComponent, WasmConfig, annotation, media_type, to_json};

/// What is packed.
#[derive(Clone, Copy, Debug)]
pub struct PackInput<'a> {
    /// The component as the tool chain built it.
    pub component: &'a [u8],
    /// Its manifest.
    pub manifest: &'a Manifest,
    /// The schema of its configuration, if the manifest names one.
    pub schema: Option<&'a ConfigSchema>,
    /// The time that everything is said to be from: [`source_date_epoch`], or 1970 where there is none.
    pub created: Timestamp,
    /// The packages that were built in; `None` where nobody knows, and then the bill of materials says so.
    pub dependencies: Option<&'a [Dependency]>,
    /// Where the component comes from.
    pub build: &'a BuildFacts,
}

/// Why a component cannot be packed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PackError {
    /// The component is broken.
    #[error(transparent)]
    Component(#[from] ComponentError),
    /// The manifest does not fit the component; each with what to change.
    #[error("plugin.toml does not fit the component:{}", listed(.0))]
    Differences(Vec<Difference>),
    /// The manifest names a schema and none was given.
    #[error("plugin.toml names the schema {0}, which was not given")]
    SchemaMissing(String),
    /// A schema was given and the manifest names none.
    #[error("there is a schema for the configuration; name it in plugin.toml: [config] schema = \"…\"")]
    SchemaNotNamed,
}

fn listed(differences: &[Difference]) -> String {
    differences.iter().map(|difference| format!("\n  {difference}")).collect()
}

/// A value of `SOURCE_DATE_EPOCH` is no number of seconds.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("SOURCE_DATE_EPOCH is `{0}`; whole seconds since 1970 are wanted")]
pub struct NoEpoch(String);

/// Reads the value of the variable `SOURCE_DATE_EPOCH`.
pub fn source_date_epoch(text: &str) -> Result<Timestamp, NoEpoch> {
    /// The end of the year 9999: RFC 3339 has no later one.
    const LAST: u64 = 253_402_300_799;
    match text.trim().parse::<u64>() {
        Ok(seconds) if seconds <= LAST => Ok(Timestamp(seconds * 1000)),
        _ => Err(NoEpoch(crate::text::shown(text))),
    }
}

/// Packs a component.
pub fn pack(input: &PackInput<'_>) -> Result<Bundle, PackError> {
    let PackInput { manifest, schema, .. } = *input;
    match (&manifest.config, schema) {
        (Some(config), None) => return Err(PackError::SchemaMissing(config.schema.clone())),
        (None, Some(_)) => return Err(PackError::SchemaNotNamed),
        _ => {}
    }
    let surface = surface(input.component)?;
    let differences = manifest.differences(&surface);
    if !differences.is_empty() {
        return Err(PackError::Differences(differences));
    }
    let component = manifest.embed(input.component, schema)?;
    validate(&component)?;
    let wasm = Digest::of(&component);
    let created = input.created.to_string();
    let sbom = sbom::document(manifest, &component, &created, input.dependencies);
    let provenance = provenance::document(manifest, wasm, input.build, input.dependencies.unwrap_or_default());
    let config = to_json(&WasmConfig {
        created: created.clone(),
        author: (!manifest.authors.is_empty()).then(|| manifest.authors.join(", ")),
        architecture: "wasm".to_owned(),
        os: "wasip2".to_owned(),
        layer_digests: vec![wasm],
        component: WasmComponent::of(&surface),
    });
    let mut annotations = annotations(manifest, created);
    annotations.insert(annotation::SBOM.to_owned(), Digest::of(&sbom).to_string());
    annotations.insert(annotation::PROVENANCE.to_owned(), Digest::of(&provenance).to_string());
    let document = to_json(&oci::Manifest {
        schema_version: 2,
        media_type: media_type::MANIFEST.to_owned(),
        artifact_type: None,
        config: Descriptor::of(media_type::WASM_CONFIG, &config),
        layers: vec![Descriptor::of(media_type::WASM, &component)],
        subject: None,
        annotations,
    });
    let subject = Descriptor::of(media_type::MANIFEST, &document);
    let attachments = vec![
        Attachment::new(media_type::SBOM, sbom, &subject),
        Attachment::new(media_type::PROVENANCE, provenance, &subject),
    ];
    Ok(Bundle::assemble(document, config, component, attachments).expect("what was just made has the right shape"))
}

/// Checks all of a component, nested modules included. Costs milliseconds per megabyte; compiles nothing.
pub fn validate(component: &[u8]) -> Result<(), ComponentError> {
    Validator::new_with_features(WasmFeatures::default())
        .validate_all(component)
        .map(|_| ())
        .map_err(|error| ComponentError::Invalid(error.to_string()))
}

fn annotations(manifest: &Manifest, created: String) -> BTreeMap<String, String> {
    let mut annotations = BTreeMap::from([
        (annotation::CREATED.to_owned(), created),
        (annotation::TITLE.to_owned(), manifest.id.clone()),
        (annotation::VERSION.to_owned(), manifest.version.clone()),
        (annotation::DESCRIPTION.to_owned(), manifest.description.clone()),
        (annotation::LICENSES.to_owned(), manifest.license.clone()),
    ]);
    annotations.extend(manifest.repository.clone().map(|source| (annotation::SOURCE.to_owned(), source)));
    if !manifest.authors.is_empty() {
        annotations.insert(annotation::AUTHORS.to_owned(), manifest.authors.join(", "));
    }
    annotations
}

#[cfg(test)]
mod tests;
