//! What keeps a directory from being copied to another path: something in it, around it or in what commands are told that
//! only works where it is.
//!
//! Evidence is looked for, not kinds of projects: absolute links, text that names the path, relative ways that lead out.
//! Two kinds are known by their marks, because what binds them is not all text: virtual environments, and cargo's target
//! folders. A tie that is seen where there is none costs little (the scratch is in place); one that is overlooked may let
//! a trial write to the workspace, so every doubt counts as a tie.

mod surroundings;
mod text;

use std::fs;
use std::path::{Component, Path, PathBuf};

use driver::ports::WorkspaceError;

use crate::tree::{failed, lstat, names};
use crate::walk::{DOT_GIT, DotGit, Entry, Standing, list};
use crate::{rules::Rules, tree::bytes};

pub(crate) use surroundings::found_upwards;
pub(crate) use text::{Paths, translate};

/// Why no copy at another path can stand for a workspace.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CopyUnavailable {
    /// The caller asked for another kind of scratch.
    #[error("it is switched off")]
    SwitchedOff,
    /// The state folder, where the copy would lie, lies in the workspace.
    #[error("the state folder {} lies in the workspace", .0.display())]
    StateInWorkspace(PathBuf),
    /// Another file system is mounted in the workspace.
    #[error("a file system is mounted at {}", .0.display())]
    MountInside(PathBuf),
    /// A trial in a copy would write to the same git directory as the workspace.
    #[error("the git directory {} lies outside", .0.display())]
    GitElsewhere(PathBuf),
    /// The environment or the command names the workspace's path.
    #[error("the environment or the command names the workspace's path")]
    Mentioned,
    /// Tools look upwards from the workspace, and would find something else from the copy.
    #[error("tools find {} by looking upwards", .0.display())]
    Surroundings(PathBuf),
    /// Something in the workspace is bound to its path.
    #[error("{} {tie}", path.display())]
    Bound {
        /// What, relative to what would be copied.
        path: PathBuf,
        /// How.
        tie: Tie,
    },
    /// It is more than is copied for a trial.
    #[error("{bytes} bytes in {entries} entries are too much to copy")]
    TooLarge {
        /// Sum of the files' lengths.
        bytes: u64,
        /// Number of files, links and directories.
        entries: usize,
    },
    /// Looking or copying failed.
    #[error("{0}")]
    Failed(String),
}

/// How something is bound to the path of the directory that it lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Tie {
    /// A virtual environment: its scripts start the interpreter by its absolute path.
    #[error("is a virtual environment")]
    Environment,
    /// A target folder of cargo: fingerprints and outputs of build scripts hold absolute paths.
    #[error("is a target folder of cargo")]
    CargoTarget,
    /// A linked work tree, whose git directory and the main one name each other.
    #[error("is a linked work tree")]
    WorkTree,
    /// A link that holds the path.
    #[error("is an absolute link into the workspace")]
    AbsoluteLink,
    /// A file that holds the path.
    #[error("names the workspace's path")]
    Named,
    /// A relative way to something outside, which starts from the wrong place in a copy.
    #[error("leads out of the workspace")]
    LeadsOut,
}

/// Everything below a directory, parents before what is in them: what version control ignores is listed to the bottom
/// too, all of it with that standing. `without` is left out.
pub(crate) fn everything(top: &Path, rules: &mut Rules, without: &Path) -> Result<Vec<Entry>, WorkspaceError> {
    let mut entries = list(top, rules, DotGit::Include, without)?;
    let is_ignored_folder = |entry: &&Entry| entry.standing == Standing::Ignored && entry.meta.is_dir();
    let mut pending: Vec<PathBuf> = entries.iter().filter(is_ignored_folder).map(|entry| entry.path.clone()).collect();
    while let Some(folder) = pending.pop() {
        for name in names(&top.join(&folder))? {
            let path = folder.join(name);
            let Some(meta) = lstat(&top.join(&path))? else { continue };
            if meta.is_dir() {
                pending.push(path.clone());
            }
            entries.push(Entry { path, meta, standing: Standing::Ignored });
        }
    }
    Ok(entries)
}

/// Looks for the first entry that is bound to the path of the directory. Names and links come first: they cost nothing.
pub(crate) fn first_tie(top: &Path, entries: &[Entry]) -> Result<Option<(PathBuf, Tie)>, WorkspaceError> {
    let found = |entry: &Entry, tie| Ok(Some((entry.path.clone(), tie)));
    for entry in entries {
        if let Some(tie) = tie_of_name(&entry.path).or(tie_of_link(top, entry)?) {
            return found(entry, tie);
        }
    }
    let paths = Paths::naming(top);
    for entry in entries.iter().filter(|entry| entry.meta.is_file() && !is_indifferent(&entry.path)) {
        let file = top.join(&entry.path);
        let failed = |error| failed("read", &file, error);
        if paths.are_named_in(&file).map_err(failed)? {
            return found(entry, Tie::Named);
        }
        if is_alternates(&entry.path) && fs::read(&file).map_err(failed)?.split(|byte| *byte == b'\n').any(is_relative)
        {
            return found(entry, Tie::LeadsOut);
        }
        if text::is_manifest(&entry.path) {
            let depth = entry.path.components().count() - 1;
            if text::leads_out(&fs::read(&file).map_err(failed)?, depth) {
                return found(entry, Tie::LeadsOut);
            }
        }
    }
    Ok(None)
}

fn tie_of_name(path: &Path) -> Option<Tie> {
    let name = path.file_name()?;
    if name == "pyvenv.cfg" || name == "conda-meta" {
        return Some(Tie::Environment);
    }
    if name == ".rustc_info.json" {
        return Some(Tie::CargoTarget);
    }
    let is_work_tree = name == "gitdir" && path.iter().rev().nth(2).is_some_and(|group| group == "worktrees");
    (is_work_tree && is_in_git(path)).then_some(Tie::WorkTree)
}

fn tie_of_link(top: &Path, entry: &Entry) -> Result<Option<Tie>, WorkspaceError> {
    if !entry.meta.is_symlink() {
        return Ok(None);
    }
    let link = top.join(&entry.path);
    let target = fs::read_link(&link).map_err(|error| failed("read link", &link, error))?;
    if target.is_absolute() {
        // The way may lead over other links, so where it ends counts too.
        let is_inside = target.starts_with(top) || link.canonicalize().is_ok_and(|end| end.starts_with(top));
        return Ok(is_inside.then_some(Tie::AbsoluteLink));
    }
    let mut depth = entry.path.components().count() - 1;
    for component in target.components() {
        match component {
            Component::Normal(_) => depth += 1,
            Component::ParentDir if depth == 0 => return Ok(Some(Tie::LeadsOut)),
            Component::ParentDir => depth -= 1,
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    Ok(None)
}

/// Whether a file may name the path without being bound to it: what git stores and notes down, and logs.
fn is_indifferent(path: &Path) -> bool {
    if !is_in_git(path) {
        return path.extension().is_some_and(|extension| extension == "log");
    }
    let is_stored = |part: &std::ffi::OsStr| part == "objects" || part == "logs";
    !is_alternates(path) && path.iter().skip_while(|part| *part != DOT_GIT).any(is_stored)
        || path.ends_with("FETCH_HEAD")
}

fn is_in_git(path: &Path) -> bool {
    path.iter().any(|part| part == DOT_GIT)
}

fn is_alternates(path: &Path) -> bool {
    is_in_git(path) && path.ends_with("objects/info/alternates")
}

/// Whether a line of `objects/info/alternates` is a relative path.
fn is_relative(line: &[u8]) -> bool {
    !line.is_empty() && !line.starts_with(b"#") && !line.starts_with(b"/")
}

/// Whether one of the texts names the directory.
pub(crate) fn is_mentioned(top: &Path, texts: &[String]) -> bool {
    let paths = Paths::naming(top);
    bytes(top).len() > 1 && texts.iter().any(|text| paths.are_named_by(text.as_bytes()))
}

#[cfg(test)]
mod tests;
