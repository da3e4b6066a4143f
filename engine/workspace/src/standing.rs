//! Which of the paths that remedies name are versioned.

use std::path::{Component, Path, PathBuf};

use driver::ports::{Place, WorkspaceError};

use crate::files::path_to;
use crate::paths::Resolve;
use crate::rules::Rules;
use crate::tree::{is_absent, lstat};

/// Those of the paths that are versioned in a place, or would be if they existed. Whatever cannot be answered counts as
/// versioned: it is the answer that permits less.
pub(crate) fn versioned(place: &Place, paths: &[String], rules: Option<Rules>) -> Vec<String> {
    let Some(mut rules) = rules else {
        return paths.to_vec();
    };
    paths.iter().filter(|path| is_versioned(place, path, &mut rules).unwrap_or(true)).cloned().collect()
}

fn is_versioned(place: &Place, path: &str, rules: &mut Rules) -> Result<bool, WorkspaceError> {
    let (real, is_directory) = match Resolve::existing().find(place, Path::new(path)) {
        Ok(spot) => {
            let meta = lstat(&path_to(&spot))?;
            (spot.real, meta.map_or(path.ends_with('/'), |meta| meta.is_dir()))
        }
        // Its directory does not exist yet, so there are no links to follow.
        Err(WorkspaceError::Io { source, .. }) if is_absent(&source) => (plain(path), path.ends_with('/')),
        Err(other) => return Err(other),
    };
    Ok(!rules.is_below_ignored(&real, is_directory)?)
}

fn plain(path: &str) -> PathBuf {
    Path::new(path).components().filter(|component| matches!(component, Component::Normal(_))).collect()
}
