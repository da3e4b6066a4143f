//! A layout as one uncompressed tar file.
//!
//! What is written is the same for the same content: fixed order, no owner, no time, mode 0644. What is read may come from
//! other tools; entries are identified by their names alone, and nothing is ever unpacked onto the disk.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use tar::{Archive, Builder, EntryType, Header};

use super::{
    INDEX_FILE, LAYOUT_CONTENT, LAYOUT_FILE, Layout, LayoutError, MAX_DOCUMENT_BYTES, MAX_LAYOUT_BYTES, Source,
};
use crate::component::MAX_COMPONENT_BYTES;
use crate::digest::Digest;
use crate::oci::to_json;

/// Most entries: each manifest brings a few blobs.
const MAX_ENTRIES: usize = 32_768;
/// Where blobs lie.
const BLOBS: &str = "blobs/sha256/";

impl Layout {
    /// Reads a layout from a tar file. Takes as much memory as the file has bytes, and refuses it past a gigabyte.
    pub fn read_tar(reader: impl Read) -> Result<Self, LayoutError> {
        Self::read(&mut Entries::of(reader)?)
    }

    /// The layout as a tar file; the same layout gives the same bytes.
    pub fn to_tar(&self) -> Vec<u8> {
        let mut builder = Builder::new(Vec::new());
        let mut append = |name: &str, bytes: &[u8]| {
            let mut header = Header::new_ustar();
            header.set_entry_type(EntryType::Regular);
            header.set_mode(0o644);
            header.set_size(bytes.len() as u64);
            builder.append_data(&mut header, name, bytes).expect("a vector takes everything, and the names are short");
        };
        append(LAYOUT_FILE, LAYOUT_CONTENT);
        append(INDEX_FILE, &to_json(&self.index()));
        for (digest, bytes) in &self.blobs {
            append(&format!("{BLOBS}{}", digest.hex()), bytes);
        }
        builder.into_inner().expect("a vector takes everything")
    }

    /// Reads a bundle from disk: a folder or a tar file.
    pub fn open(path: &Path) -> Result<Self, LayoutError> {
        if path.is_dir() {
            return Self::read_folder(path);
        }
        let failed = |source| LayoutError::Io { path: path.to_owned(), source };
        // Without waiting for a FIFO.
        let file = File::options().read(true).custom_flags(libc::O_NONBLOCK).open(path).map_err(failed)?;
        if !file.metadata().map_err(failed)?.is_file() {
            return Err(LayoutError::NotAFile(path.display().to_string()));
        }
        Self::read_tar(io::BufReader::new(file))
    }
}

/// The entries of a tar file by name.
struct Entries(BTreeMap<String, Vec<u8>>);

impl Entries {
    fn of(reader: impl Read) -> Result<Self, LayoutError> {
        let mut found = BTreeMap::new();
        let mut budget = MAX_LAYOUT_BYTES;
        let mut archive = Archive::new(reader);
        // Raw: extensions of the format (long names, sparse files) have nothing to do here and are refused as entries.
        for (number, entry) in archive.entries().map_err(LayoutError::Tar)?.raw(true).enumerate() {
            if number >= MAX_ENTRIES {
                return Err(LayoutError::TooMany(MAX_ENTRIES));
            }
            let mut entry = entry.map_err(LayoutError::Tar)?;
            let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            let kind = entry.header().entry_type();
            let shown = || crate::text::shown(&name);
            if kind == EntryType::Directory && matches!(name.trim_end_matches('/'), "." | "blobs" | "blobs/sha256") {
                continue;
            }
            let name = name.strip_prefix("./").unwrap_or(&name).to_owned();
            let limit = limit_of(&name).ok_or_else(|| LayoutError::ForeignEntry(shown()))?.min(budget);
            if !matches!(kind, EntryType::Regular) {
                return Err(LayoutError::NotAFile(shown()));
            }
            let size = entry.header().entry_size().map_err(LayoutError::Tar)?;
            if size > limit {
                return Err(LayoutError::TooLarge { what: format!("`{}`", shown()), limit });
            }
            let mut bytes = Vec::new();
            entry.by_ref().take(limit).read_to_end(&mut bytes).map_err(LayoutError::Tar)?;
            if bytes.len() as u64 != size {
                return Err(LayoutError::Tar(io::ErrorKind::UnexpectedEof.into()));
            }
            budget -= size;
            if found.insert(name.clone(), bytes).is_some() {
                return Err(LayoutError::Twice(name));
            }
        }
        Ok(Self(found))
    }

    fn take(&mut self, name: &str) -> Result<Vec<u8>, LayoutError> {
        self.0.remove(name).ok_or_else(|| LayoutError::Missing(name.to_owned()))
    }
}

/// How large an entry may be; `None` for names that no layout has.
fn limit_of(name: &str) -> Option<u64> {
    match name {
        LAYOUT_FILE | INDEX_FILE => Some(MAX_DOCUMENT_BYTES),
        _ => {
            let hex = name.strip_prefix(BLOBS)?;
            let digest: Digest = format!("sha256:{hex}").parse().ok()?;
            (digest.hex() == hex).then_some(MAX_COMPONENT_BYTES)
        }
    }
}

impl Source for Entries {
    fn document(&mut self, name: &str) -> Result<Vec<u8>, LayoutError> {
        self.take(name)
    }

    fn blob(&mut self, digest: Digest, limit: u64) -> Result<Vec<u8>, LayoutError> {
        let bytes = self.take(&format!("{BLOBS}{}", digest.hex()))?;
        if bytes.len() as u64 > limit {
            return Err(LayoutError::TooLarge { what: format!("the blob {digest}"), limit });
        }
        Ok(bytes)
    }
}
