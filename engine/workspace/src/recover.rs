//! What a new engine does about scratches of one that was killed.

use std::path::Path;

use driver::ports::{Recovery, WorkspaceError};

use crate::layout::{ScratchFolder, ScratchState};
use crate::local::Inner;
use crate::tree::{lstat, names, remove_tree};

/// Finishes or undoes every scratch whose owner is gone. What fails is listed and does not keep the rest.
pub(crate) fn recover(inner: &Inner) -> Result<Recovery, WorkspaceError> {
    let mut recovery = Recovery::default();
    clear_locks(inner)?;
    let left_over = |name: &String| !inner.is_open(name);
    let names: Vec<String> = inner.layout.scratch_names()?.into_iter().filter(left_over).collect();
    for name in &names {
        let folder = inner.layout.scratch(name)?;
        // Before one of them is committed to its end: nobody may look through another at a workspace that changes.
        if !is_foreign(inner, &folder) {
            inner.close(name, &folder);
        }
    }
    for name in names {
        let folder = inner.layout.scratch(&name)?;
        if is_foreign(inner, &folder) {
            recovery.done.push(format!("left scratch {name} alone: the engine that opened it still runs"));
            continue;
        }
        let (what, result) = match (folder.state(), folder.intent()) {
            (ScratchState::Overlay(_) | ScratchState::Copy(_), Some(_)) => ("finished committing", inner.commit(&name)),
            (ScratchState::InPlace, _) => ("restored the workspace from", inner.discard(&name)),
            (ScratchState::Overlay(_) | ScratchState::Copy(_) | ScratchState::Incomplete, _) => {
                ("dropped", inner.discard(&name))
            }
        };
        match result {
            Ok(()) => recovery.done.push(format!("{what} scratch {name} of an engine that was killed")),
            Err(error) => recovery.stuck.push(format!("scratch {name} of an engine that was killed: {error}")),
        }
    }
    Ok(recovery)
}

/// Whether another engine that still runs opened it.
fn is_foreign(inner: &Inner, folder: &ScratchFolder) -> bool {
    folder.owner().is_some_and(|owner| owner.is_alive() && owner != inner.process)
}

/// Removes locks and unfinished files that a killed engine left beside the named snapshots.
fn clear_locks(inner: &Inner) -> Result<(), WorkspaceError> {
    let repository = inner.layout.snapshots();
    for folder in [inner.layout.root().to_owned(), repository.clone(), repository.join("refs/snapshots")] {
        if lstat(&folder)?.is_none() {
            continue;
        }
        for name in names(&folder)? {
            let name = name.to_string_lossy().into_owned();
            // An index under way is named after the process that writes it.
            let writer = name.strip_prefix("snapshots.index.").and_then(|rest| rest.split('.').next());
            let is_abandoned = writer.is_some_and(|pid| !Path::new("/proc").join(pid).exists());
            let is_lock = writer.is_none() && name.ends_with(".lock");
            if is_abandoned || is_lock {
                remove_tree(&folder.join(name))?;
            }
        }
    }
    Ok(())
}
