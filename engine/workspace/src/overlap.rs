//! What two overlays of the same workspace both touch, before one of them is committed.
//!
//! Everything in an upper layer counts, not only what differs: a file that was opened for writing is there whole, as it was
//! before, and committing it would bring back what the other one has changed. Only a file that is the workspace's own in every
//! respect, its times included, can be taken out of a layer without a trace: lock files are opened for writing by every build.

use std::fs::Metadata;
use std::path::{Path, PathBuf};

use driver::ports::WorkspaceError;

use crate::layout::Layer;
use crate::tree::{Attributes, is_same, lstat, names, remove_tree};
use crate::upper::{Node, node};

/// The first path that both touch, relative to its layer; `None` where both can be committed one after the other in either
/// order, and each finds what it was made of. Neither is mounted any more, or `committed` is about to be committed. Takes out of
/// `waiting` what is the workspace's own.
///
/// Cost: a look at each directory that both layers have, and a comparison of the files that both have.
pub(crate) fn first(committed: &[Layer], waiting: &[Layer]) -> Result<Option<PathBuf>, WorkspaceError> {
    let lowers = |layers: &[Layer]| layers.iter().map(|layer| layer.lower.clone()).collect::<Vec<_>>();
    if lowers(committed) != lowers(waiting) {
        return Ok(Some(PathBuf::from(".")));
    }
    for (one, other) in committed.iter().zip(waiting) {
        if let Some(path) = (Pair { one, other }).directory(Path::new(""))? {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

/// The same layer of two overlays.
struct Pair<'a> {
    one: &'a Layer,
    other: &'a Layer,
}

impl Pair<'_> {
    /// What lies below a directory that both merge with the workspace's.
    fn directory(&self, path: &Path) -> Result<Option<PathBuf>, WorkspaceError> {
        let others = names(&self.other.upper.join(path))?;
        for name in names(&self.one.upper.join(path))? {
            if others.binary_search(&name).is_ok()
                && let Some(found) = self.entry(path.join(name))?
            {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// What stands at a path that is in both upper layers.
    fn entry(&self, path: PathBuf) -> Result<Option<PathBuf>, WorkspaceError> {
        let (one, other) = (self.one.upper.join(&path), self.other.upper.join(&path));
        let lower = self.one.lower.join(&path);
        let (Some(one_meta), Some(other_meta)) = (lstat(&one)?, lstat(&other)?) else { return Ok(None) };
        let lower_meta = lstat(&lower)?;
        match (node(&one, &one_meta), node(&other, &other_meta)) {
            (Node::Merged, Node::Merged) => {
                // A directory that is new in both has to be the same; one that was there has to be as it was.
                let before = lower_meta.as_ref().unwrap_or(&other_meta);
                if is_alike(before, &one_meta) && is_alike(before, &other_meta) {
                    self.directory(&path)
                } else {
                    Ok(Some(path))
                }
            }
            (Node::Leaf, Node::Leaf) => {
                let Some(lower_meta) = lower_meta else { return Ok(Some(path)) };
                let is_own = |upper: &Path, meta: &Metadata| -> Result<bool, WorkspaceError> {
                    Ok(Attributes::of(meta) == Attributes::of(&lower_meta) && is_same(upper, &lower)?)
                };
                if is_own(&other, &other_meta)? {
                    remove_tree(&other)?;
                    return Ok(None);
                }
                // Committing what is the same already moves nothing.
                Ok(if is_own(&one, &one_meta)? { None } else { Some(path) })
            }
            _ => Ok(Some(path)),
        }
    }
}

/// Whether two directories are the same but for what is in them and when that changed.
fn is_alike(left: &Metadata, right: &Metadata) -> bool {
    let without_time = |meta: &Metadata| Attributes { mtime: (0, 0), ..Attributes::of(meta) };
    without_time(left) == without_time(right)
}
