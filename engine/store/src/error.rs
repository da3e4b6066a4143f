//! What can go wrong with a database.

use std::path::{Path, PathBuf};

use pipeline::id::RunId;
use rusqlite::ErrorCode;

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The file or its folder cannot be made.
    #[error("create {}", path.display())]
    Create {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is no database, or its content is destroyed.
    #[error(
        "{action} in {0}: the file is damaged or no database; move {0}, {0}-wal and {0}-shm away to start with an empty \
         history (the workspace does not depend on it)",
        path.display()
    )]
    Damaged {
        /// What was attempted.
        action: &'static str,
        /// The database.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// A newer selfheal has worked with the database.
    #[error("open {}: it has schema {found}, this selfheal knows {known}; use a newer selfheal", path.display())]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its schema.
        found: u32,
        /// The newest schema that this program knows.
        known: u32,
    },
    /// The schema could not be brought up to date.
    #[error("update the schema of {}", path.display())]
    Migration {
        /// The database.
        path: PathBuf,
        /// Why.
        source: rusqlite_migration::Error,
    },
    /// Other processes kept the database locked for longer than a write may wait.
    #[error("{action} in {}: other processes have kept it locked for more than {waited_ms} ms", path.display())]
    Busy {
        /// What was attempted.
        action: &'static str,
        /// The database.
        path: PathBuf,
        /// How long this process waited.
        waited_ms: u64,
    },
    /// SQLite refused something else, e.g. because the disk is full.
    #[error("{action} in {}", path.display())]
    Sqlite {
        /// What was attempted.
        action: &'static str,
        /// The database.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// A record's number is not the one after the last.
    #[error("append record {found} of run {run}: the next one is {expected}")]
    Sequence {
        /// The run.
        run: RunId,
        /// The number that has to come.
        expected: u64,
        /// The number that came.
        found: u64,
    },
    /// The first record of a run is something else than its start, or the start of another run.
    #[error("append record {seq} of run {run}: a run begins with its own start, once")]
    Start {
        /// The run.
        run: RunId,
        /// The record's number.
        seq: u64,
    },
    /// A record cannot be written as JSON.
    #[error("append record {seq} of run {run}")]
    Encode {
        /// The run.
        run: RunId,
        /// The record's number.
        seq: u64,
        /// Why.
        source: serde_json::Error,
    },
    /// A record says something that this program does not know.
    #[error("read record {seq} of run {run}: its kind is {kind:?}, written by another version of selfheal or altered")]
    Foreign {
        /// The run.
        run: RunId,
        /// The record's number.
        seq: u64,
        /// What the record calls itself; empty when it does not say.
        kind: String,
        /// What does not fit.
        source: serde_json::Error,
    },
    /// A derived table holds a word that this program does not know.
    #[error("read column {column}: {word:?} is not a word of this selfheal; rebuild the derived tables")]
    Word {
        /// The column.
        column: &'static str,
        /// The word.
        word: String,
    },
    /// No run of that name.
    #[error("find run {0}")]
    NoRun(String),
    /// More than one run begins like that.
    #[error("find run {prefix}: {} begin like this, e.g. {}", candidates.len(), candidates.join(", "))]
    Ambiguous {
        /// What was asked for.
        prefix: String,
        /// At most five of those it could be.
        candidates: Vec<String>,
    },
    /// No patch was offered for an incident of that name.
    #[error("find the offered patch {0}")]
    NoIncident(String),
    /// More than one incident with an offered patch begins like that.
    #[error("find the offered patch {prefix}: {} begin like this", candidates.join(", "))]
    AmbiguousIncident {
        /// What was asked for.
        prefix: String,
        /// At most five of those it could be.
        candidates: Vec<String>,
    },
    /// A live process works on the run.
    #[error("claim run {run}: process {pid} works on it")]
    Claimed {
        /// The run.
        run: RunId,
        /// That process.
        pid: u32,
    },
}

/// A failure before it is known in which file and during what it happened.
pub(crate) enum Fault {
    Sqlite(rusqlite::Error),
    Word { column: &'static str, word: String },
    Store(StoreError),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Fault {
    /// Says where and during what.
    pub(crate) fn at(self, action: &'static str, path: &Path) -> StoreError {
        let path = path.to_owned();
        match self {
            Self::Store(error) => error,
            Self::Word { column, word } => StoreError::Word { column, word },
            Self::Sqlite(source) => match source.sqlite_error_code() {
                Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
                    StoreError::Damaged { action, path, source }
                }
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                    StoreError::Busy { action, path, waited_ms: crate::store::BUSY_TIMEOUT_MS }
                }
                _ => StoreError::Sqlite { action, path, source },
            },
        }
    }
}
