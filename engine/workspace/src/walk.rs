//! Lists a workspace: every entry that is not ignored, and where ignored ones begin.

use std::ffi::OsStr;
use std::fs::Metadata;
use std::path::{Path, PathBuf};

use driver::ports::WorkspaceError;

use crate::rules::Rules;
use crate::tree::{lstat, names};

/// Name of git's own folder, or of the file that stands for it in work trees and submodules.
pub(crate) const DOT_GIT: &str = ".git";

/// What a walk does about `.git`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DotGit {
    /// Lists it with all that is in it.
    Include,
    /// Leaves it out.
    Skip,
}

/// Whether version control ignores an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It is tracked, or new and not ignored, or a directory that is not ignored.
    Kept,
    /// It is ignored; what is below is not listed.
    Ignored,
}

/// One entry.
#[derive(Debug)]
pub(crate) struct Entry {
    /// Path relative to the root.
    pub path: PathBuf,
    /// What it is.
    pub meta: Metadata,
    /// Whether it is ignored.
    pub standing: Standing,
}

/// Lists everything below `root`, parents before what is in them, without following links. `without` is an absolute path
/// that is left out: the engine's own state.
pub(crate) fn list(
    root: &Path,
    rules: &mut Rules,
    dot_git: DotGit,
    without: &Path,
) -> Result<Vec<Entry>, WorkspaceError> {
    let mut entries = Vec::new();
    let mut pending = vec![(PathBuf::new(), false)];
    while let Some((directory, is_in_git)) = pending.pop() {
        if !is_in_git {
            rules.enter(&directory)?;
        }
        for name in names(&root.join(&directory))? {
            let (path, is_git) = (directory.join(&name), name == OsStr::new(DOT_GIT));
            if (is_git && dot_git == DotGit::Skip) || root.join(&path) == without {
                continue;
            }
            // Something that disappears while it is listed was never there.
            let Some(meta) = lstat(&root.join(&path))? else {
                continue;
            };
            let is_in_git = is_in_git || is_git;
            let is_ignored = !is_in_git && rules.is_ignored(&path, meta.is_dir())?;
            let standing = if is_ignored { Standing::Ignored } else { Standing::Kept };
            if meta.is_dir() && !is_ignored {
                pending.push((path.clone(), is_in_git));
            }
            entries.push(Entry { path, meta, standing });
        }
    }
    Ok(entries)
}
