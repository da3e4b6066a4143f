//! The plugin's own durable key-value store. Needs the grant `state`.

use super::backend;

pub use crate::bindings::capabilities::selfheal::plugin::state::StateError;

/// Returns the value of a key, if there is one.
///
/// # Errors
/// When reading failed.
pub fn get(key: &str) -> Result<Option<Vec<u8>>, StateError> {
    backend::state::get(key)
}

/// Sets the value of a key; kept when the role function returns without a trap.
///
/// # Errors
/// When the value (64 KiB) or the store (4 MiB) is over its limit, or writing failed.
pub fn set(key: &str, value: &[u8]) -> Result<(), StateError> {
    backend::state::set(key, value)
}

/// Removes a key; one that does not exist is fine.
///
/// # Errors
/// When writing failed.
pub fn remove(key: &str) -> Result<(), StateError> {
    backend::state::remove(key)
}

/// Returns the keys that start with `prefix`, sorted, at most 1,000.
///
/// # Errors
/// When reading failed.
pub fn keys(prefix: &str) -> Result<Vec<String>, StateError> {
    backend::state::keys(prefix)
}
