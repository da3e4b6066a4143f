//! A read-only view of the project. Needs the grant `workspace`. Paths are relative to the workspace root.

use super::backend;

pub use crate::bindings::capabilities::selfheal::plugin::workspace::{Chunk, Entry, EntryKind, WorkspaceError};

/// The most that one call of the host returns of a file.
const CHUNK_BYTES: u32 = 1 << 20;

/// Returns what a path is, without following a symbolic link in its last part.
///
/// # Errors
/// When nothing is there or the path is denied.
pub fn stat(path: &str) -> Result<Entry, WorkspaceError> {
    backend::workspace::stat(path)
}

/// Whether a path is a regular file; what cannot be asked is none.
pub fn is_file(path: &str) -> bool {
    stat(path).is_ok_and(|entry| entry.kind == EntryKind::File)
}

/// Whether a path is a directory; what cannot be asked is none.
pub fn is_directory(path: &str) -> bool {
    stat(path).is_ok_and(|entry| entry.kind == EntryKind::Directory)
}

/// Returns the entries of a directory sorted by path, at most 10,000; `.` is the workspace root.
///
/// # Errors
/// When nothing is there, the path is denied, or the call's budget is spent.
pub fn entries(path: &str) -> Result<Vec<Entry>, WorkspaceError> {
    backend::workspace::entries(path)
}

/// Returns the files that match a pattern, sorted by path. `*` and `?` stay within one part of the path, `**` crosses parts.
///
/// # Errors
/// When the pattern is denied or the call's budget is spent.
pub fn glob(pattern: &str, limit: u32) -> Result<Vec<Entry>, WorkspaceError> {
    backend::workspace::glob(pattern, limit)
}

/// Returns a piece of a file, at most 1 MiB.
///
/// # Errors
/// When nothing is there, the path is denied, or the call's budget (16 MiB) is spent.
pub fn read_chunk(path: &str, offset: u64, max_bytes: u32) -> Result<Chunk, WorkspaceError> {
    backend::workspace::read(path, offset, max_bytes)
}

/// Returns a whole file.
///
/// # Errors
/// When nothing is there, the path is denied, or the call's budget (16 MiB) is spent before the end of the file.
pub fn read(path: &str) -> Result<Vec<u8>, WorkspaceError> {
    let mut data = Vec::new();
    loop {
        let chunk = read_chunk(path, data.len() as u64, CHUNK_BYTES)?;
        let is_stuck = chunk.data.is_empty();
        data.extend(chunk.data);
        if chunk.is_last || is_stuck {
            return Ok(data);
        }
    }
}

/// Returns a whole file as text; what is not UTF-8 is replaced.
///
/// # Errors
/// As [`read`].
pub fn read_text(path: &str) -> Result<String, WorkspaceError> {
    read(path).map(|data| String::from_utf8_lossy(&data).into_owned())
}

/// Returns a whole file as JSON; `None` when it cannot be read or is none.
pub fn read_json(path: &str) -> Option<serde_json::Value> {
    serde_json::from_slice(&read(path).ok()?).ok()
}
