//! `workspace`: a read-only view of the project.

use std::path::PathBuf;

use super::HostState;
use crate::bindings::capabilities::selfheal::plugin::workspace::{self, Chunk, Entry, EntryKind, WorkspaceError};

mod pattern;
mod resolve;

use pattern::Pattern;
use resolve::{Kind, Resolver};

/// Entries of one answer.
const MAX_ENTRIES: usize = 10_000;
/// Directory entries that one call may look at.
const ENTRY_BUDGET: usize = 200_000;
/// Bytes of one answer.
const MAX_READ: u32 = 1 << 20;
/// Bytes that one call may read.
const READ_BUDGET: u64 = 16 << 20;

/// The project's files as one call sees them.
pub(super) struct WorkspaceView {
    root: PathBuf,
    entries_left: usize,
    bytes_left: u64,
}

impl WorkspaceView {
    pub(super) fn new(root: PathBuf) -> Self {
        Self { root, entries_left: ENTRY_BUDGET, bytes_left: READ_BUDGET }
    }

    fn resolver(&self) -> Result<Resolver, WorkspaceError> {
        Resolver::open(&self.root)
    }

    fn spend_entries(&mut self, count: usize) -> Result<(), WorkspaceError> {
        match self.entries_left.checked_sub(count) {
            Some(rest) => {
                self.entries_left = rest;
                Ok(())
            }
            None => {
                self.entries_left = 0;
                Err(WorkspaceError::BudgetSpent)
            }
        }
    }

    fn stat(&mut self, path: &str) -> Result<Entry, WorkspaceError> {
        self.spend_entries(1)?;
        let (kind, size) = self.resolver()?.stat(path)?;
        Ok(entry(path.to_owned(), kind, size))
    }

    fn entries(&mut self, path: &str) -> Result<Vec<Entry>, WorkspaceError> {
        let names = self.resolver()?.names(path, self.entries_left.min(MAX_ENTRIES * 2))?;
        self.spend_entries(names.len())?;
        let prefix = if path == "." { String::new() } else { format!("{path}/") };
        let mut entries: Vec<Entry> =
            names.into_iter().map(|(name, kind, size)| entry(format!("{prefix}{name}"), kind, size)).collect();
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        entries.truncate(MAX_ENTRIES);
        Ok(entries)
    }

    fn glob(&mut self, pattern: &str, limit: u32) -> Result<Vec<Entry>, WorkspaceError> {
        let pattern = Pattern::parse(pattern).map_err(WorkspaceError::Denied)?;
        let resolver = self.resolver()?;
        let mut paths = Vec::new();
        for found in self.walk(&pattern) {
            self.spend_entries(1)?;
            // An entry that vanished or may not be read is left out, like one that is ignored.
            let Ok(found) = found else { continue };
            let Ok(path) = found.path().strip_prefix(&self.root) else { continue };
            // A name that is not UTF-8 cannot be told to a plugin.
            let Some(path) = path.to_str().filter(|path| !path.is_empty()) else { continue };
            if found.file_type().is_some_and(|kind| kind.is_file()) && pattern.matches(path) {
                paths.push(path.to_owned());
            }
        }
        paths.sort_unstable();
        let limit = usize::try_from(limit).unwrap_or(usize::MAX).min(MAX_ENTRIES);
        // The walk went by path names; what it found is looked at again without following a link.
        let entries = paths.into_iter().filter_map(|path| match resolver.stat(&path) {
            Ok((kind @ Kind::File, size)) => Some(entry(path, kind, size)),
            _ => None,
        });
        Ok(entries.take(limit).collect())
    }

    /// All files that the project's ignore files do not name, in the order of names.
    fn walk(&self, pattern: &Pattern) -> ignore::Walk {
        ignore::WalkBuilder::new(&self.root)
            .hidden(false)
            .parents(false)
            .git_global(false)
            .require_git(false)
            .follow_links(false)
            .max_depth(pattern.depth())
            .sort_by_file_name(std::ffi::OsStr::cmp)
            .filter_entry(|entry| !entry.file_name().eq_ignore_ascii_case(".git"))
            .build()
    }

    fn read(&mut self, path: &str, offset: u64, max_bytes: u32) -> Result<Chunk, WorkspaceError> {
        let wanted = u64::from(max_bytes.min(MAX_READ));
        if self.bytes_left == 0 {
            return Err(WorkspaceError::BudgetSpent);
        }
        let (data, is_last) = self.resolver()?.read(path, offset, wanted.min(self.bytes_left))?;
        self.bytes_left -= data.len() as u64;
        Ok(Chunk { data, is_last })
    }
}

fn entry(path: String, kind: Kind, size: u64) -> Entry {
    let kind = match kind {
        Kind::File => EntryKind::File,
        Kind::Directory => EntryKind::Directory,
        Kind::Other => EntryKind::Other,
    };
    let size = if matches!(kind, EntryKind::File) { size } else { 0 };
    Entry { path, kind, size }
}

impl HostState {
    fn view(&mut self) -> Result<&mut WorkspaceView, WorkspaceError> {
        self.workspace.as_mut().ok_or_else(|| WorkspaceError::Denied("this call has no workspace".to_owned()))
    }
}

impl workspace::Host for HostState {
    fn stat(&mut self, path: String) -> wasmtime::Result<Result<Entry, WorkspaceError>> {
        self.charge()?;
        Ok(self.view().and_then(|view| view.stat(&path)))
    }

    fn entries(&mut self, path: String) -> wasmtime::Result<Result<Vec<Entry>, WorkspaceError>> {
        self.charge()?;
        Ok(self.view().and_then(|view| view.entries(&path)))
    }

    fn glob(&mut self, pattern: String, limit: u32) -> wasmtime::Result<Result<Vec<Entry>, WorkspaceError>> {
        self.charge()?;
        Ok(self.view().and_then(|view| view.glob(&pattern, limit)))
    }

    fn read(&mut self, path: String, offset: u64, max_bytes: u32) -> wasmtime::Result<Result<Chunk, WorkspaceError>> {
        self.charge()?;
        Ok(self.view().and_then(|view| view.read(&path, offset, max_bytes)))
    }
}

#[cfg(test)]
mod tests;
