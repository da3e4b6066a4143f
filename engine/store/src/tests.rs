//! Behaviour of the store, through its public functions; what a stranger might do to the file goes through a connection of
//! its own.
#![allow(clippy::unwrap_used)]

mod sample;

mod chain;
mod claims;
mod crash;
mod derived;
mod floors;
mod history;
mod journal;
mod learning;
mod machine;
mod opening;
mod past;
mod people;
mod promotion;
mod tickets;

use std::path::Path;

use rusqlite::Connection;
use tempfile::TempDir;

use crate::Store;

/// A store in a folder of its own; the folder goes when the first part is dropped.
fn empty() -> (TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("journal.db")).unwrap();
    (folder, store)
}

/// Somebody else's connection to a database.
fn raw(path: &Path) -> Connection {
    Connection::open(path).unwrap()
}

/// Every row of the derived tables as text.
fn derived_rows(path: &Path) -> Vec<String> {
    let connection = raw(path);
    let mut all = Vec::new();
    for table in crate::schema::DERIVED_TABLES {
        let mut statement = connection.prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2, 3")).unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let values: Vec<String> =
                (0..columns).map(|column| format!("{:?}", row.get_ref(column).unwrap())).collect();
            all.push(format!("{table}: {}", values.join(" ")));
        }
    }
    all
}
