//! Small values that outlive runs, e.g. what the user was told already.

use rusqlite::{OptionalExtension as _, params};

use crate::error::StoreError;
use crate::store::Store;

impl Store {
    /// The value of a setting, if it has one.
    pub fn setting(&self, key: &str) -> Result<Option<String>, StoreError> {
        self.read("read a setting", |transaction| {
            let mut statement = transaction.prepare_cached("SELECT value FROM settings WHERE key = ?1")?;
            Ok(statement.query_row([key], |row| row.get(0)).optional()?)
        })
    }

    /// Gives a setting a value.
    pub fn set_setting(&self, key: &str, value: &str) -> Result<(), StoreError> {
        self.write("write a setting", |transaction| {
            transaction
                .prepare_cached("INSERT OR REPLACE INTO settings (key, value) VALUES (?1, ?2)")?
                .execute(params![key, value])?;
            Ok(())
        })
    }

    /// Takes a setting's value away.
    pub fn remove_setting(&self, key: &str) -> Result<(), StoreError> {
        self.write("remove a setting", |transaction| {
            transaction.prepare_cached("DELETE FROM settings WHERE key = ?1")?.execute([key])?;
            Ok(())
        })
    }
}
