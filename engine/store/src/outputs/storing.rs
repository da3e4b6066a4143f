//! Keeping what a stage made.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use driver::ports::{CacheError, Kept};
use pipeline::glob::PathPattern;
use pipeline::id::CacheKey;

use super::manifest::{Entry, Manifest};
use super::{Folder, contents, eviction, failed, listing};

/// Bits of a mode that are kept: those of `chmod`.
pub(super) const MODE: u32 = 0o7777;

pub(super) fn store(folder: &Folder, key: &CacheKey, root: &Path, outputs: &[PathPattern]) -> Result<Kept, CacheError> {
    let found = listing::list(root, outputs)?;
    let bytes = found.values().filter(|meta| meta.is_file()).map(fs::Metadata::len).sum();
    if bytes > folder.cap {
        return Err(CacheError::TooLarge { bytes, cap: folder.cap });
    }
    for name in ["entries", "contents", "new"] {
        let path = folder.root.join(name);
        fs::create_dir_all(&path).map_err(failed("create", &path))?;
    }
    let _lock = folder.lock()?;
    let mut entries = BTreeMap::new();
    for (path, meta) in found {
        let full = root.join(&path);
        let mode = meta.permissions().mode() & MODE;
        let entry = if meta.is_dir() {
            Entry::Folder { mode }
        } else if meta.is_symlink() {
            let target = fs::read_link(&full).map_err(failed("read", &full))?;
            match target.into_os_string().into_string() {
                Ok(target) => Entry::Link { target },
                Err(_) => return Err(CacheError::Unfit { path, reason: "its target is no Unicode".to_owned() }),
            }
        } else if meta.is_file() {
            let (digest, size) = folder.take_in(&full)?;
            Entry::File { mode, digest, size }
        } else {
            let reason = "it is neither a file nor a folder nor a link".to_owned();
            return Err(CacheError::Unfit { path, reason });
        };
        entries.insert(path, entry);
    }
    let manifest = Manifest::new(entries);
    let new = folder.new_file();
    fs::write(&new, manifest.to_bytes()).map_err(failed("write", &new))?;
    let entry = folder.entry(key);
    fs::rename(&new, &entry).map_err(failed("write", &entry))?;
    eviction::evict(folder, key)?;
    Ok(Kept { files: manifest.files(), bytes: manifest.bytes() })
}

impl Folder {
    /// Waits until nobody else writes or evicts.
    fn lock(&self) -> Result<File, CacheError> {
        let path = self.root.join("lock");
        let file = File::create(&path).map_err(failed("open", &path))?;
        file.lock().map_err(failed("lock", &path))?;
        Ok(file)
    }

    /// Copies a file's content in, unless it is there already. The digest is that of the bytes that were copied: a file
    /// that changes meanwhile is kept as it was read.
    fn take_in(&self, path: &Path) -> Result<(String, u64), CacheError> {
        let new = self.new_file();
        let mut from = File::open(path).map_err(failed("read", path))?;
        let mut to = File::create(&new).map_err(failed("write", &new))?;
        let (digest, size) = contents::copy(&mut from, &mut to).map_err(failed("copy", path))?;
        to.flush().map_err(failed("write", &new))?;
        let content = self.content(&digest);
        // One that is damaged is replaced, so it is not enough that it is there.
        if let Some(parent) = content.parent() {
            fs::create_dir_all(parent).map_err(failed("create", parent))?;
        }
        fs::rename(&new, &content).map_err(failed("write", &content))?;
        Ok((digest, size))
    }

    /// A path for a file that is still being written.
    fn new_file(&self) -> PathBuf {
        static COUNTER: AtomicU64 = AtomicU64::new(0);
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        self.root.join("new").join(format!("{}-{number}", std::process::id()))
    }
}
