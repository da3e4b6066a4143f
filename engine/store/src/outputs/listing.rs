//! What the outputs of a stage are right now.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use driver::ports::CacheError;
use pipeline::glob::{PathPattern, any_matches};

use super::failed;

/// Entries of one result; more is no output but a tree of dependencies, which its own tool caches better.
const MOST_ENTRIES: usize = 200_000;

/// Everything that the patterns name: path relative to `root` → what stands there. Parents come before what is in them;
/// links are not followed.
pub(super) fn list(root: &Path, outputs: &[PathPattern]) -> Result<BTreeMap<String, Metadata>, CacheError> {
    let mut found = BTreeMap::new();
    for pattern in outputs {
        let base = pattern.base();
        // What lies behind a link that leads elsewhere is no output.
        if !is_reached_directly(root, &base)? {
            continue;
        }
        walk(root, &base, outputs, &mut found)?;
    }
    Ok(found)
}

fn walk(
    root: &Path,
    start: &str,
    outputs: &[PathPattern],
    found: &mut BTreeMap<String, Metadata>,
) -> Result<(), CacheError> {
    let mut pending = vec![start.to_owned()];
    while let Some(path) = pending.pop() {
        let full = root.join(&path);
        let meta = match fs::symlink_metadata(&full) {
            Ok(meta) => meta,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(failed("look at", &full)(error)),
        };
        if meta.is_dir() {
            for entry in fs::read_dir(&full).map_err(failed("list", &full))? {
                let name = entry.map_err(failed("list", &full))?.file_name();
                let Some(name) = name.to_str() else {
                    let reason = "its name is no Unicode".to_owned();
                    return Err(CacheError::Unfit { path: path.clone() + "/" + &name.to_string_lossy(), reason });
                };
                if name != ".git" {
                    pending.push(if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") });
                }
            }
        }
        if any_matches(outputs, &path) {
            found.insert(path, meta);
        }
        if found.len() > MOST_ENTRIES {
            let reason = format!("there are more than {MOST_ENTRIES} outputs");
            return Err(CacheError::Unfit { path: start.to_owned(), reason });
        }
    }
    Ok(())
}

/// Whether every folder above a path is a real one; those that are missing are fine.
pub(super) fn is_reached_directly(root: &Path, path: &str) -> Result<bool, CacheError> {
    let mut above = PathBuf::from(root);
    let Some((folders, _)) = path.rsplit_once('/') else { return Ok(true) };
    for part in folders.split('/') {
        above.push(part);
        match fs::symlink_metadata(&above) {
            Ok(meta) if meta.is_dir() => {}
            Ok(_) => return Ok(false),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
            Err(error) => return Err(failed("look at", &above)(error)),
        }
    }
    Ok(true)
}
