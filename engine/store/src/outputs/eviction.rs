//! Keeping the cache below its cap: entries that were used longest ago go first, then contents that no entry needs.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use driver::ports::CacheError;
use pipeline::id::CacheKey;

use super::manifest::Manifest;
use super::{Folder, failed};

/// Age after which a file that was still being written belongs to an engine that was killed.
const ABANDONED_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// An entry and when it was used last.
struct Used {
    at: SystemTime,
    path: PathBuf,
    size: u64,
}

/// Makes room. The caller holds the lock; the entry of `newest` stays, whatever it takes.
pub(super) fn evict(folder: &Folder, newest: &CacheKey) -> Result<(), CacheError> {
    sweep_new(&folder.root.join("new"));
    let contents = folder.root.join("contents");
    let mut stored = Vec::new();
    for part in children(&contents)? {
        stored.extend(children(&part)?);
    }
    let entries = children(&folder.root.join("entries"))?;
    let mut total: u64 = stored.iter().chain(&entries).map(|path| size_of(path)).sum();
    if total <= folder.cap {
        return Ok(());
    }
    let keep = folder.entry(newest);
    let mut used: Vec<Used> = entries.into_iter().filter(|path| *path != keep).filter_map(used).collect();
    used.sort_by(|a, b| a.at.cmp(&b.at).then_with(|| a.path.cmp(&b.path)));
    let mut left: Vec<Used> = used.into_iter().rev().collect();
    while total > folder.cap
        && let Some(oldest) = left.pop()
    {
        fs::remove_file(&oldest.path).map_err(failed("remove", &oldest.path))?;
        total = total.saturating_sub(oldest.size);
        // What the entries that are left share with it stays.
        let mut needed: HashSet<PathBuf> = HashSet::new();
        for path in left.iter().map(|entry| entry.path.as_path()).chain([keep.as_path()]) {
            needed.extend(digests_of(path).iter().map(|digest| folder.content(digest)));
        }
        let (kept, gone): (Vec<PathBuf>, Vec<PathBuf>) = stored.into_iter().partition(|path| needed.contains(path));
        for path in gone {
            total = total.saturating_sub(size_of(&path));
            fs::remove_file(&path).map_err(failed("remove", &path))?;
        }
        stored = kept;
    }
    Ok(())
}

/// Tells that an entry was used now.
pub(super) fn touch(entry: &Path) {
    // Without it the entry is thrown away earlier than it could be, nothing worse.
    let _ = fs::File::open(entry).and_then(|file| file.set_modified(SystemTime::now()));
}

fn used(path: PathBuf) -> Option<Used> {
    let meta = fs::metadata(&path).ok()?;
    Some(Used { at: meta.modified().ok()?, size: meta.len(), path })
}

fn digests_of(entry: &Path) -> Vec<String> {
    let manifest = fs::read(entry).ok().and_then(|bytes| Manifest::parse(&bytes).ok());
    manifest.map(|manifest| manifest.digests().map(str::to_owned).collect()).unwrap_or_default()
}

fn size_of(path: &Path) -> u64 {
    fs::symlink_metadata(path).map_or(0, |meta| meta.len())
}

fn children(folder: &Path) -> Result<Vec<PathBuf>, CacheError> {
    let entries = fs::read_dir(folder).map_err(failed("list", folder))?;
    let paths: std::io::Result<Vec<PathBuf>> = entries.map(|entry| entry.map(|entry| entry.path())).collect();
    paths.map_err(failed("list", folder))
}

/// Removes what engines left behind that were killed while they wrote.
fn sweep_new(folder: &Path) {
    for path in children(folder).unwrap_or_default() {
        let age = fs::metadata(&path).and_then(|meta| meta.modified()).ok().and_then(|at| at.elapsed().ok());
        if age.is_some_and(|age| age > ABANDONED_AFTER) {
            let _ = fs::remove_file(&path);
        }
    }
}
