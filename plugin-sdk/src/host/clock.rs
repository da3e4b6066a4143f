//! The time, as the run sees it. Needs the grant `clock`.

use std::time::Duration;

use super::backend;

/// Returns the time since 1970-01-01T00:00:00Z at the moment the role function was called; the same during the whole call.
pub fn now() -> Duration {
    Duration::from_millis(backend::clock::now_ms())
}
