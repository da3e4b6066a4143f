//! The never-list on what really changed, because nobody can tell from a command what it will write.

use crate::event::{ChangeKind, FileChange};
use crate::finding::Disposition;
use crate::policy::context::Context;
use crate::policy::lines::{self, LineChange};
use crate::policy::locks;
use crate::policy::manifests;
use crate::policy::paths::{PathClass, class_of, is_cache, is_json_manifest, normal_path, protection};
use crate::policy::programs;
use crate::policy::refusal::{Refusal, rule};

/// Checks everything that changed in scratch; returns who may keep it: `patch` when a versioned file changed, else `auto`.
///
/// To be called after the steps of a remedy and again after the attempts, with the changes of both.
///
/// # Errors
/// The first rule that a change breaks.
pub fn check_changes(changes: &[FileChange], context: &Context<'_>) -> Result<Disposition, Refusal> {
    let mut disposition = Disposition::Auto;
    for change in changes {
        let path = normal_path(&change.path)?;
        let class = class_of(&path, context.healer_paths);
        if change.is_versioned {
            check_versioned(&path, class, change)?;
            programs::check_change(&path, change, context)?;
            disposition = Disposition::Patch;
        } else {
            check_ignored(&path, class)?;
        }
    }
    Ok(disposition)
}

/// What version control ignores may change, but for git's own files and the healer's.
fn check_ignored(path: &str, class: PathClass) -> Result<(), Refusal> {
    // A build may make components; only those in a directory of plugins are the healer's, and those are seldom ignored.
    let is_component = path.ends_with(".wasm");
    match class {
        PathClass::Git => refuse(rule::TOUCHES_GIT, path),
        PathClass::Healer if !is_component => refuse(rule::TOUCHES_HEALER, path),
        _ => Ok(()),
    }
}

fn check_versioned(path: &str, class: PathClass, change: &FileChange) -> Result<(), Refusal> {
    let is_new = change.change == ChangeKind::Added;
    if let Some(rule) = protection(class) {
        return if is_new && may_appear(path, class) || class == PathClass::InstalledCode {
            Ok(())
        } else {
            refuse(rule, path)
        };
    }
    match (change.change, class) {
        (ChangeKind::Removed, PathClass::Lock) => return refuse(rule::DROPS_LOCK_FILE, path),
        (ChangeKind::Removed, PathClass::Source | PathClass::Manifest) => return refuse(rule::REMOVES_SOURCE, path),
        (ChangeKind::Removed, _) => return Ok(()),
        (ChangeKind::Added | ChangeKind::Modified, _) => {}
    }
    let has_lines = !change.removed_lines.is_empty() || !change.added_lines.is_empty();
    let is_unseen = change.is_abridged && (!is_new || class == PathClass::Manifest) && class != PathClass::Prose;
    // A lock file without lines is a binary one.
    if is_unseen || (class == PathClass::Lock && !is_new && !has_lines) {
        return Err(lines::unseen(path));
    }
    let removed: Vec<&str> = change.removed_lines.iter().map(String::as_str).collect();
    let added: Vec<&str> = change.added_lines.iter().map(String::as_str).collect();
    locks::check_hashes(path, class, &removed, &added)?;
    if is_json_manifest(path) {
        let whole = manifests::differing_lines(&removed, &added);
        let (removed, added) = match &whole {
            Some((removed, added)) => {
                (removed.iter().map(String::as_str).collect(), added.iter().map(String::as_str).collect())
            }
            None => (removed, added),
        };
        let (removed, added) = manifests::without_versions(removed, added);
        return lines::check_lines(&LineChange { path, class, removed, added });
    }
    lines::check_lines(&LineChange { path, class, removed, added })
}

/// Whether a new file of a protected class is harmless: more tests weaken nothing, unless they steer the others; and what
/// appears in a directory that tools fill is their output.
fn may_appear(path: &str, class: PathClass) -> bool {
    let is_output = path.rsplit_once('/').is_some_and(|(directories, _)| directories.split('/').any(is_cache));
    match class {
        PathClass::Test | PathClass::TestData => true,
        PathClass::TestSettings | PathClass::Gate | PathClass::CheckDefinition => is_output,
        _ => false,
    }
}

fn refuse(rule: &'static str, path: &str) -> Result<(), Refusal> {
    Err(Refusal::new(rule, format!("{path} may not change")))
}
