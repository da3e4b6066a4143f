//! Opening scratches: an overlay where that is possible, else a copy, else in the workspace itself.

use std::path::{Path, PathBuf};

use driver::ports::{Place, Scratch, WorkspaceError};
use pipeline::event::ScratchKind;

use super::{Inner, Open, token};
use crate::bound::{self, CopyUnavailable};
use crate::copy::{Copy, Size};
use crate::layout::ScratchFolder;
use crate::options::ScratchPreference;
use crate::overlay::{Holder, OverlayUnavailable, covered, mount_inside};
use crate::tree::{failed, lstat, remove_tree};

impl Inner {
    /// The folder of a scratch that is about to be opened.
    fn new_folder(&self, name: &str) -> Result<ScratchFolder, WorkspaceError> {
        let folder = self.layout.scratch(name)?;
        if lstat(folder.root())?.is_some() {
            // It may be all that is left of somebody's files: recovering comes first.
            return Err(failed("open scratch", folder.root(), std::io::Error::from(std::io::ErrorKind::AlreadyExists)));
        }
        if self.opened().values().any(|open| matches!(open, Open::InPlace)) {
            return Err(WorkspaceError::NoRoom("a remedy is on trial in the workspace itself".to_owned()));
        }
        Ok(folder)
    }

    /// Opens an overlay, or nothing.
    pub(super) fn open_beside(&self, name: &str) -> Result<Scratch, WorkspaceError> {
        let folder = self.new_folder(name)?;
        match self.open_overlay(name, &folder) {
            Ok(place) => Ok(Scratch { id: name.to_owned(), place, kind: ScratchKind::Overlay }),
            Err(reason) => {
                remove_tree(folder.root())?;
                Err(WorkspaceError::NoRoom(reason.to_string()))
            }
        }
    }

    pub(super) fn open_scratch(&self, name: &str) -> Result<Scratch, WorkspaceError> {
        let folder = self.new_folder(name)?;
        if let Ok(place) = self.open_overlay(name, &folder) {
            return Ok(Scratch { id: name.to_owned(), place, kind: ScratchKind::Overlay });
        }
        remove_tree(folder.root())?;
        if let Ok(place) = self.open_copy(name, &folder) {
            return Ok(Scratch { id: name.to_owned(), place, kind: ScratchKind::Copy });
        }
        remove_tree(folder.root())?;
        if !self.opened().is_empty() {
            return Err(WorkspaceError::NoRoom("another scratch shows the workspace as it is".to_owned()));
        }
        folder.create("")?;
        self.in_place(&folder).take()?;
        self.opened().insert(name.to_owned(), Open::InPlace);
        Ok(Scratch { id: name.to_owned(), place: self.place(), kind: ScratchKind::InPlace })
    }

    pub(super) fn open_overlay(&self, name: &str, folder: &ScratchFolder) -> Result<Place, OverlayUnavailable> {
        if matches!(self.options.scratch, ScratchPreference::Copy | ScratchPreference::InPlace) {
            return Err(OverlayUnavailable::SwitchedOff);
        }
        let command = self.options.holder.as_ref().ok_or(OverlayUnavailable::NoHolder)?;
        let lowers = covered(&self.root, self.repository());
        if lowers.iter().any(|lower| self.layout.root().starts_with(lower)) {
            return Err(OverlayUnavailable::StateInWorkspace(self.layout.root().to_owned()));
        }
        if let Some(mount) = mount_inside(&lowers) {
            return Err(OverlayUnavailable::MountInside(mount));
        }
        let prepared = |error: WorkspaceError| {
            let reason = error.to_string();
            OverlayUnavailable::Directories { path: folder.root().to_owned(), reason }
        };
        let token = token();
        folder.create(&token).map_err(prepared)?;
        let layers = folder.layers(lowers.into_iter());
        folder.write_layers(&layers).map_err(prepared)?;
        let holder = Holder::start(command, &token, &layers)?;
        let inside = self.root.strip_prefix("/").unwrap_or(&self.root);
        let visible_root = PathBuf::from(format!("/proc/{}/root", holder.pid())).join(inside);
        if let Err(error) = std::fs::read_dir(&visible_root) {
            return Err(OverlayUnavailable::Directories { path: visible_root, reason: error.to_string() });
        }
        let place = Place { root: self.root.clone(), visible_root, namespace: Some(holder.pid()) };
        self.opened().insert(name.to_owned(), Open::Overlay(holder));
        Ok(place)
    }

    pub(super) fn open_copy(&self, name: &str, folder: &ScratchFolder) -> Result<Place, CopyUnavailable> {
        if matches!(self.options.scratch, ScratchPreference::Overlay | ScratchPreference::InPlace) {
            return Err(CopyUnavailable::SwitchedOff);
        }
        let fault = |error: WorkspaceError| CopyUnavailable::Failed(error.to_string());
        let lowers = covered(&self.root, self.repository());
        let [top] = lowers.as_slice() else {
            return Err(CopyUnavailable::GitElsewhere(lowers.into_iter().nth(1).unwrap_or_default()));
        };
        if self.layout.root().starts_with(top) {
            return Err(CopyUnavailable::StateInWorkspace(self.layout.root().to_owned()));
        }
        if let Some(mount) = mount_inside(&lowers) {
            return Err(CopyUnavailable::MountInside(mount));
        }
        if bound::is_mentioned(top, &self.options.mentions) {
            return Err(CopyUnavailable::Mentioned);
        }
        let tree = folder.copied_tree(top.clone());
        if let Some(found) = bound::found_upwards(top, &tree.copy) {
            return Err(CopyUnavailable::Surroundings(found));
        }
        let mut rules = self.rules_in(top, None).map_err(fault)?;
        let entries = bound::everything(top, &mut rules, self.layout.root()).map_err(fault)?;
        if let Some((path, tie)) = bound::first_tie(top, &entries).map_err(fault)? {
            return Err(CopyUnavailable::Bound { path, tie });
        }
        folder.create("").map_err(fault)?;
        let inside = self.root.strip_prefix(top).unwrap_or(Path::new(""));
        let root = if inside.as_os_str().is_empty() { tree.copy.clone() } else { tree.copy.join(inside) };
        let copy = Copy { folder, tree };
        if let Size::TooLarge(bytes) = copy.size(&entries) {
            return Err(CopyUnavailable::TooLarge { bytes, entries: entries.len() });
        }
        copy.take(entries).map_err(fault)?;
        self.opened().insert(name.to_owned(), Open::Copy);
        Ok(Place { root: root.clone(), visible_root: root, namespace: None })
    }
}
