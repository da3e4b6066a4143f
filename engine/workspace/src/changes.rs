//! Turns deltas into what the journal records about a scratch.

use std::path::{Component, Path, PathBuf};

use driver::ports::WorkspaceError;
use pipeline::event::FileChange;

use crate::delta::{Delta, Deltas, Extent};
use crate::patch::{Lines, Naming, lines, patch};

/// The changes of a scratch, sorted by path. `folder` is a path where nothing is. Paths are relative to the workspace
/// `root`; what a trial changed beside it, in the same work tree, begins with `..`.
pub(crate) fn changes(deltas: Deltas, root: &Path, folder: &Path) -> Result<Vec<FileChange>, WorkspaceError> {
    let list = &deltas.list;
    // The hash function plays no part in lines.
    let text = patch(list, Naming::Index, "sha1", folder)?;
    let paths: Vec<String> = list.iter().map(|delta| delta.path.to_string_lossy().into_owned()).collect();
    let lines = lines(&text, &paths);
    let prefix = root.strip_prefix(&deltas.base).unwrap_or(Path::new(""));
    let mut changes: Vec<_> = list.iter().zip(lines).map(|(delta, lines)| change(delta, prefix, lines)).collect();
    changes.sort_by(|left, right| Path::new(&left.path).cmp(Path::new(&right.path)));
    Ok(changes)
}

fn change(delta: &Delta, prefix: &Path, lines: Lines) -> FileChange {
    let path = match delta.path.strip_prefix(prefix) {
        Ok(inside) => inside.to_owned(),
        Err(_) => beside(&delta.path, prefix),
    };
    FileChange {
        path: path.to_string_lossy().into_owned(),
        change: delta.kind(),
        is_versioned: delta.extent == Extent::Versioned,
        removed_lines: lines.removed,
        added_lines: lines.added,
        is_abridged: lines.is_abridged,
        is_binary: lines.is_binary,
    }
}

/// The way from the folder `from` to a path, both relative to the same directory.
pub(crate) fn beside(path: &Path, from: &Path) -> PathBuf {
    let shared = path.components().zip(from.components()).take_while(|(left, right)| left == right).count();
    let up = from.components().skip(shared).map(|_| Component::ParentDir);
    up.chain(path.components().skip(shared)).collect()
}
