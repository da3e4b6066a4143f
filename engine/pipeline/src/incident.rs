//! The life of one failure.

use serde::{Deserialize, Serialize};

/// How an incident ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IncidentEnd {
    /// A remedy helped and is in the workspace.
    Healed,
    /// It passed, but also without the remedy.
    FlakySuspect,
    /// A remedy helped; it changes versioned files and waits for a person as a patch.
    Proposed,
    /// Nothing was tried: the mode says so, or nothing fits.
    Reported,
    /// A person has to take over; the ticket is written.
    Escalated,
    /// A remedy did what nobody may do; it was undone.
    Poisoned,
    /// Undoing failed: somebody has to look now.
    Stuck,
    /// The run was stopped before it ended.
    Superseded,
}
