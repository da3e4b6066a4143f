//! An OCI image layout in memory: blobs by digest, and the manifests that are its content.
//!
//! A layout is a folder (`oci-layout`, `index.json`, `blobs/sha256/…`) or one uncompressed tar file with the same entries;
//! uncompressed, because then no few bytes can become many. Reading trusts nothing: names other than these are refused,
//! links and devices too, every blob is compared with its digest, and only blobs that a manifest leads to are kept.
//! Writing gives the same bytes for the same content.

mod folder;
mod tarball;

use std::collections::BTreeMap;
#[cfg(test)]
use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;

use serde::de::DeserializeOwned;

use crate::component::MAX_COMPONENT_BYTES;
use crate::digest::Digest;
use crate::oci::{Descriptor, EMPTY_CONFIG, Index, Manifest, media_type};

/// Largest JSON document: an index, a manifest or a configuration.
pub const MAX_DOCUMENT_BYTES: u64 = 4 << 20;
/// Most bytes of one layout, so that reading a collection cannot fill the memory.
pub const MAX_LAYOUT_BYTES: u64 = 1 << 30;
/// Most manifests of one layout, signatures and bills of materials included.
pub const MAX_MANIFESTS: usize = 4096;
/// Most layers of one manifest that are looked at.
const MAX_LAYERS: usize = 64;

/// The file that says that a folder is a layout.
const LAYOUT_FILE: &str = "oci-layout";
const LAYOUT_CONTENT: &[u8] = br#"{"imageLayoutVersion":"1.0.0"}"#;
const INDEX_FILE: &str = "index.json";

/// Manifests and the blobs that they lead to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// The manifests, sorted by digest, each once.
    manifests: BTreeMap<Digest, Descriptor>,
    blobs: BTreeMap<Digest, Vec<u8>>,
}

/// A layout cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LayoutError {
    /// Reading or writing failed.
    #[error("{}: {source}", path.display())]
    Io {
        /// On what.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A tar file is broken or ends too early.
    #[error("read the bundle: {0}")]
    Tar(io::Error),
    /// An entry that no layout has.
    #[error("the bundle holds `{0}`, which is no part of an OCI image layout")]
    ForeignEntry(String),
    /// A link, a device or another thing that is no file.
    #[error("the bundle's entry `{0}` is not a regular file")]
    NotAFile(String),
    /// The same entry twice.
    #[error("the bundle holds `{0}` twice")]
    Twice(String),
    /// Something is missing.
    #[error("the bundle has no `{0}`")]
    Missing(String),
    /// Something is too large.
    #[error("{what} has more than {limit} bytes")]
    TooLarge {
        /// What.
        what: String,
        /// The limit.
        limit: u64,
    },
    /// Too many manifests or layers.
    #[error("the bundle has more than {0} manifests or layers")]
    TooMany(usize),
    /// A blob has other bytes than its name says.
    #[error("the blob {0} has other bytes than its digest says; the bundle is damaged or was tampered with")]
    WrongBytes(Digest),
    /// A blob has another size than its descriptor says.
    #[error("the blob {digest} has {actual} bytes, its descriptor says {described}")]
    WrongSize {
        /// Which.
        digest: Digest,
        /// What the descriptor says.
        described: u64,
        /// What it has.
        actual: u64,
    },
    /// A document cannot be understood.
    #[error("read {what}: {why}")]
    Document {
        /// Which.
        what: String,
        /// Why.
        why: String,
    },
    /// The version of the layout is another one.
    #[error("`oci-layout` names another version than 1.0.0")]
    OtherVersion,
    /// A manifest has a type that bundles do not have.
    #[error("the manifest {digest} has the type {media_type}; {} is wanted", media_type::MANIFEST)]
    OtherManifest {
        /// Which.
        digest: Digest,
        /// Its type.
        media_type: String,
    },
}

/// Where the parts of a layout are read from.
trait Source {
    /// The bytes of a document.
    fn document(&mut self, name: &str) -> Result<Vec<u8>, LayoutError>;
    /// The bytes of a blob, of at most `limit`; its digest is checked by the caller.
    fn blob(&mut self, digest: Digest, limit: u64) -> Result<Vec<u8>, LayoutError>;
}

impl Layout {
    /// The manifests, sorted by digest.
    pub fn manifests(&self) -> impl Iterator<Item = &Descriptor> {
        self.manifests.values()
    }

    /// A blob's bytes.
    pub fn blob(&self, digest: &Digest) -> Option<&[u8]> {
        self.blobs.get(digest).map(Vec::as_slice)
    }

    /// Adds bytes; the same bytes twice are there once.
    pub fn add_blob(&mut self, bytes: &[u8]) -> Digest {
        let digest = Digest::of(bytes);
        self.blobs.entry(digest).or_insert_with(|| bytes.to_owned());
        digest
    }

    /// Adds a manifest. Its blobs have to be added too.
    pub fn add_manifest(&mut self, descriptor: Descriptor, bytes: &[u8]) {
        self.add_blob(bytes);
        self.manifests.insert(descriptor.digest, descriptor);
    }

    /// What `index.json` holds.
    fn index(&self) -> Index {
        Index::of(self.manifests.values().cloned().collect())
    }

    fn read(source: &mut impl Source) -> Result<Self, LayoutError> {
        let version: serde_json::Value = document(LAYOUT_FILE, &source.document(LAYOUT_FILE)?)?;
        if version.get("imageLayoutVersion").and_then(serde_json::Value::as_str) != Some("1.0.0") {
            return Err(LayoutError::OtherVersion);
        }
        let index: Index = document(INDEX_FILE, &source.document(INDEX_FILE)?)?;
        if index.schema_version != 2 || !(index.media_type.is_empty() || index.media_type == media_type::INDEX) {
            let why = format!("it is no {}", media_type::INDEX);
            return Err(LayoutError::Document { what: INDEX_FILE.to_owned(), why });
        }
        if index.manifests.len() > MAX_MANIFESTS {
            return Err(LayoutError::TooMany(MAX_MANIFESTS));
        }
        let mut layout = Self::default();
        let mut budget = MAX_LAYOUT_BYTES;
        for described in index.manifests {
            if described.media_type != media_type::MANIFEST {
                let (digest, media_type) = (described.digest, crate::text::shown(&described.media_type));
                return Err(LayoutError::OtherManifest { digest, media_type });
            }
            let bytes = layout.take(source, &described, MAX_DOCUMENT_BYTES, &mut budget)?;
            let manifest = manifest(&bytes)?;
            layout.take(source, &manifest.config, MAX_DOCUMENT_BYTES, &mut budget)?;
            for layer in &manifest.layers {
                layout.take(source, layer, MAX_COMPONENT_BYTES, &mut budget)?;
            }
            if layout.manifests.insert(described.digest, described.clone()).is_some() {
                return Err(LayoutError::Twice(described.digest.to_string()));
            }
        }
        Ok(layout)
    }

    /// Reads a blob, checks it and keeps it.
    fn take(
        &mut self,
        source: &mut impl Source,
        described: &Descriptor,
        limit: u64,
        budget: &mut u64,
    ) -> Result<Vec<u8>, LayoutError> {
        let Descriptor { digest, size, .. } = *described;
        let limit = limit.min(*budget);
        if size > limit {
            return Err(LayoutError::TooLarge { what: format!("the blob {digest}"), limit });
        }
        if let Some(known) = self.blobs.get(&digest) {
            return check_size(digest, size, known).map(|()| known.clone());
        }
        let bytes = source.blob(digest, limit)?;
        if Digest::of(&bytes) != digest {
            return Err(LayoutError::WrongBytes(digest));
        }
        check_size(digest, size, &bytes)?;
        *budget -= size;
        self.blobs.insert(digest, bytes.clone());
        Ok(bytes)
    }
}

fn check_size(digest: Digest, described: u64, bytes: &[u8]) -> Result<(), LayoutError> {
    let actual = bytes.len() as u64;
    if actual == described { Ok(()) } else { Err(LayoutError::WrongSize { digest, described, actual }) }
}

/// Reads a manifest from bytes whose digest is known.
pub(crate) fn manifest(bytes: &[u8]) -> Result<Manifest, LayoutError> {
    let manifest: Manifest = document("a manifest", bytes)?;
    if manifest.schema_version != 2 || !(manifest.media_type.is_empty() || manifest.media_type == media_type::MANIFEST)
    {
        let (digest, media_type) = (Digest::of(bytes), crate::text::shown(&manifest.media_type));
        return Err(LayoutError::OtherManifest { digest, media_type });
    }
    if manifest.layers.len() > MAX_LAYERS {
        return Err(LayoutError::TooMany(MAX_LAYERS));
    }
    Ok(manifest)
}

fn document<T: DeserializeOwned>(what: &str, bytes: &[u8]) -> Result<T, LayoutError> {
    let failed = |error: serde_json::Error| LayoutError::Document { what: what.to_owned(), why: error.to_string() };
    serde_json::from_slice(bytes).map_err(failed)
}

/// The blob that every artifact without a configuration has.
pub(crate) fn add_empty_config(layout: &mut Layout) -> Descriptor {
    layout.add_blob(EMPTY_CONFIG);
    Descriptor::of(media_type::EMPTY, EMPTY_CONFIG)
}

/// Digests of all blobs that the manifests lead to; for tests of what is written.
#[cfg(test)]
pub(crate) fn reachable(layout: &Layout) -> BTreeSet<Digest> {
    let mut all = BTreeSet::new();
    for described in layout.manifests() {
        all.insert(described.digest);
        let manifest = layout.blob(&described.digest).map(manifest).expect("it is there").expect("it is one");
        all.insert(manifest.config.digest);
        all.extend(manifest.layers.iter().map(|layer| layer.digest));
    }
    all
}

#[cfg(test)]
mod tests;
