//! Differences between a scratch and the workspace as it was.

use std::path::{Path, PathBuf};

use pipeline::event::ChangeKind;

/// A path that differs. A path that was a file and is a directory now gives one delta for itself (removed) and one for
/// each file in it (added).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Delta {
    /// Path relative to the [`Deltas::base`]; that of a file in a git directory elsewhere begins with `..`.
    pub path: PathBuf,
    /// Where the old file lies; `None` if there was none.
    pub before: Option<PathBuf>,
    /// Where the new file lies; `None` if there is none any more.
    pub after: Option<PathBuf>,
    /// What it is.
    pub extent: Extent,
}

/// All differences of a scratch.
#[derive(Clone, Debug)]
pub(crate) struct Deltas {
    /// Directory that the paths are relative to: the workspace, or the work tree around it.
    pub base: PathBuf,
    /// The differences.
    pub list: Vec<Delta>,
}

/// What a delta speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// A file or symbolic link that is tracked or not ignored.
    Versioned,
    /// An ignored file, or an ignored directory with something different in it.
    Ignored,
    /// A file that steers git.
    Git,
}

impl Delta {
    /// How the path changed.
    pub fn kind(&self) -> ChangeKind {
        match (&self.before, &self.after) {
            (None, _) => ChangeKind::Added,
            (Some(_), None) => ChangeKind::Removed,
            (Some(_), Some(_)) => ChangeKind::Modified,
        }
    }

    /// A file that differs, with its sides.
    pub fn of(path: &Path, before: Option<PathBuf>, after: Option<PathBuf>, extent: Extent) -> Self {
        Self { path: path.to_owned(), before, after, extent }
    }
}
