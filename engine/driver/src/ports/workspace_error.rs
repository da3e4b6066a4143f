//! How work on the project's files fails.

use std::path::PathBuf;

/// A failure of the workspace port.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkspaceError {
    /// Reading or writing failed.
    #[error("{action} {}: {source}", path.display())]
    Io {
        /// What was attempted, e.g. `write`.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        source: std::io::Error,
    },
    /// A git command failed.
    #[error("run git {arguments}: {message}")]
    Git {
        /// Its arguments.
        arguments: String,
        /// What it said.
        message: String,
    },
    /// A path leads out of the workspace, or is one that nobody may touch.
    #[error("touch {path}: {reason}")]
    Refused {
        /// The path as given.
        path: String,
        /// Why.
        reason: String,
    },
    /// The text to replace does not occur exactly once.
    #[error("edit {path}: the text to replace occurs {count} times instead of once")]
    NotUnique {
        /// The file.
        path: String,
        /// How often the text occurs.
        count: usize,
    },
    /// There is no such snapshot.
    #[error("find snapshot {0}")]
    NoSnapshot(String),
    /// See [`super::Workspace::open_beside`].
    #[error("open a scratch beside others: {0}")]
    NoRoom(String),
    /// See [`super::Workspace::commit`].
    #[error("commit: another scratch that was committed before touches {0} too")]
    Overlaps(String),
}
