//! Several overlays at once, and what becomes of the others when one of them is committed.

use std::path::PathBuf;

use driver::ports::WorkspaceError;

use crate::layout::{ScratchFolder, ScratchState};
use crate::local::{Inner, Open};
use crate::overlap;

/// Takes down every other overlay before the workspace changes, and notes which of them touch what `name` changes.
///
/// Invariant: nothing below a mounted overlay of this engine changes by its doing. What the kernel would show through it then
/// is undefined (Documentation/filesystems/overlayfs.rst, "Changes to underlying filesystems"). What was written in an overlay
/// that is taken down stays in its upper layer.
pub(crate) fn seal_others(inner: &Inner, name: &str, folder: &ScratchFolder) -> Result<(), WorkspaceError> {
    let layers = match folder.state() {
        ScratchState::Overlay(layers) => layers,
        ScratchState::Copy(_) => Vec::new(),
        // What is in the workspace already changes nothing there, and was alone.
        ScratchState::InPlace | ScratchState::Incomplete => return Ok(()),
    };
    // One that is thrown away at this moment, because the run ends, is gone when the lock is had, or waits for it.
    let _closing = inner.closing();
    for other in inner.open_overlays() {
        if other == name {
            continue;
        }
        let other_folder = inner.layout.scratch(&other)?;
        inner.end(&other, &other_folder);
        // Sealed from here on, whatever goes wrong: nobody may look through it at another workspace.
        inner.note_open(&other, Open::Sealed { overlap: Some(PathBuf::from(".")) });
        let overlap = match other_folder.state() {
            // What cannot be looked at is not committed; that is no reason to keep the other one back.
            ScratchState::Overlay(others) => overlap::first(&layers, &others).unwrap_or(Some(PathBuf::from("."))),
            _ => None,
        };
        inner.note_open(&other, Open::Sealed { overlap });
    }
    Ok(())
}
