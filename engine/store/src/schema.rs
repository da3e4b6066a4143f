//! The tables, and how older databases get them.

use rusqlite::Connection;
use rusqlite_migration::{HookError, M, Migrations};

use crate::error::Fault;
use crate::journal;

/// The derived tables as they are now; a rebuild creates them from this text.
const DERIVED: &str = include_str!("schema/derived.sql");

/// Derived tables, in an order in which they can be dropped.
pub(crate) const DERIVED_TABLES: [&str; 15] = [
    "trials",
    "incidents",
    "stages",
    "attempts",
    "runs",
    "shadowed",
    "patches",
    "tickets",
    "verdicts",
    "approved_files",
    "imported_outcomes",
    "imported_benched",
    "imported_durations",
    "floors",
    "floors_given",
];

/// The newest version.
pub(crate) const VERSION: u32 = 3;

/// One entry per schema version, oldest first; what an entry does to the journal never changes once it was released. The last
/// one rebuilds all derived tables in its hook, so that the entries before it need not make any.
fn steps() -> Vec<M<'static>> {
    let rebuild = |transaction: &rusqlite::Transaction<'_>| {
        journal::rebuild(transaction).map_err(|fault| match fault {
            Fault::Sqlite(error) => HookError::RusqliteError(error),
            Fault::Store(error) => HookError::Hook(error.to_string()),
            Fault::Word { column, word } => HookError::Hook(format!("{column}: {word:?}")),
        })
    };
    vec![M::up(include_str!("schema/journal.sql")), M::up(""), M::up_with_hook("", rebuild)]
}

/// Brings a database of version `VERSION` or older to `VERSION`.
pub(crate) fn migrate(connection: &mut Connection) -> Result<(), rusqlite_migration::Error> {
    Migrations::new(steps()).to_latest(connection)
}

/// Version of an open database; 0 for an empty one.
pub(crate) fn version(connection: &Connection) -> rusqlite::Result<u32> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

/// Replaces the derived tables by empty ones.
pub(crate) fn recreate_derived(connection: &Connection) -> rusqlite::Result<()> {
    for table in DERIVED_TABLES {
        connection.execute_batch(&format!("DROP TABLE IF EXISTS {table}"))?;
    }
    connection.execute_batch(DERIVED)
}
