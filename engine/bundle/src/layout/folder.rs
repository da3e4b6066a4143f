//! A layout as a folder. Only the names that a layout has are opened; whatever else lies there is not looked at.

use std::fs::{self, File};
use std::io::Read as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::{INDEX_FILE, LAYOUT_CONTENT, LAYOUT_FILE, Layout, LayoutError, MAX_DOCUMENT_BYTES, Source};
use crate::digest::Digest;
use crate::oci::to_json;

impl Layout {
    /// Reads a layout from a folder. Links are refused, so that nothing outside of it is read.
    pub fn read_folder(folder: &Path) -> Result<Self, LayoutError> {
        Self::read(&mut Folder(folder.to_owned()))
    }

    /// Writes the layout into a folder, which is made where it is missing and may hold an earlier version.
    pub fn write_folder(&self, folder: &Path) -> Result<(), LayoutError> {
        let blobs = folder.join("blobs/sha256");
        fs::create_dir_all(&blobs).map_err(failed(&blobs))?;
        for (digest, bytes) in &self.blobs {
            write(&blobs.join(digest.hex()), bytes)?;
        }
        write(&folder.join(LAYOUT_FILE), LAYOUT_CONTENT)?;
        // Last, so that it never names a blob that is not there.
        write(&folder.join(INDEX_FILE), &to_json(&self.index()))
    }
}

struct Folder(PathBuf);

impl Source for Folder {
    fn document(&mut self, name: &str) -> Result<Vec<u8>, LayoutError> {
        read(&self.0.join(name), name, MAX_DOCUMENT_BYTES)
    }

    fn blob(&mut self, digest: Digest, limit: u64) -> Result<Vec<u8>, LayoutError> {
        let name = format!("blobs/sha256/{}", digest.hex());
        read(&self.0.join(&name), &name, limit)
    }
}

/// Reads a regular file within a limit. Never waits for a FIFO, never follows a link at its end.
fn read(path: &Path, name: &str, limit: u64) -> Result<Vec<u8>, LayoutError> {
    let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK;
    let file = File::options().read(true).custom_flags(flags).open(path).map_err(|source| {
        match (source.kind(), source.raw_os_error()) {
            (std::io::ErrorKind::NotFound, _) => LayoutError::Missing(name.to_owned()),
            (_, Some(libc::ELOOP)) => LayoutError::NotAFile(name.to_owned()),
            _ => LayoutError::Io { path: path.to_owned(), source },
        }
    })?;
    if !file.metadata().map_err(failed(path))?.is_file() {
        return Err(LayoutError::NotAFile(name.to_owned()));
    }
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes).map_err(failed(path))?;
    if bytes.len() as u64 > limit {
        return Err(LayoutError::TooLarge { what: format!("`{name}`"), limit });
    }
    Ok(bytes)
}

/// Writes a file whole or not at all.
fn write(path: &Path, bytes: &[u8]) -> Result<(), LayoutError> {
    crate::atomic::write(path, bytes).map_err(failed(path))
}

fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> LayoutError + use<> {
    let path = path.to_owned();
    move |source| LayoutError::Io { path, source }
}
