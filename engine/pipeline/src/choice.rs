//! Which remedy first: seeded Thompson sampling over what happened before.

use serde::{Deserialize, Serialize};

/// What is known about one strategy against one class of failures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ArmRecord {
    /// Finding code, the signature's class.
    pub code: String,
    /// Strategy code.
    pub strategy: String,
    /// Decayed number of verified heals.
    pub healed: f64,
    /// Decayed number of trials that did not help.
    pub failed: f64,
}
