//! A scratch that is the workspace itself: a copy of everything that is not ignored before, an exact restore after.
//!
//! What comes back: content, mode, owner (as root), modification time, links, empty directories, and absence. `.git` is
//! part of it, so the user's index and refs come back too; git's objects never change and are linked instead of copied
//! where the state folder is on the same file system. What does not: what lies in ignored folders, extended attributes,
//! sockets.
//!
//! Nobody else may work in the workspace meanwhile: what is changed during the trial is taken back, whoever changed it.
//!
//! Which paths are ignored is decided by the rules as they were before, read in the copy.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use driver::ports::WorkspaceError;

use crate::delta::{Delta, Extent};
use crate::git::Repository;
use crate::layout::ScratchFolder;
use crate::manifest::{Manifest, Record, VersionedBy};
use crate::merged::Folder;
use crate::outer_git::OuterGit;
use crate::rules::Rules;
use crate::steering::{self, is_hook};
use crate::tree::{
    Attributes, copy_entry, failed, in_writable, is_same, lstat, remove_durably, remove_tree, set_metadata,
    sync_file_system, with_suffix,
};
use crate::walk::{DOT_GIT, DotGit, Entry, Standing, list};

/// A workspace between its snapshot and its restore.
#[derive(Debug)]
pub(crate) struct InPlace<'a> {
    /// Where the snapshot lies.
    pub folder: &'a ScratchFolder,
    /// The workspace.
    pub root: &'a Path,
    /// The repository around it.
    pub repository: Option<&'a Repository>,
    /// The engine's state, which is left alone should it lie in the workspace.
    pub state: &'a Path,
}

impl InPlace<'_> {
    /// Takes the snapshot. It counts from the moment its manifest is on disk.
    pub fn take(&self) -> Result<(), WorkspaceError> {
        let before = self.folder.before();
        fs::create_dir(&before).map_err(|error| failed("make", &before, error))?;
        let is_plain = self.repository.is_none_or(|repository| repository.is_outside);
        let (versioned_by, mut rules) = if is_plain {
            (VersionedBy::Nobody, Rules::of_folder(self.root, None))
        } else {
            (VersionedBy::Git, Rules::of_repository(self.root)?)
        };
        let mut manifest = Manifest { versioned_by, records: Default::default() };
        let root_meta = fs::metadata(self.root).map_err(|error| failed("look at", self.root, error))?;
        manifest.records.insert(PathBuf::new(), Record::of(&root_meta, Standing::Kept));
        for entry in list(self.root, &mut rules, DotGit::Include, self.state)? {
            let record = self.copy(&entry, &before)?;
            manifest.records.insert(entry.path, record);
        }
        if let Some(repository) = self.outer_repository() {
            OuterGit::of(self.folder).save(repository)?;
        }
        sync_file_system(&before)?;
        manifest.write(&self.folder.manifest())
    }

    fn copy(&self, entry: &Entry, before: &Path) -> Result<Record, WorkspaceError> {
        let (from, to) = (self.root.join(&entry.path), before.join(&entry.path));
        if entry.standing == Standing::Ignored {
            return Record::of_ignored(&from, &entry.meta);
        }
        if entry.meta.is_dir() {
            fs::create_dir(&to).map_err(|error| failed("make", &to, error))?;
        } else if !(is_git_object(&entry.path) && fs::hard_link(&from, &to).is_ok()) {
            copy_entry(&from, &to)?;
        }
        // Linking sets the change time, so it is read again.
        let meta = fs::symlink_metadata(&from).map_err(|error| failed("look at", &from, error))?;
        Ok(Record::of(&meta, entry.standing))
    }

    /// What differs now.
    pub fn deltas(&self) -> Result<Vec<Delta>, WorkspaceError> {
        let manifest = Manifest::read(&self.folder.manifest())?;
        let mut rules = self.rules_before(&manifest)?;
        let before = self.folder.before();
        let (mut deltas, mut seen) = (Vec::new(), BTreeSet::new());
        for Entry { path, meta, standing } in list(self.root, &mut rules, DotGit::Skip, self.state)? {
            let now = self.root.join(&path);
            let old = manifest.records.get(&path);
            let was_leaf = old.is_some_and(|record| !record.is_directory());
            if standing == Standing::Ignored {
                if old != Some(&Record::of_ignored(&now, &meta)?) {
                    let old = old.is_some().then(|| now.clone());
                    deltas.push(Delta::of(&path, old, Some(now), Extent::Ignored));
                }
                seen.insert(path);
            } else if !meta.is_dir() {
                let old_copy = before.join(&path);
                let is_untouched = old.is_some_and(|record| record.is_untouched(&meta));
                let is_as_before = is_untouched || was_leaf && is_same(&old_copy, &now)?;
                if !is_as_before {
                    deltas.push(Delta::of(&path, was_leaf.then_some(old_copy), Some(now), Extent::Versioned));
                }
                seen.insert(path);
            }
        }
        for (path, record) in &manifest.records {
            let is_listed = record.standing == Standing::Ignored || !record.is_directory();
            if is_listed && !seen.contains(path) && !is_in_git(path) {
                let is_kept = record.standing == Standing::Kept;
                let extent = if is_kept { Extent::Versioned } else { Extent::Ignored };
                let old = if is_kept { before.join(path) } else { self.root.join(path) };
                deltas.push(Delta::of(path, Some(old), None, extent));
            }
        }
        let (old, now) = (Folder::plain(&before), Folder::plain(self.root));
        for git in manifest.records.keys().filter(|path| path.ends_with(DOT_GIT)) {
            if !git.parent().is_some_and(is_in_git) {
                deltas.extend(steering::deltas(&old, &now, git)?);
            }
        }
        deltas.extend(OuterGit::of(self.folder).deltas(self.root)?);
        Ok(deltas)
    }

    /// The rules as they were before the trial.
    pub fn rules(&self) -> Result<Rules, WorkspaceError> {
        self.rules_before(&Manifest::read(&self.folder.manifest())?)
    }

    /// Brings the workspace back. Repeatable: each step looks at what is there.
    pub fn restore(&self) -> Result<(), WorkspaceError> {
        let manifest = Manifest::read(&self.folder.manifest())?;
        let kept = || manifest.records.iter().filter(|(_, record)| record.standing == Standing::Kept);
        for (path, record) in kept() {
            in_writable(&self.root.join(path), || self.restore_entry(path, record))?;
        }
        let mut rules = self.rules_before(&manifest)?;
        for entry in list(self.root, &mut rules, DotGit::Include, self.state)? {
            let is_new = !manifest.records.contains_key(&entry.path) && !manifest.is_in_ignored(&entry.path);
            if is_new && entry.standing == Standing::Kept {
                let path = self.root.join(&entry.path);
                in_writable(&path, || remove_tree(&path))?;
            }
        }
        // From the inside out: changing what is in a directory sets the directory's time.
        for (path, record) in kept().rev().filter(|(_, record)| record.is_directory()) {
            let path = self.root.join(path);
            let meta = fs::symlink_metadata(&path).map_err(|error| failed("look at", &path, error))?;
            if Attributes::of(&meta) != record.attributes {
                set_metadata(&path, &record.attributes)?;
            }
        }
        OuterGit::of(self.folder).restore()?;
        sync_file_system(self.root)
    }

    fn restore_entry(&self, path: &Path, record: &Record) -> Result<(), WorkspaceError> {
        let (now, copy) = (self.root.join(path), self.folder.before().join(path));
        let meta = lstat(&now)?;
        if record.is_directory() {
            if meta.as_ref().is_some_and(fs::Metadata::is_dir) {
                return Ok(());
            }
            remove_tree(&now)?;
            return fs::create_dir(&now).map_err(|error| failed("make", &now, error));
        }
        let is_untouched = meta.as_ref().is_some_and(|meta| record.is_untouched(meta));
        let has_copy = lstat(&copy)?.is_some();
        if is_untouched || !has_copy {
            return Ok(());
        }
        if is_same(&copy, &now)? {
            return set_metadata(&now, &record.attributes);
        }
        if meta.is_some_and(|meta| meta.is_dir()) {
            remove_tree(&now)?;
        }
        let temporary = with_suffix(&self.root.join(path).with_file_name(".selfheal-restore"), ".tmp");
        remove_tree(&temporary)?;
        copy_entry(&copy, &temporary)?;
        set_metadata(&temporary, &record.attributes)?;
        fs::rename(&temporary, &now).map_err(|error| failed("restore", &now, error))
    }

    /// Forgets the snapshot; nothing can be restored afterwards.
    pub fn forget(&self) -> Result<(), WorkspaceError> {
        remove_durably(&self.folder.manifest())?;
        remove_tree(self.folder.root())
    }

    /// The rules as they were. Where the copy holds no repository of its own (the workspace is a folder in one, or a
    /// submodule), those of the workspace as it is now have to do.
    fn rules_before(&self, manifest: &Manifest) -> Result<Rules, WorkspaceError> {
        let before = self.folder.before();
        if manifest.versioned_by == VersionedBy::Nobody {
            return Ok(Rules::of_folder(&before, Some(self.root)));
        }
        if lstat(&before.join(DOT_GIT))?.is_some()
            && let Ok(rules) = Rules::of_repository(&before)
        {
            return Ok(rules);
        }
        Rules::of_repository(self.root)
    }

    /// The repository, where its git directory lies outside the workspace.
    fn outer_repository(&self) -> Option<&Repository> {
        self.repository.filter(|repository| !repository.git_dir.starts_with(self.root))
    }
}

fn is_in_git(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == DOT_GIT)
}

/// Whether a path is that of a git object: such files are never written again. What else lies beside objects is.
fn is_git_object(path: &Path) -> bool {
    let mut parts = path.components().skip_while(|part| part.as_os_str() != DOT_GIT);
    let is_in_store = parts.any(|part| part.as_os_str() == "objects");
    let group = parts.next().map(|part| part.as_os_str().as_encoded_bytes());
    let is_group = |name: &[u8]| name == b"pack" || name.len() == 2 && name.iter().all(u8::is_ascii_hexdigit);
    is_in_store && group.is_some_and(is_group) && parts.next().is_some() && !is_hook(path)
}
