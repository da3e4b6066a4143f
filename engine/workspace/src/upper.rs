//! Reads an overlay's upper directory: what was removed, replaced, written.
//!
//! How overlayfs marks things (Documentation/filesystems/overlayfs.rst): a character device 0:0 stands for "gone"; a
//! directory with the extended attribute `overlay.opaque` = `y` (prefix `trusted.`, or `user.` in a user namespace) hides
//! the lower directory of the same name. A file that was opened for writing or whose attributes were touched is there
//! whole, though nothing of it need differ. The mount switches everything else off (`holder`).

use std::ffi::OsStr;
use std::fs::Metadata;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use driver::ports::WorkspaceError;

use crate::changes::beside;
use crate::delta::{Delta, Extent};
use crate::layout::Layer;
use crate::merged::Folder;
use crate::rules::Rules;
use crate::steering;
use crate::tree::{is_same, lstat, names};
use crate::walk::DOT_GIT;

/// Attribute names under which overlayfs keeps its marks.
pub(crate) const MARK_PREFIXES: [&str; 2] = ["trusted.overlay.", "user.overlay."];

/// What an entry of an upper directory means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    /// The lower entry of this name is gone.
    Whiteout,
    /// A directory that is merged with the lower one.
    Merged,
    /// A directory that hides the lower one.
    Opaque,
    /// Anything else: it is there as it stands.
    Leaf,
}

/// What an entry of an upper directory means.
pub(crate) fn node(path: &Path, meta: &Metadata) -> Node {
    if meta.is_dir() {
        return if is_opaque(path) { Node::Opaque } else { Node::Merged };
    }
    if meta.file_type().is_char_device() && meta.rdev() == 0 { Node::Whiteout } else { Node::Leaf }
}

fn is_opaque(directory: &Path) -> bool {
    MARK_PREFIXES.iter().any(|prefix| {
        let mut value = [0; 4];
        let length = rustix::fs::lgetxattr(directory, format!("{prefix}opaque"), &mut value);
        length.is_ok_and(|length| &value[..length] == b"y")
    })
}

/// What lies below a directory of the upper side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Below {
    /// A directory that shows through.
    Shows,
    /// A directory that is hidden: what is not in the upper one is gone.
    Hidden,
    /// No directory. Paths on the lower side must not be looked at: a link there would lead elsewhere.
    Nothing,
}

/// Lists what differs between a layer's upper and lower side. Of `.git`, only what steers git is listed.
pub(crate) fn deltas(layer: &Layer, rules: &mut Rules) -> Result<Vec<Delta>, WorkspaceError> {
    let mut reader = Reader { layer, rules, found: Vec::new() };
    reader.directory(Path::new(""), Below::Shows)?;
    Ok(reader.found)
}

/// Lists what steers git and differs in a layer that is a git directory itself, relative to `base`.
pub(crate) fn git_deltas(layer: &Layer, base: &Path) -> Result<Vec<Delta>, WorkspaceError> {
    let mut deltas = steering::deltas(&Folder::plain(&layer.lower), &Folder::of_layer(layer), Path::new(""))?;
    for delta in &mut deltas {
        delta.path = beside(&layer.lower.join(&delta.path), base);
    }
    Ok(deltas)
}

struct Reader<'a> {
    layer: &'a Layer,
    rules: &'a mut Rules,
    found: Vec<Delta>,
}

impl Reader<'_> {
    fn directory(&mut self, directory: &Path, below: Below) -> Result<(), WorkspaceError> {
        let upper_names = names(&self.layer.upper.join(directory))?;
        if below == Below::Hidden || upper_names.iter().any(|name| name == DOT_GIT) {
            self.git(directory)?;
        }
        for name in upper_names.iter().filter(|name| *name != OsStr::new(DOT_GIT)) {
            self.entry(directory.join(name), below)?;
        }
        if below == Below::Hidden {
            for name in names(&self.layer.lower.join(directory))? {
                if name != OsStr::new(DOT_GIT) && upper_names.binary_search(&name).is_err() {
                    self.removed(directory.join(name))?;
                }
            }
        }
        Ok(())
    }

    fn entry(&mut self, path: PathBuf, below: Below) -> Result<(), WorkspaceError> {
        let (upper, lower) = (self.layer.upper.join(&path), self.layer.lower.join(&path));
        let Some(upper_meta) = lstat(&upper)? else {
            return Ok(());
        };
        let lower_meta = if below == Below::Nothing { None } else { lstat(&lower)? };
        let is_lower_directory = lower_meta.as_ref().is_some_and(Metadata::is_dir);
        let node = node(&upper, &upper_meta);
        match node {
            Node::Whiteout if lower_meta.is_none() => Ok(()),
            Node::Whiteout => self.removed(path),
            Node::Leaf => {
                if is_lower_directory {
                    self.removed(path.clone())?;
                } else if lower_meta.is_some() && is_same(&lower, &upper)? {
                    return Ok(());
                }
                let before = lower_meta.filter(|meta| !meta.is_dir()).map(|_| lower);
                let extent = self.extent(&path, false)?;
                self.found.push(Delta { path, before, after: Some(upper), extent });
                Ok(())
            }
            Node::Merged | Node::Opaque => {
                let is_replaced = lower_meta.is_some() && !is_lower_directory;
                if is_replaced {
                    self.removed(path.clone())?;
                }
                let below = match node {
                    _ if !is_lower_directory => Below::Nothing,
                    Node::Opaque => Below::Hidden,
                    _ => below,
                };
                if self.extent(&path, true)? == Extent::Versioned {
                    self.rules.enter(&path)?;
                    return self.directory(&path, below);
                }
                if self.is_different(&path, below)? {
                    let before = is_lower_directory.then_some(lower);
                    self.found.push(Delta { path, before, after: Some(upper), extent: Extent::Ignored });
                }
                Ok(())
            }
        }
    }

    /// Records that a lower entry is gone, with all versioned files below it.
    fn removed(&mut self, path: PathBuf) -> Result<(), WorkspaceError> {
        let lower = self.layer.lower.join(&path);
        let Some(meta) = lstat(&lower)? else {
            return Ok(());
        };
        let extent = self.extent(&path, meta.is_dir())?;
        if !meta.is_dir() || extent == Extent::Ignored {
            self.found.push(Delta { path, before: Some(lower), after: None, extent });
            return Ok(());
        }
        self.rules.enter(&path)?;
        self.git(&path)?;
        for name in names(&lower)?.into_iter().filter(|name| name != OsStr::new(DOT_GIT)) {
            self.removed(path.join(name))?;
        }
        Ok(())
    }

    /// Records what differs in the `.git` of a directory.
    fn git(&mut self, directory: &Path) -> Result<(), WorkspaceError> {
        let (before, after) = (Folder::plain(&self.layer.lower), Folder::of_layer(self.layer));
        self.found.extend(steering::deltas(&before, &after, &directory.join(DOT_GIT))?);
        Ok(())
    }

    fn extent(&mut self, path: &Path, is_directory: bool) -> Result<Extent, WorkspaceError> {
        Ok(if self.rules.is_ignored(path, is_directory)? { Extent::Ignored } else { Extent::Versioned })
    }

    /// Whether anything below an ignored directory differs.
    fn is_different(&self, path: &Path, below: Below) -> Result<bool, WorkspaceError> {
        let (upper, lower) = (self.layer.upper.join(path), self.layer.lower.join(path));
        if below == Below::Nothing || !lstat(&lower)?.is_some_and(|meta| meta.is_dir()) {
            return Ok(true);
        }
        let upper_names = names(&upper)?;
        if below == Below::Hidden && names(&lower)?.iter().any(|name| upper_names.binary_search(name).is_err()) {
            return Ok(true);
        }
        for name in upper_names {
            let (child, upper) = (path.join(&name), upper.join(&name));
            let Some(meta) = lstat(&upper)? else { continue };
            let is_child_different = match node(&upper, &meta) {
                Node::Whiteout => lstat(&lower.join(&name))?.is_some(),
                Node::Leaf => !is_same(&lower.join(&name), &upper)?,
                Node::Opaque => self.is_different(&child, Below::Hidden)?,
                Node::Merged => self.is_different(&child, below)?,
            };
            if is_child_different {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
