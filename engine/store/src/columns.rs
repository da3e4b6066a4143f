//! How Rust values are kept in columns.

use pipeline::time::Timestamp;
use rusqlite::{Row, Rows};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde::de::value::{Error as WordError, StrDeserializer};

use crate::error::Fault;

/// SQLite's integers are signed; a number that does not fit (beyond 2^63) is kept as the largest that does.
pub(crate) fn integer(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// A number that was kept with [`integer`].
pub(crate) fn unsigned(row: &Row<'_>, column: &str) -> rusqlite::Result<u64> {
    Ok(u64::try_from(row.get::<_, i64>(column)?).unwrap_or(0))
}

/// A number that may be missing.
pub(crate) fn optional_unsigned(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<u64>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(|value| u64::try_from(value).unwrap_or(0)))
}

/// A moment.
pub(crate) fn moment(row: &Row<'_>, column: &str) -> rusqlite::Result<Timestamp> {
    Ok(Timestamp(unsigned(row, column)?))
}

/// A moment that may be missing.
pub(crate) fn optional_moment(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Timestamp>> {
    Ok(optional_unsigned(row, column)?.map(Timestamp))
}

/// A value of an enum, kept as its word.
pub(crate) fn word<T: DeserializeOwned>(row: &Row<'_>, column: &'static str) -> Result<T, Fault> {
    parse(column, &row.get::<_, String>(column)?)
}

/// A value of an enum that may be missing.
pub(crate) fn optional_word<T: DeserializeOwned>(row: &Row<'_>, column: &'static str) -> Result<Option<T>, Fault> {
    row.get::<_, Option<String>>(column)?.map(|text| parse(column, &text)).transpose()
}

/// Converts every row.
pub(crate) fn collect<T>(mut rows: Rows<'_>, convert: impl Fn(&Row<'_>) -> Result<T, Fault>) -> Result<Vec<T>, Fault> {
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(convert(row)?);
    }
    Ok(all)
}

fn parse<T: for<'de> Deserialize<'de>>(column: &'static str, text: &str) -> Result<T, Fault> {
    let deserializer: StrDeserializer<'_, WordError> = serde::de::IntoDeserializer::into_deserializer(text);
    T::deserialize(deserializer).map_err(|_| Fault::Word { column, word: text.to_owned() })
}
