//! A scratch that is a copy at another path, for workspaces in which nothing is bound to theirs (`bound`).
//!
//! The copy holds everything, what is ignored and `.git` included, with content, mode, owner (as root) and modification
//! time. What is missing: extended attributes, sockets, links between names of one file. Git has to read each file anew
//! there, as in any fresh copy.
//!
//! Invariant: the copy and the workspace share no file that can be written.
//!
//! What a trial makes in the copy may name the copy's path: a virtual environment, a cache. Text files that do are handed
//! out as translations, in which the workspace's path stands instead; differences, patch and commit all see those.
//!
//! A commit has the two steps of an overlay's (`commit`): *removing* reads the copy and leaves it alone; *moving* moves
//! what differs out of it, so repeating it moves the rest.

use std::collections::BTreeSet;
use std::fs::{self, Metadata, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use driver::ports::WorkspaceError;

use crate::bound::translate;
use crate::commit::{move_leaf, remove};
use crate::delta::{Delta, Extent};
use crate::layout::{CopiedTree, Intent, ScratchFolder};
use crate::manifest::{Manifest, Record, VersionedBy};
use crate::merged::Folder;
use crate::rules::Rules;
use crate::steering;
use crate::tree::{
    Attributes, copy_entry, failed, in_writable, is_same, lstat, names, remove_tree, set_metadata, sync_file_system,
};
use crate::walk::{DOT_GIT, DotGit, Entry, Standing, list};

/// Most bytes that are copied where blocks cannot be shared: some seconds of a disk.
const MOST_BYTES: u64 = 2 * 1024 * 1024 * 1024;

/// Most entries that are copied: making each takes tens of microseconds, shared blocks or not.
const MOST_ENTRIES: usize = 250_000;

/// What has to stay free on the file system of the copy, as a divisor of its size: a trial needs room too, and so do others.
const FREE_PART: u64 = 10;
/// What stays free on a large file system, in bytes, where that part would be more.
const MOST_FREE: u64 = 4 * 1024 * 1024 * 1024;

/// Whether a directory may be copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Size {
    /// It may.
    Fits,
    /// It holds so many bytes that it may not, or so many entries.
    TooLarge(u64),
}

/// A copy and where it came from.
#[derive(Debug)]
pub(crate) struct Copy<'a> {
    /// Its folder.
    pub folder: &'a ScratchFolder,
    /// Both directories.
    pub tree: CopiedTree,
}

impl Copy<'_> {
    /// Looks whether copying these entries is reasonable. The scratch's folder must be there.
    pub fn size(&self, entries: &[Entry]) -> Size {
        let files = || entries.iter().filter(|entry| entry.meta.is_file());
        let total: u64 = files().map(|entry| entry.meta.len()).sum();
        let shares = files().find(|entry| entry.meta.len() > 0).is_some_and(|entry| {
            let probe = self.folder.root().join("probe");
            let shares = shares_blocks(&self.tree.origin.join(&entry.path), &probe);
            // It goes with the scratch at the latest.
            let _ = fs::remove_file(probe);
            shares
        });
        let has_room = rustix::fs::statvfs(self.folder.root()).is_ok_and(|system| {
            let block = system.f_frsize;
            let kept = (system.f_blocks / FREE_PART).saturating_mul(block).min(MOST_FREE);
            total.saturating_add(kept) <= system.f_bavail.saturating_mul(block)
        });
        let is_small = shares || total <= MOST_BYTES && has_room;
        if is_small && entries.len() <= MOST_ENTRIES { Size::Fits } else { Size::TooLarge(total) }
    }

    /// Makes the copy. It counts from the moment its manifest is on disk.
    pub fn take(&self, entries: Vec<Entry>) -> Result<(), WorkspaceError> {
        let CopiedTree { origin, copy } = &self.tree;
        fs::create_dir_all(copy).map_err(|error| failed("make", copy, error))?;
        // What is written in a scratch is nobody else's business, whatever the workspace's own mode is.
        let copies = self.folder.copies();
        fs::set_permissions(&copies, Permissions::from_mode(0o700))
            .map_err(|error| failed("change mode of", &copies, error))?;
        for entry in &entries {
            let (from, to) = (origin.join(&entry.path), copy.join(&entry.path));
            let copied = if entry.meta.is_dir() {
                fs::create_dir(&to).map_err(|error| failed("make", &to, error))
            } else {
                copy_entry(&from, &to)
            };
            // Something that disappears while it is copied was never there.
            if copied.is_err() && lstat(&from)?.is_some() {
                copied?;
            }
        }
        // From the inside out: what is made in a directory sets the directory's time.
        for entry in entries.iter().rev().filter(|entry| entry.meta.is_dir()) {
            set_metadata(&copy.join(&entry.path), &Attributes::of(&entry.meta))?;
        }
        let top = fs::metadata(origin).map_err(|error| failed("look at", origin, error))?;
        set_metadata(copy, &Attributes::of(&top))?;
        let mut manifest = Manifest { versioned_by: VersionedBy::Nobody, records: Default::default() };
        let top = fs::metadata(copy).map_err(|error| failed("look at", copy, error))?;
        manifest.records.insert(PathBuf::new(), Record::of(&top, Standing::Kept));
        for Entry { path, standing, .. } in entries {
            if let Some(meta) = lstat(&copy.join(&path))? {
                manifest.records.insert(path, Record::of(&meta, standing));
            }
        }
        self.folder.write_origin(origin)?;
        manifest.write(&self.folder.copied())
    }

    /// What differs now. `rules` are those of the workspace.
    pub fn deltas(&self, rules: &mut Rules) -> Result<Vec<Delta>, WorkspaceError> {
        let manifest = self.manifest()?;
        let CopiedTree { origin, copy } = &self.tree;
        let (mut deltas, mut seen) = (Vec::new(), BTreeSet::new());
        for Entry { path, meta, standing } in list(copy, rules, DotGit::Skip, self.folder.root())? {
            let (before, now) = (origin.join(&path), copy.join(&path));
            let old = manifest.records.get(&path);
            if standing == Standing::Ignored {
                if self.is_different(&manifest, &path, &meta)? {
                    deltas.push(Delta::of(&path, old.map(|_| before), Some(now), Extent::Ignored));
                }
                seen.insert(path);
            } else if !meta.is_dir() {
                let was_leaf = old.is_some_and(|record| !record.is_directory());
                let is_as_before =
                    old.is_some_and(|record| record.is_untouched(&meta)) || was_leaf && is_same(&before, &now)?;
                if !is_as_before {
                    let after = self.settled(&path, &meta)?;
                    deltas.push(Delta::of(&path, was_leaf.then_some(before), Some(after), Extent::Versioned));
                }
                seen.insert(path);
            }
        }
        let is_ignored =
            |path: &Path| manifest.records.get(path).is_some_and(|record| record.standing == Standing::Ignored);
        for (path, record) in &manifest.records {
            let is_topmost = || !path.parent().is_some_and(is_ignored);
            let is_listed = if is_ignored(path) { is_topmost() } else { !record.is_directory() && !is_in_git(path) };
            if is_listed && !seen.contains(path) {
                let extent = if is_ignored(path) { Extent::Ignored } else { Extent::Versioned };
                deltas.push(Delta::of(path, Some(origin.join(path)), None, extent));
            }
        }
        let (before, after) = (Folder::plain(origin), Folder::plain(copy));
        for git in manifest.records.keys().filter(|path| path.ends_with(DOT_GIT) && !is_ignored(path)) {
            if !git.parent().is_some_and(is_in_git) {
                deltas.extend(steering::deltas(&before, &after, git)?);
            }
        }
        Ok(deltas)
    }

    /// Makes the copy the workspace, from wherever an earlier commit got to.
    pub fn commit(&self) -> Result<(), WorkspaceError> {
        let manifest = self.manifest()?;
        if self.folder.intent() != Some(Intent::Moving) {
            self.folder.write_intent(Intent::Removing)?;
            self.remove_what_is_gone(&manifest)?;
            self.folder.write_intent(Intent::Moving)?;
        }
        self.move_directory(Path::new(""), &manifest)?;
        sync_file_system(&self.tree.origin)?;
        self.folder.clear_intent()
    }

    fn manifest(&self) -> Result<Manifest, WorkspaceError> {
        Manifest::read(&self.folder.copied())
    }

    /// Whether something at or below a path that is there differs.
    fn is_different(&self, manifest: &Manifest, path: &Path, meta: &Metadata) -> Result<bool, WorkspaceError> {
        let Some(old) = manifest.records.get(path).filter(|old| old.is_directory() == meta.is_dir()) else {
            return Ok(true);
        };
        if !meta.is_dir() {
            return Ok(!old.is_untouched(meta) && !is_same(&self.tree.origin.join(path), &self.tree.copy.join(path))?);
        }
        let names = names(&self.tree.copy.join(path))?;
        let mut old_names = manifest.names_in(path);
        if old_names.any(|name| names.binary_search_by(|other| other.as_os_str().cmp(name)).is_err()) {
            return Ok(true);
        }
        for name in names {
            let child = path.join(name);
            let Some(meta) = lstat(&self.tree.copy.join(&child))? else { continue };
            if self.is_different(manifest, &child, &meta)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Where the content of an entry of the copy lies as it is handed out: in the copy, or in its translation.
    fn settled(&self, path: &Path, meta: &Metadata) -> Result<PathBuf, WorkspaceError> {
        let CopiedTree { origin, copy } = &self.tree;
        let (file, translated) = (copy.join(path), self.folder.translated().join(path));
        let make_parent = || {
            let parent = translated.parent().unwrap_or(&translated);
            fs::create_dir_all(parent).map_err(|error| failed("make", parent, error))?;
            remove_tree(&translated)
        };
        if meta.is_symlink() {
            let target = fs::read_link(&file).map_err(|error| failed("read link", &file, error))?;
            let Ok(inside) = target.strip_prefix(copy) else { return Ok(file) };
            make_parent()?;
            let target = origin.join(inside);
            std::os::unix::fs::symlink(target, &translated).map_err(|error| failed("link", &translated, error))?;
        } else if meta.is_file() {
            let content = translate(&file, copy, origin).map_err(|error| failed("read", &file, error))?;
            let Some(content) = content else { return Ok(file) };
            make_parent()?;
            fs::write(&translated, content).map_err(|error| failed("write", &translated, error))?;
        } else {
            return Ok(file);
        }
        set_metadata(&translated, &Attributes::of(meta))?;
        Ok(translated)
    }

    /// The first step of a commit.
    fn remove_what_is_gone(&self, manifest: &Manifest) -> Result<(), WorkspaceError> {
        let mut gone: Option<&Path> = None;
        // A directory comes before what is in it.
        for (path, record) in &manifest.records {
            if gone.is_some_and(|gone| path.starts_with(gone)) {
                continue;
            }
            let now = lstat(&self.tree.copy.join(path))?;
            if now.is_none_or(|meta| meta.is_dir() != record.is_directory()) {
                remove(&self.tree.origin.join(path))?;
                gone = Some(path);
            }
        }
        Ok(())
    }

    /// The second step for one directory: what is in it, then its own mode and time.
    fn move_directory(&self, path: &Path, manifest: &Manifest) -> Result<(), WorkspaceError> {
        let (from, to) = (self.tree.copy.join(path), self.tree.origin.join(path));
        let Some(meta) = lstat(&from)? else { return Ok(()) };
        if lstat(&to)?.is_none() {
            in_writable(&to, || fs::create_dir(&to).map_err(|error| failed("make", &to, error)))?;
        }
        let record = manifest.records.get(path);
        let mut is_touched = record.is_none_or(|record| record.attributes != Attributes::of(&meta));
        for name in names(&from)? {
            let (child, to) = (path.join(&name), to.join(&name));
            let Some(meta) = lstat(&from.join(&name))? else { continue };
            if meta.is_dir() {
                self.move_directory(&child, manifest)?;
            } else if !manifest.records.get(&child).is_some_and(|record| record.is_untouched(&meta)) {
                is_touched = true;
                let file = self.settled(&child, &meta)?;
                in_writable(&to, || move_leaf(&file, &to, &meta))?;
            }
        }
        let now = fs::symlink_metadata(&to).map_err(|error| failed("look at", &to, error))?;
        if is_touched && Attributes::of(&now) != Attributes::of(&meta) {
            set_metadata(&to, &Attributes::of(&meta))?;
        }
        Ok(())
    }
}

fn is_in_git(path: &Path) -> bool {
    path.iter().any(|part| part == DOT_GIT)
}

/// Whether the file systems can make `to` a copy of `from` that shares its blocks.
#[cfg(target_os = "linux")]
fn shares_blocks(from: &Path, to: &Path) -> bool {
    let (Ok(from), Ok(to)) = (fs::File::open(from), fs::File::create(to)) else { return false };
    rustix::fs::ioctl_ficlone(&to, &from).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn shares_blocks(_from: &Path, _to: &Path) -> bool {
    false
}
