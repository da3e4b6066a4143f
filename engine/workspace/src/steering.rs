//! The files of a git directory that say what git does, as opposed to what it stores.
//!
//! A trial may fetch and commit: objects, refs, index and logs are nobody's business. A hook or a setting, however, is
//! run or obeyed later, when nobody looks, so these files are listed among what a trial changed. Only those of git
//! directories that were there before: a repository that a trial clones is its own.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use driver::ports::WorkspaceError;

use crate::delta::{Delta, Extent};
use crate::merged::{Folder, Found};
use crate::tree::{is_same, is_same_content, lstat};

/// What git obeys, relative to its directory (gitrepository-layout(5)): settings, attributes, what is ignored, where
/// objects come from, and `commondir`, which sends git to the settings and hooks of another directory.
const FILES: [&str; 6] =
    ["config", "config.worktree", "commondir", "info/attributes", "info/exclude", "objects/info/alternates"];

/// Directory of what git runs.
const HOOKS: &str = "hooks";

/// Ending of hooks that git ships and does not run.
const SAMPLE: &str = "sample";

/// Files by path relative to a folder, with where they lie on disk.
pub(crate) type Files = BTreeMap<PathBuf, PathBuf>;

/// The files that differ, with paths relative to the two folders. `git` is where the git directory, or the file that
/// stands for it, lies in both; empty if the folders are git directories themselves.
pub(crate) fn deltas(before: &Folder, after: &Folder, git: &Path) -> Result<Vec<Delta>, WorkspaceError> {
    let directories = directories(before, git)?;
    let (old, new) = (files(before, git, &directories)?, files(after, git, &directories)?);
    let paths: BTreeSet<_> = old.keys().chain(new.keys()).filter(|path| !is_sample(path)).collect();
    let mut found = Vec::new();
    for path in paths {
        let is_as_before = match (old.get(path), new.get(path)) {
            (Some(old), Some(new)) => is_alike(path, old, new)?,
            _ => false,
        };
        if !is_as_before {
            found.push(Delta::of(path, old.get(path).cloned(), new.get(path).cloned(), Extent::Git));
        }
    }
    Ok(found)
}

/// The git directories at and in `git`: those of linked work trees and of submodules lie in the main one. None if
/// nothing is there.
pub(crate) fn directories(folder: &Folder, git: &Path) -> Result<Vec<PathBuf>, WorkspaceError> {
    let is_there = folder.find(git)?.is_some_and(|(at, _)| at == git);
    let mut found = if is_there { vec![git.to_owned()] } else { Vec::new() };
    let mut next = 0;
    while let Some(directory) = found.get(next).cloned() {
        next += 1;
        found.extend(folders_in(folder, &directory.join("worktrees"))?);
        // The name of a submodule may hold slashes.
        let mut pending = vec![directory.join("modules")];
        while let Some(group) = pending.pop() {
            for child in folders_in(folder, &group)? {
                let is_git = leaf(folder, &child.join("config"), &child)?.is_some();
                if is_git { &mut found } else { &mut pending }.push(child);
            }
        }
    }
    Ok(found)
}

fn folders_in(folder: &Folder, path: &Path) -> Result<Vec<PathBuf>, WorkspaceError> {
    let Some((_, Found::Folder(found))) = folder.find(path)? else {
        return Ok(Vec::new());
    };
    let children = found.entries()?.into_iter().filter(|(_, entry)| matches!(entry, Found::Folder(_)));
    Ok(children.map(|(name, _)| path.join(name)).collect())
}

/// The steering files of git directories at and in `git`. A link in the way of one is listed in its place.
pub(crate) fn files(folder: &Folder, git: &Path, directories: &[PathBuf]) -> Result<Files, WorkspaceError> {
    let mut files = Files::new();
    for directory in directories {
        for name in FILES {
            files.extend(leaf(folder, &directory.join(name), git)?);
        }
        let mut pending = vec![directory.join(HOOKS)];
        while let Some(path) = pending.pop() {
            files.extend(leaf(folder, &path, git)?);
            if let Some((_, Found::Folder(hooks))) = folder.find(&path)? {
                pending.extend(hooks.entries()?.into_iter().map(|(name, _)| path.join(name)));
            }
        }
    }
    Ok(files)
}

/// The file or link at a path or in its way, unless it lies outside `within`.
fn leaf(folder: &Folder, path: &Path, within: &Path) -> Result<Option<(PathBuf, PathBuf)>, WorkspaceError> {
    Ok(match folder.find(path)? {
        Some((at, Found::Leaf(file))) if at.starts_with(within) => Some((at, file)),
        _ => None,
    })
}

/// Whether two files mean the same to git. Of modes, it heeds only whether a hook can be run.
fn is_alike(path: &Path, old: &Path, new: &Path) -> Result<bool, WorkspaceError> {
    let is_file = |file: &Path| lstat(file).map(|meta| meta.is_some_and(|meta| meta.is_file()));
    if !is_hook(path) && is_file(old)? && is_file(new)? {
        return is_same_content(old, new);
    }
    is_same(old, new)
}

/// Whether a path in a git directory is that of something in its hooks.
pub(crate) fn is_hook(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == HOOKS)
}

fn is_sample(path: &Path) -> bool {
    is_hook(path) && path.extension().is_some_and(|extension| extension == SAMPLE)
}
