//! A git directory outside the workspace, which commands that are tried in place can reach: the workspace is a folder in
//! a repository, a linked work tree, or a submodule.
//!
//! What comes back: index and HEAD, settings and hooks. Refs and objects stay as the trial left them.

use std::fs;
use std::path::{Path, PathBuf};

use driver::ports::WorkspaceError;

use crate::changes::beside;
use crate::delta::Delta;
use crate::git::Repository;
use crate::layout::ScratchFolder;
use crate::merged::Folder;
use crate::steering;
use crate::tree::{
    Attributes, bytes, copy_entry, failed, in_writable, is_same, lstat, path_of, remove_tree, set_mtime, with_suffix,
    write_durably,
};

/// Files of this work tree that a command run in the workspace may change.
const OWN_FILES: [&str; 2] = ["index", "HEAD"];

/// The copies. All that is needed to bring the files back lies in them: a trial may break the repository.
#[derive(Debug)]
pub(crate) struct OuterGit {
    folder: PathBuf,
}

impl OuterGit {
    /// Those of a scratch.
    pub fn of(scratch: &ScratchFolder) -> Self {
        Self { folder: scratch.root().join("git") }
    }

    /// Copies what may have to come back.
    pub fn save(&self, repository: &Repository) -> Result<(), WorkspaceError> {
        let Repository { git_dir, common_dir, .. } = repository;
        let steering = self.steering();
        fs::create_dir_all(&steering).map_err(|error| failed("make", &steering, error))?;
        for name in OWN_FILES {
            if lstat(&git_dir.join(name))?.is_some() {
                copy_entry(&git_dir.join(name), &self.folder.join(name))?;
            }
        }
        let (common, top) = (Folder::plain(common_dir), Path::new(""));
        for (path, file) in steering::files(&common, top, &steering::directories(&common, top)?)? {
            let copy = steering.join(path);
            make_parent(&copy)?;
            copy_entry(&file, &copy)?;
        }
        write_durably(&self.folder.join("common"), bytes(common_dir))?;
        write_durably(&self.folder.join("directory"), bytes(git_dir))
    }

    /// The files that steer git and differ now, relative to `base`.
    pub fn deltas(&self, base: &Path) -> Result<Vec<Delta>, WorkspaceError> {
        let Some(common) = self.saved_path("common") else {
            return Ok(Vec::new());
        };
        let mut deltas = steering::deltas(&Folder::plain(&self.steering()), &Folder::plain(&common), Path::new(""))?;
        for delta in &mut deltas {
            delta.path = beside(&common.join(&delta.path), base);
        }
        Ok(deltas)
    }

    /// Brings everything back. Repeatable.
    pub fn restore(&self) -> Result<(), WorkspaceError> {
        if let Some(git_dir) = self.saved_path("directory") {
            for name in OWN_FILES {
                restore_file(&self.folder.join(name), &git_dir.join(name))?;
            }
        }
        let Some(common) = self.saved_path("common") else {
            return Ok(());
        };
        let (saved, top) = (Folder::plain(&self.steering()), Path::new(""));
        let directories = steering::directories(&saved, top)?;
        let before = steering::files(&saved, top, &directories)?;
        let now = steering::files(&Folder::plain(&common), top, &directories)?;
        // First what is new: it may be a link in the way of what has to come back.
        for path in now.keys().filter(|path| !before.contains_key(*path)) {
            let path = common.join(path);
            in_writable(&path, || remove_tree(&path))?;
        }
        for (path, copy) in &before {
            let path = common.join(path);
            make_parent(&path)?;
            in_writable(&path, || restore_file(copy, &path))?;
        }
        Ok(())
    }

    /// The copies of files that steer git, laid out like the common directory.
    fn steering(&self) -> PathBuf {
        self.folder.join("steering")
    }

    fn saved_path(&self, name: &str) -> Option<PathBuf> {
        fs::read(self.folder.join(name)).ok().map(|path| path_of(&path))
    }
}

fn make_parent(path: &Path) -> Result<(), WorkspaceError> {
    let Some(parent) = path.parent() else { return Ok(()) };
    fs::create_dir_all(parent).map_err(|error| failed("make", parent, error))
}

fn restore_file(saved: &Path, now: &Path) -> Result<(), WorkspaceError> {
    let Some(saved_meta) = lstat(saved)? else {
        // A repository without commits has no index until something is added.
        return remove_tree(now);
    };
    let (meta, mtime) = (lstat(now)?, Attributes::of(&saved_meta).mtime);
    if is_same(saved, now)? {
        // Only the owner may set times, and of a shared repository that can be somebody else.
        let is_touched = meta.is_none_or(|meta| Attributes::of(&meta).mtime != mtime);
        return if is_touched { set_mtime(now, mtime) } else { Ok(()) };
    }
    if meta.is_some_and(|meta| meta.is_dir()) {
        remove_tree(now)?;
    }
    let temporary = with_suffix(now, ".selfheal");
    remove_tree(&temporary)?;
    copy_entry(saved, &temporary)?;
    fs::rename(&temporary, now).map_err(|error| failed("restore", now, error))
}
