//! A directory as it looks through an overlay, read without the mount: the holder may be gone.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs::Metadata;
use std::path::{Path, PathBuf};

use driver::ports::WorkspaceError;

use crate::layout::Layer;
use crate::tree::{lstat, names};
use crate::upper::{Node, node};

/// A directory that one or two directories on disk stand for.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    /// What was written over the lower one.
    upper: Option<PathBuf>,
    /// What shows through.
    lower: Option<PathBuf>,
}

/// What stands at a name.
#[derive(Clone, Debug)]
pub(crate) enum Found {
    /// A directory.
    Folder(Folder),
    /// Anything else, and where it lies on disk. Links are never followed.
    Leaf(PathBuf),
}

impl Folder {
    /// A directory without anything over it.
    pub fn plain(path: &Path) -> Self {
        Self { upper: None, lower: Some(path.to_owned()) }
    }

    /// The top of a layer.
    pub fn of_layer(layer: &Layer) -> Self {
        Self { upper: Some(layer.upper.clone()), lower: Some(layer.lower.clone()) }
    }

    /// Names on either side, those that were removed included.
    fn names(&self) -> Result<BTreeSet<OsString>, WorkspaceError> {
        let mut all = BTreeSet::new();
        for side in [&self.upper, &self.lower].into_iter().flatten() {
            all.extend(names(side)?);
        }
        Ok(all)
    }

    /// What is in it, by name.
    pub fn entries(&self) -> Result<Vec<(OsString, Found)>, WorkspaceError> {
        let mut entries = Vec::new();
        for name in self.names()? {
            if let Some(found) = self.entry(&name)? {
                entries.push((name, found));
            }
        }
        Ok(entries)
    }

    fn entry(&self, name: &OsStr) -> Result<Option<Found>, WorkspaceError> {
        let below = there(self.lower.as_deref(), name)?;
        let lower = below.as_ref().filter(|(_, meta)| meta.is_dir()).map(|(path, _)| path.clone());
        let Some((upper, upper_meta)) = there(self.upper.as_deref(), name)? else {
            return Ok(match lower {
                None => below.map(|(path, _)| Found::Leaf(path)),
                lower => Some(Found::Folder(Self { upper: None, lower })),
            });
        };
        Ok(match node(&upper, &upper_meta) {
            Node::Whiteout => None,
            Node::Leaf => Some(Found::Leaf(upper)),
            Node::Opaque => Some(Found::Folder(Self { upper: Some(upper), lower: None })),
            Node::Merged => Some(Found::Folder(Self { upper: Some(upper), lower })),
        })
    }

    /// What stands at a relative path, and at which: where a file or link is in the way, that.
    pub fn find(&self, path: &Path) -> Result<Option<(PathBuf, Found)>, WorkspaceError> {
        let (mut walked, mut folder) = (PathBuf::new(), self.clone());
        for name in path {
            walked.push(name);
            match folder.entry(name)? {
                None => return Ok(None),
                Some(Found::Folder(found)) => folder = found,
                Some(leaf) => return Ok(Some((walked, leaf))),
            }
        }
        Ok(Some((walked, Found::Folder(folder))))
    }
}

/// What lies at a name in a directory on disk.
fn there(directory: Option<&Path>, name: &OsStr) -> Result<Option<(PathBuf, Metadata)>, WorkspaceError> {
    let Some(path) = directory.map(|directory| directory.join(name)) else {
        return Ok(None);
    };
    Ok(lstat(&path)?.map(|meta| (path, meta)))
}
