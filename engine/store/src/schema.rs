//! The tables, and how older databases get them.

use rusqlite::Connection;
use rusqlite_migration::{M, Migrations};

/// The derived tables as they are now; a rebuild creates them from this text.
const DERIVED: &str = include_str!("schema/derived.sql");

/// Derived tables, in an order in which they can be dropped.
pub(crate) const DERIVED_TABLES: [&str; 5] = ["trials", "incidents", "stages", "attempts", "runs"];

/// One entry per schema version, oldest first; an entry that was released never changes. An entry that needs other derived
/// tables drops and creates them, and folds the journal again in its hook.
const STEPS: &[M<'static>] = &[M::up(concat!(include_str!("schema/journal.sql"), include_str!("schema/derived.sql")))];

/// The newest version.
pub(crate) const VERSION: u32 = 1;

/// Brings a database of version `VERSION` or older to `VERSION`.
pub(crate) fn migrate(connection: &mut Connection) -> Result<(), rusqlite_migration::Error> {
    Migrations::from_slice(STEPS).to_latest(connection)
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
