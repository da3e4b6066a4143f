//! What a path is, and whether it is one.

use crate::policy::pattern::matches_name;
use crate::policy::refusal::{Refusal, rule};
use crate::policy::tables::paths as table;

/// Longest path in bytes: that of Linux.
const MAX_PATH_BYTES: usize = 4096;

/// What a path is to the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PathClass {
    /// Anything in `.git`.
    Git,
    /// The pipeline file, the healer's state or a plugin.
    Healer,
    /// Owners of code and bots that merge.
    Review,
    /// CI files.
    Ci,
    /// Hooks of version control.
    Hook,
    /// A recorded expectation.
    Snapshot,
    /// What steers which tests run.
    TestSettings,
    /// A test by its name.
    Test,
    /// Something else in a directory of tests.
    TestData,
    /// A file that is a gate as a whole.
    Gate,
    /// A file that says how a check is run.
    CheckDefinition,
    /// Code that installers own.
    InstalledCode,
    /// A lock file.
    Lock,
    /// A manifest.
    Manifest,
    /// Source.
    Source,
    /// Prose.
    Prose,
    /// Anything else.
    Other,
}

/// Whether a path is that of a known lock file.
pub fn is_lock_file(path: &str) -> bool {
    class_of(path, &[]) == PathClass::Lock
}

/// Whether a path is that of a manifest in JSON, which some tools write on one line.
pub fn is_json_manifest(path: &str) -> bool {
    path.rsplit('/').next() == Some("package.json")
}

/// A path in its normal form: relative to the workspace root, `/` between names, no `.`; the root itself is `.`.
///
/// # Errors
/// The path is empty, absolute, leaves the workspace, or holds characters that no path of a project needs.
pub fn normal_path(path: &str) -> Result<String, Refusal> {
    let outside = |why: &str| Err(Refusal::new(rule::PATH_OUTSIDE, format!("the path {path:?} {why}")));
    if path.is_empty() || path.len() > MAX_PATH_BYTES {
        return outside("is empty or too long");
    }
    if path.chars().any(|c| c.is_control() || c == '\\') {
        return outside("holds a control character or a backslash");
    }
    let names: Vec<&str> = path.split('/').filter(|name| !name.is_empty() && *name != ".").collect();
    // `C:` is a drive elsewhere, and a project that means a directory of that name is hard to imagine.
    let has_drive = names.first().is_some_and(|name| name.as_bytes().get(1) == Some(&b':'));
    if path.starts_with(['/', '~']) || has_drive {
        return outside("is absolute");
    }
    if names.contains(&"..") {
        return outside("leaves the workspace");
    }
    Ok(if names.is_empty() { ".".to_owned() } else { names.join("/") })
}

/// The class of a normal path. Where several fit, the one with the strictest rules counts.
pub fn class_of(path: &str, healer_paths: &[String]) -> PathClass {
    let names: Vec<&str> = path.split('/').collect();
    let (file, directories) = names.split_last().expect("split yields at least one piece");
    let ending = file.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
    let in_tests = directories.iter().any(|name| matches_name(table::TEST_DIRECTORIES, name));
    let in_snapshots = directories.iter().any(|name| matches_name(table::SNAPSHOT_DIRECTORIES, name));
    if names.iter().any(|name| is_git(name)) {
        PathClass::Git
    } else if is_one_of(table::HEALER, &names) || healer_paths.iter().any(|own| is_within(path, own)) {
        PathClass::Healer
    } else if is_one_of(table::REVIEW, &names) {
        PathClass::Review
    } else if is_one_of(table::CI, &names) {
        PathClass::Ci
    } else if is_one_of(table::HOOKS, &names) {
        PathClass::Hook
    } else if is_one_of(table::INSTALLED_CODE, &names) {
        PathClass::InstalledCode
    } else if in_snapshots
        || matches_name(table::SNAPSHOT_FILES, file)
        || matches_name(table::SNAPSHOT_DIRECTORIES, file)
    {
        PathClass::Snapshot
    } else if matches_name(table::TEST_SETTINGS, file) {
        PathClass::TestSettings
    } else if is_one_of(table::GATES, &names) {
        PathClass::Gate
    } else if is_one_of(table::CHECK_DEFINITIONS, &names) {
        PathClass::CheckDefinition
    } else if matches_name(table::TEST_FILES, file) {
        PathClass::Test
    } else if in_tests || matches_name(table::TEST_DIRECTORIES, file) {
        PathClass::TestData
    } else if matches_name(table::LOCKS, file) {
        PathClass::Lock
    } else if matches_name(table::MANIFESTS, file) {
        PathClass::Manifest
    } else if table::SOURCE_ENDINGS.contains(&ending.as_str()) {
        PathClass::Source
    } else if table::PROSE_ENDINGS.contains(&ending.as_str()) {
        PathClass::Prose
    } else {
        PathClass::Other
    }
}

/// Whether a name is that of version control's own directory; also as Windows and macOS would read it.
pub(super) fn is_git(name: &str) -> bool {
    let name = name.trim_end_matches([' ', '.']).to_ascii_lowercase();
    name == ".git" || name == "git~1"
}

/// Whether the last name of a path is that of a directory that tools refill.
pub(super) fn is_cache(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|name| matches_name(table::CACHES, name))
}

/// The rule that protects a class from being written, edited or removed; `None` when the class may change.
pub(super) fn protection(class: PathClass) -> Option<&'static str> {
    match class {
        PathClass::Git => Some(rule::TOUCHES_GIT),
        PathClass::Healer => Some(rule::TOUCHES_HEALER),
        PathClass::Review => Some(rule::TOUCHES_REVIEW),
        PathClass::Ci => Some(rule::TOUCHES_CI),
        PathClass::Hook => Some(rule::TOUCHES_HOOKS),
        PathClass::Snapshot | PathClass::TestSettings | PathClass::Test | PathClass::TestData => {
            Some(rule::TOUCHES_TEST)
        }
        PathClass::Gate => Some(rule::LOWERS_GATE),
        PathClass::CheckDefinition => Some(rule::TOUCHES_CHECK),
        PathClass::InstalledCode => Some(rule::TOUCHES_INSTALLED_CODE),
        PathClass::Lock | PathClass::Manifest | PathClass::Source | PathClass::Prose | PathClass::Other => None,
    }
}

/// Whether any run of names in a path matches a pattern; a pattern that ends in `/` has to match a directory or the path's
/// end, since a directory may be named itself.
fn is_one_of(patterns: &[&str], names: &[&str]) -> bool {
    patterns.iter().any(|pattern| match pattern.strip_suffix('/') {
        Some(directory) => match directory.split_once('/') {
            Some((parent, child)) => {
                names.windows(2).any(|pair| matches_name(&[parent], pair[0]) && matches_name(&[child], pair[1]))
            }
            None => names.iter().any(|name| matches_name(&[directory], name)),
        },
        None => match pattern.split_once('/') {
            Some((parent, child)) => {
                matches!(names, [.., a, b] if matches_name(&[parent], a) && matches_name(&[child], b))
            }
            None => names.last().is_some_and(|name| matches_name(&[pattern], name)),
        },
    })
}

/// Whether a normal path is `directory` or in it. A directory that is no path of the workspace holds nothing of it.
fn is_within(path: &str, directory: &str) -> bool {
    let Ok(directory) = normal_path(directory) else { return false };
    let (path, directory) = (path.to_ascii_lowercase(), directory.to_ascii_lowercase());
    path == directory || path.strip_prefix(&directory).is_some_and(|rest| rest.starts_with('/'))
}
