//! Makes an overlay scratch the workspace.
//!
//! Two steps, with an intent on disk before each, so that a killed engine's successor can go on:
//!
//! 1. *Removing*: what the scratch removed, and what is in the way of an entry of another kind, is removed from the
//!    workspace. The upper directory is not touched, so the step can be repeated from the start.
//! 2. *Moving*: what the upper directory holds is renamed into place, file by file, each atomically. What was moved is
//!    gone from the upper directory, so repeating the step moves the rest. (Marks of removal mean nothing any more: with
//!    half of an opaque directory moved, they would remove what was just put there.)

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use driver::ports::WorkspaceError;

use crate::layout::{Intent, Layer, ScratchFolder};
use crate::tree::{
    Attributes, copy_entry, failed, in_writable, is_same, lstat, names, remove_tree, set_metadata, set_mtime,
    sync_file_system, with_suffix,
};
use crate::upper::{MARK_PREFIXES, Node, node};

/// Marks that overlayfs may leave on an entry of an upper directory.
const MARKS: [&str; 8] = ["opaque", "impure", "origin", "nlink", "redirect", "metacopy", "upper", "uuid"];

/// Commits the layers of a scratch whose holder is stopped, from wherever an earlier commit got to.
pub(crate) fn commit(folder: &ScratchFolder, layers: &[Layer]) -> Result<(), WorkspaceError> {
    if folder.intent() != Some(Intent::Moving) {
        sync_file_system(folder.root())?;
        folder.write_intent(Intent::Removing)?;
        for layer in layers {
            Removal { layer }.directory(Path::new(""), false)?;
        }
        folder.write_intent(Intent::Moving)?;
    }
    for layer in layers {
        let meta = lstat(&layer.upper)?;
        if let Some(meta) = meta {
            move_directory(layer, Path::new(""), &meta)?;
        }
    }
    let mut synced = Vec::new();
    for layer in layers {
        let device = lstat(&layer.lower)?.map(|meta| meta.dev());
        if !synced.contains(&device) {
            // Takes as long as the disk needs for what all programs wrote, so once has to do.
            sync_file_system(&layer.lower)?;
            synced.push(device);
        }
    }
    folder.clear_intent()
}

/// The first step for one layer.
struct Removal<'a> {
    layer: &'a Layer,
}

impl Removal<'_> {
    fn directory(&self, path: &Path, is_lower_hidden: bool) -> Result<(), WorkspaceError> {
        let (upper, lower) = (self.layer.upper.join(path), self.layer.lower.join(path));
        let upper_names = names(&upper)?;
        if is_lower_hidden {
            for name in names(&lower)? {
                if upper_names.binary_search(&name).is_err() {
                    remove(&lower.join(name))?;
                }
            }
        }
        for name in upper_names {
            self.entry(&path.join(&name), &upper.join(&name), &lower.join(&name), is_lower_hidden)?;
        }
        Ok(())
    }

    fn entry(&self, path: &Path, upper: &Path, lower: &Path, is_lower_hidden: bool) -> Result<(), WorkspaceError> {
        let (Some(upper_meta), Some(lower_meta)) = (lstat(upper)?, lstat(lower)?) else {
            return Ok(());
        };
        match node(upper, &upper_meta) {
            Node::Whiteout => remove(lower),
            // A file gives way to a file by renaming over it.
            Node::Leaf if lower_meta.is_dir() => remove(lower),
            Node::Leaf => Ok(()),
            Node::Merged | Node::Opaque if !lower_meta.is_dir() => remove(lower),
            Node::Opaque => self.directory(path, true),
            Node::Merged => self.directory(path, is_lower_hidden),
        }
    }
}

pub(crate) fn remove(path: &Path) -> Result<(), WorkspaceError> {
    in_writable(path, || remove_tree(path))
}

/// The second step for one directory: what is in it, then its own mode and time.
fn move_directory(layer: &Layer, path: &Path, meta: &Metadata) -> Result<(), WorkspaceError> {
    let (upper, lower) = (layer.upper.join(path), layer.lower.join(path));
    if lstat(&lower)?.is_none() {
        in_writable(&lower, || fs::create_dir(&lower).map_err(|error| failed("make", &lower, error)))?;
    }
    for name in names(&upper)? {
        let child = path.join(&name);
        let (from, to) = (upper.join(&name), lower.join(&name));
        let Some(meta) = lstat(&from)? else { continue };
        match node(&from, &meta) {
            Node::Whiteout => {}
            Node::Leaf => in_writable(&to, || move_leaf(&from, &to, &meta))?,
            Node::Merged | Node::Opaque => move_directory(layer, &child, &meta)?,
        }
    }
    let now = fs::symlink_metadata(&lower).map_err(|error| failed("look at", &lower, error))?;
    if Attributes::of(&now) != Attributes::of(meta) {
        set_metadata(&lower, &Attributes::of(meta))?;
    }
    Ok(())
}

/// Renames a file into place, over what is there; nothing is moved where that is the same already.
pub(crate) fn move_leaf(from: &Path, to: &Path, meta: &Metadata) -> Result<(), WorkspaceError> {
    if is_same(from, to)? {
        let now = fs::symlink_metadata(to).map_err(|error| failed("look at", to, error))?;
        let (now, wanted) = (Attributes::of(&now), Attributes::of(meta));
        if (now.uid, now.gid) == (wanted.uid, wanted.gid) {
            // The user's file stays itself: git need not read it again.
            return if now.mtime == wanted.mtime { Ok(()) } else { set_mtime(to, wanted.mtime) };
        }
    }
    clear_marks(from);
    match fs::rename(from, to) {
        // A directory without write permission lets nothing out either; its mode is still needed.
        Err(error) if matches!(error.kind(), io::ErrorKind::CrossesDevices | io::ErrorKind::PermissionDenied) => {
            copy_across(from, to)
        }
        result => result.map_err(|error| failed("move into place", to, error)),
    }
}

/// Copies a file beside its place and renames it over: the state folder is on another file system, for example.
fn copy_across(from: &Path, to: &Path) -> Result<(), WorkspaceError> {
    let temporary = with_suffix(&to.with_file_name(".selfheal-commit"), ".tmp");
    remove_tree(&temporary)?;
    copy_entry(from, &temporary)?;
    let Some(meta) = lstat(&temporary)? else {
        // A socket: it lives as long as its server, which is gone.
        return Ok(());
    };
    if meta.is_file() {
        let sync = fs::File::open(&temporary).and_then(|file| file.sync_all());
        sync.map_err(|error| failed("sync", &temporary, error))?;
    }
    fs::rename(&temporary, to).map_err(|error| failed("move into place", to, error))
}

/// Takes overlayfs's own marks off a file. They mean nothing outside an upper directory.
fn clear_marks(file: &Path) {
    for prefix in MARK_PREFIXES {
        for mark in MARKS {
            // Most files have none.
            let _ = rustix::fs::lremovexattr(file, format!("{prefix}{mark}"));
        }
    }
}
