//! Removes what can be made again: ignored files and folders, and locks that a dead git left behind.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use driver::ports::{Place, WorkspaceError};

use crate::files::path_to;
use crate::paths::{Resolve, refused};
use crate::processes::{Held, is_held_open, is_running};
use crate::rules::Rules;
use crate::tree::{failed, lstat, remove_tree};
use crate::walk::DOT_GIT;

/// Age from which on a lock is taken for stale where it cannot be seen who has it open. Git holds locks for
/// milliseconds, except while an editor or a hook runs, which keep theirs open.
const STALE_AFTER: Duration = Duration::from_secs(10);

/// Largest file that is read for the number of its owner; PostgreSQL writes a few lines more than that into its own.
const MAX_OWNER_BYTES: u64 = 4096;

/// Removes an ignored path of a place; nothing there is fine. `rules` are those of the workspace, not of the scratch:
/// what a trial wrote into an ignore file makes nothing clearable.
pub(crate) fn clear(place: &Place, path: &Path, rules: &mut Rules) -> Result<(), WorkspaceError> {
    if is_git_lock(path) {
        return clear_lock(place, path);
    }
    let spot = match Resolve::itself().find(place, path) {
        Err(WorkspaceError::Io { source, .. }) if crate::tree::is_absent(&source) => return Ok(()),
        found => found?,
    };
    let target = path_to(&spot);
    let Some(meta) = lstat(&target)? else {
        return Ok(());
    };
    if !rules.is_below_ignored(&spot.real, meta.is_dir())? {
        return Err(refused(path, "it is versioned, or new and not ignored"));
    }
    if let Some(owner) = live_owner(&target, &meta) {
        return Err(refused(path, &format!("process {owner}, which it names, is alive")));
    }
    remove_tree(&target)
}

/// The process that a file with the number of its owner names, if it runs: a server's `.pid` or a tool's `.lock`. The number
/// may have gone to another process since; then the file stays, which is the safe mistake.
fn live_owner(target: &Path, meta: &fs::Metadata) -> Option<u32> {
    let is_owned = target.extension().is_some_and(|ending| ending == "pid" || ending == "lock");
    if !is_owned || !meta.is_file() || meta.len() > MAX_OWNER_BYTES {
        return None;
    }
    let text = fs::read_to_string(target).ok()?;
    let owner: u32 = text.split_whitespace().next()?.parse().ok()?;
    is_running(owner).then_some(owner)
}

/// Whether a path is a lock directly in a `.git` directory.
fn is_git_lock(path: &Path) -> bool {
    let is_lock = path.extension().is_some_and(|extension| extension == "lock");
    let parent = path.parent().and_then(Path::file_name);
    is_lock && parent.is_some_and(|parent| parent == DOT_GIT)
}

fn clear_lock(place: &Place, path: &Path) -> Result<(), WorkspaceError> {
    let spot = match Resolve::in_dot_git().find(place, path) {
        Err(WorkspaceError::Io { source, .. }) if crate::tree::is_absent(&source) => return Ok(()),
        found => found?,
    };
    let target = path_to(&spot);
    let Some(meta) = lstat(&target)? else {
        return Ok(());
    };
    if !meta.is_file() {
        return Err(refused(path, "it is not a lock file"));
    }
    let age = meta.modified().ok().and_then(|modified| SystemTime::now().duration_since(modified).ok());
    let is_old = age.is_some_and(|age| age >= STALE_AFTER);
    match is_held_open(&target) {
        Held::Yes => Err(refused(path, "a live process holds the lock")),
        Held::Unknown if !is_old => Err(refused(path, "the lock is fresh and a live process may hold it")),
        Held::Unknown | Held::No => fs::remove_file(&target).map_err(|error| failed("remove", path, error)),
    }
}
