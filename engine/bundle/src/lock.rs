//! `plugins.lock`: which plugins somebody approved, byte for byte, signed by whom, with which grants.
//!
//! ```toml
//! version = 1
//!
//! [[plugin]]
//! id = "acme/heal-terraform"
//! version = "1.2.0"
//! source = "registry.example/acme/heal-terraform:1.2.0"
//! manifest = "sha256:…"
//! wasm = "sha256:…"
//! api = "0.1"
//! signers = ["RW…"]
//! granted = ["process terraform", "workspace read"]
//! grants = "sha256:…"
//! ```
//!
//! Sorted by id, one line per value, so that a change reads well in a review. The file is replaced whole, by one process at
//! a time. [`changes`] says in words what an offered plugin would change; whatever [`Change::needs_approval`] waits for
//! somebody to say yes. A name or a path is never a reason to trust anything.

mod admission;
mod change;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use pipeline::definition::Grant;
use serde::{Deserialize, Serialize};

pub use admission::Mismatch;
pub use change::{Change, changes};

use crate::digest::Digest;
use crate::keys::PublicKey;
use crate::manifest::grant_lines;
use crate::text::{is_plain_line, plugin_id_problem};
use crate::verify::Verified;

/// Largest lock file.
const MAX_LOCK_BYTES: usize = 16 << 20;
/// The version of its format.
const VERSION: u32 = 1;

/// One approved plugin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// Where it came from: a reference into a registry, or a path.
    pub source: String,
    /// Digest of the bundle's manifest.
    pub manifest: Digest,
    /// Digest of the component.
    pub wasm: Digest,
    /// The version of the contract.
    pub api: String,
    /// Whose signatures counted, sorted; empty for a plugin that was approved without any.
    pub signers: Vec<PublicKey>,
    /// What it may do, one line each, sorted; see [`grant_lines`].
    pub granted: Vec<String>,
    /// Digest of `granted`.
    pub grants: Digest,
}

/// All approved plugins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    entries: BTreeMap<String, Entry>,
}

/// A lock file cannot be used or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// Reading or writing failed.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Too large.
    #[error("plugins.lock has {0} bytes; at most {MAX_LOCK_BYTES} are read")]
    TooLarge(usize),
    /// Not in its format.
    #[error("plugins.lock: line {line}: {message}; restore it, or remove it and approve the plugins again")]
    Format {
        /// 1-based.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// Written by another version.
    #[error("plugins.lock has version {0}; this version of selfheal reads {VERSION}")]
    Version(u32),
    /// A plugin that stands there twice, or in the wrong place.
    #[error("plugins.lock: {0} is not in its place; the entries are sorted by id, each there once")]
    Order(String),
    /// An entry that contradicts itself.
    #[error("plugins.lock: the entry of {id}: {message}; it was edited by hand: approve the plugin again")]
    Entry {
        /// Which.
        id: String,
        /// What is wrong.
        message: &'static str,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileIn {
    version: u32,
    #[serde(default)]
    plugin: Vec<Entry>,
}

#[derive(Serialize)]
struct FileOut<'a> {
    version: u32,
    plugin: Vec<&'a Entry>,
}

impl Entry {
    /// The entry that approving a verified bundle with a grant would make.
    pub fn offered(verified: &Verified, source: &str, grant: &Grant) -> Self {
        let manifest = &verified.contents().manifest;
        let granted = grant_lines(grant);
        Self {
            id: manifest.id.clone(),
            version: manifest.version.clone(),
            source: source.to_owned(),
            manifest: verified.digest(),
            wasm: verified.bundle().component_digest(),
            api: manifest.api.clone(),
            signers: verified.judgement().signers.clone(),
            grants: digest_of_lines(&granted),
            granted,
        }
    }

    fn problem(&self) -> Option<&'static str> {
        let is_sorted = |lines: &[String]| lines.is_sorted_by(|one, next| one < next);
        if plugin_id_problem(&self.id).is_some() {
            return Some("its id is none");
        }
        if semver::Version::parse(&self.version).is_err() {
            return Some("its version is none");
        }
        if ![&self.source, &self.api].into_iter().chain(&self.granted).all(|text| is_plain_line(text)) {
            return Some("a value has control characters");
        }
        if !is_sorted(&self.granted) || !self.signers.is_sorted_by(|one, next| one < next) {
            return Some("its lists are not sorted");
        }
        (digest_of_lines(&self.granted) != self.grants).then_some("`grants` is not the digest of `granted`")
    }
}

/// Digest of a grant; of two grants that allow the same it is the same.
pub fn digest_of_grant(grant: &Grant) -> Digest {
    digest_of_lines(&grant_lines(grant))
}

fn digest_of_lines(lines: &[String]) -> Digest {
    Digest::of(lines.iter().map(|line| format!("{line}\n")).collect::<String>().as_bytes())
}

impl Lock {
    /// Reads the text of a lock file.
    pub fn parse(text: &str) -> Result<Self, LockError> {
        if text.len() > MAX_LOCK_BYTES {
            return Err(LockError::TooLarge(text.len()));
        }
        let file: FileIn = toml::from_str(text).map_err(|error| {
            let before = text.get(..error.span().map_or(0, |span| span.start)).unwrap_or_default();
            LockError::Format { line: before.matches('\n').count() + 1, message: error.message().to_owned() }
        })?;
        if file.version != VERSION {
            return Err(LockError::Version(file.version));
        }
        let mut entries: BTreeMap<String, Entry> = BTreeMap::new();
        for entry in file.plugin {
            let id = entry.id.clone();
            if let Some(message) = entry.problem() {
                return Err(LockError::Entry { id: crate::text::shown(&id), message });
            }
            if entries.last_key_value().is_some_and(|(last, _)| *last >= id) {
                return Err(LockError::Order(id));
            }
            entries.insert(id, entry);
        }
        Ok(Self { entries })
    }

    /// The text of the file.
    pub fn to_text(&self) -> String {
        let file = FileOut { version: VERSION, plugin: self.entries.values().collect() };
        let body = toml::to_string(&file).expect("these types have TOML");
        format!("# Written by `selfheal plugin approve`; commit it, do not edit it.\n{body}")
    }

    /// Reads a lock file; one that does not exist is empty.
    pub fn read(path: &Path) -> Result<Self, LockError> {
        match fs::read_to_string(path) {
            Ok(text) => Self::parse(&text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(source) => Err(LockError::Io { path: path.to_owned(), source }),
        }
    }

    /// Reads, changes and replaces a lock file, while no other process does. The file is there whole or as it was.
    pub fn update<T>(path: &Path, change: impl FnOnce(&mut Self) -> T) -> Result<T, LockError> {
        let folder = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| LockError::Io { path, source }
        };
        // The folder is locked, since the file itself is replaced. The lock goes with the handle.
        let guard = File::open(folder).map_err(failed(folder))?;
        guard.lock().map_err(failed(folder))?;
        let mut lock = Self::read(path)?;
        let result = change(&mut lock);
        crate::atomic::write(path, lock.to_text().as_bytes()).map_err(failed(path))?;
        Ok(result)
    }

    /// The entry of a plugin.
    pub fn get(&self, id: &str) -> Option<&Entry> {
        self.entries.get(id)
    }

    /// All entries, sorted by id.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// Adds or replaces an entry.
    pub fn approve(&mut self, entry: Entry) {
        self.entries.insert(entry.id.clone(), entry);
    }

    /// Removes an entry.
    pub fn remove(&mut self, id: &str) -> Option<Entry> {
        self.entries.remove(id)
    }
}

#[cfg(test)]
mod tests;
