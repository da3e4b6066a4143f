//! An open database.

use std::fs::{DirBuilder, File, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use crate::error::{Fault, StoreError};
use crate::schema;

/// How long a write waits for the writes of other processes. Each of those takes about a millisecond.
pub(crate) const BUSY_TIMEOUT_MS: u64 = 5000;

/// Pages of the write-ahead log (1.6 MB) after which a commit moves them into the database. Whoever opens the database first
/// reads the log once, so that a long one makes every short command slower; a short one makes more of them pay for the
/// fsyncs of moving it. On average 128 pages cost 6.9 ms per command, 256 3.4 ms, 400 2.7 ms, 1,000 5.0 ms (measured like
/// below).
const CHECKPOINT_PAGES: u32 = 400;

/// Statements that stay prepared; more than there are.
const PREPARED_STATEMENTS: usize = 64;

/// A project's database. Clones share one connection.
///
/// Several processes may have the same database open. Every append is one transaction; when it returns, the records
/// survive the death of the process and of any other one. A power cut can lose the last of them (`synchronous = NORMAL`:
/// an fsync per append would cost more than the append), but never leaves half of an append or a broken chain.
#[derive(Clone, Debug)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    connection: Mutex<Connection>,
}

impl Store {
    /// Opens the database at `path`, or creates it: readable by its owner only, like the folders that have to be made for
    /// it. An older schema is brought up to date.
    ///
    /// # Errors
    /// [`StoreError::Newer`] for the database of a newer program, [`StoreError::Damaged`] for a file that is no database.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        create(path, folder)?;
        let connection = connect(path, folder)?;
        Ok(Self { inner: Arc::new(Inner { path: path.to_owned(), connection: Mutex::new(connection) }) })
    }

    /// Where the database is.
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// Reads in one transaction: everything `query` sees belongs together.
    pub(crate) fn read<T>(
        &self,
        action: &'static str,
        query: impl FnOnce(&Transaction<'_>) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        self.within(TransactionBehavior::Deferred, query).map_err(|fault| fault.at(action, self.path()))
    }

    /// Writes in one transaction that has the write lock from its first statement on, so that nothing it has read can
    /// change before it commits.
    pub(crate) fn write<T>(
        &self,
        action: &'static str,
        change: impl FnOnce(&Transaction<'_>) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        self.within(TransactionBehavior::Immediate, change).map_err(|fault| fault.at(action, self.path()))
    }

    fn within<T>(
        &self,
        behavior: TransactionBehavior,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        // A panic inside a transaction rolls it back: the connection is as good as before.
        let mut connection = self.inner.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = connection.transaction_with_behavior(behavior)?;
        let value = work(&transaction)?;
        transaction.commit()?;
        Ok(value)
    }
}

/// Makes the file and its folders where they are missing.
fn create(path: &Path, folder: &Path) -> Result<(), StoreError> {
    if path.exists() {
        return Ok(());
    }
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|source| StoreError::Create { path: folder.to_owned(), source })?;
    // SQLite gives its -wal and -shm files the mode of the database.
    OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)
        .map_err(|source| StoreError::Create { path: path.to_owned(), source })?;
    Ok(())
}

fn connect(path: &Path, folder: &Path) -> Result<Connection, StoreError> {
    let fault = |error: rusqlite::Error| Fault::from(error).at("open the journal", path);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).map_err(fault)?;
    connection.busy_timeout(Duration::from_millis(BUSY_TIMEOUT_MS)).map_err(fault)?;
    connection.set_prepared_statement_cache_capacity(PREPARED_STATEMENTS);
    let found = schema::version(&connection).map_err(fault)?;
    if found > schema::VERSION {
        return Err(StoreError::Newer { path: path.to_owned(), found, known: schema::VERSION });
    }
    if found < schema::VERSION {
        set_up(&mut connection, path, folder)?;
    }
    connection.pragma_update(None, "synchronous", "NORMAL").map_err(fault)?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES).map_err(fault)?;
    // The last process to close would otherwise move the write-ahead log into the database, and the next one would begin
    // a new log: an fsync each, on the path of every short command. Opening, two appends and closing together take 2 ms
    // instead of 40 ms (debug build on a busy machine, 2026-11-23).
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(fault)?;
    Ok(connection)
}

/// Switches to the write-ahead log and brings the schema up to date, one process at a time: SQLite does not wait for
/// others when it changes the journal mode, and the version is read outside the migration's transaction.
fn set_up(connection: &mut Connection, path: &Path, folder: &Path) -> Result<(), StoreError> {
    let io = |source| StoreError::Create { path: path.to_owned(), source };
    // Locked until `lock` goes out of scope. The folder serves as lock file, so that no further file lies around.
    let lock = File::open(folder).map_err(io)?;
    lock.lock().map_err(io)?;
    connection
        .pragma_update(None, "journal_mode", "WAL")
        .map_err(|error| Fault::from(error).at("open the journal", path))?;
    schema::migrate(connection).map_err(|source| match source {
        rusqlite_migration::Error::RusqliteError { err, .. } => Fault::from(err).at("update the schema", path),
        source => StoreError::Migration { path: path.to_owned(), source },
    })
}
