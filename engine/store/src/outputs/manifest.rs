//! What one entry of the cache holds.

use std::collections::BTreeMap;

use driver::ports::CacheError;
use serde::{Deserialize, Serialize};

use super::contents::of_bytes;

/// Version of the shape.
const VERSION: u32 = 1;

/// The result of one stage: path relative to the workspace → what stands there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    version: u32,
    /// The entries, parents before what is in them.
    pub(super) entries: BTreeMap<String, Entry>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub(super) enum Entry {
    /// A folder, possibly empty.
    Folder { mode: u32 },
    /// A file.
    File { mode: u32, digest: String, size: u64 },
    /// A symbolic link, whatever it points at.
    Link { target: String },
}

impl Manifest {
    pub(super) fn new(entries: BTreeMap<String, Entry>) -> Self {
        Self { version: VERSION, entries }
    }

    /// Files and links.
    pub(super) fn files(&self) -> u64 {
        self.entries.values().filter(|entry| !matches!(entry, Entry::Folder { .. })).count() as u64
    }

    /// Size of the files.
    pub(super) fn bytes(&self) -> u64 {
        let sizes = self.entries.values().map(|entry| match entry {
            Entry::File { size, .. } => *size,
            Entry::Folder { .. } | Entry::Link { .. } => 0,
        });
        sizes.sum()
    }

    /// Digests of the contents that it needs.
    pub(super) fn digests(&self) -> impl Iterator<Item = &str> {
        self.entries.values().filter_map(|entry| match entry {
            Entry::File { digest, .. } => Some(digest.as_str()),
            Entry::Folder { .. } | Entry::Link { .. } => None,
        })
    }

    /// As it lies on disk: its own digest, a line break, JSON.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let json = serde_json::to_vec(self).expect("a manifest holds no maps with odd keys");
        let mut bytes = of_bytes(&json).into_bytes();
        bytes.push(b'\n');
        bytes.extend(json);
        bytes
    }

    /// Reads what [`Manifest::to_bytes`] wrote.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, CacheError> {
        let damaged = |what: &str| CacheError::Damaged(what.to_owned());
        let end = bytes.iter().position(|&byte| byte == b'\n').ok_or_else(|| damaged("its manifest is cut"))?;
        let (digest, json) = (&bytes[..end], &bytes[end + 1..]);
        if digest != of_bytes(json).as_bytes() {
            return Err(damaged("its manifest is not the one that was written"));
        }
        let manifest: Self = serde_json::from_slice(json).map_err(|_| damaged("its manifest cannot be read"))?;
        if manifest.version != VERSION {
            return Err(damaged("its manifest is of another version"));
        }
        Ok(manifest)
    }
}
