//! The life of a stage in one run: its states and the one table of transitions.

use serde::{Deserialize, Serialize};

use crate::id::CacheKey;
use crate::outcome::{Qualifier, RunResult};

/// Where a stage stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum StageState {
    /// Something it needs has not passed yet.
    Pending,
    /// It could start now.
    Ready,
    /// Somebody looks whether its outputs are kept.
    Checking,
    /// Its outputs are put back.
    Restoring { key: CacheKey },
    /// Nothing that it depends on has changed, and its outputs are there.
    CacheHit { key: CacheKey },
    /// An attempt in the workspace is under way.
    Running { attempt: u32 },
    /// An attempt has passed, and its outputs are being kept; what needs it may not change them meanwhile.
    Storing { attempt: u32 },
    /// It passed.
    Passed { attempt: u32, qualifier: Qualifier },
    /// The tools said no.
    Failed { attempt: u32 },
    /// Its time was up.
    TimedOut { attempt: u32 },
    /// The engine or a plugin broke.
    Broken { attempt: u32 },
    /// The engine died while it ran.
    Lost { attempt: u32 },
    /// Somebody stopped it.
    Cancelled,
    /// It was not needed or could not be reached.
    Skipped { reason: String },
}

/// What can happen to a stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StageEvent {
    /// Everything it needs has passed, or it may run once more.
    Unblocked,
    /// A look into the cache begins.
    LookedUp,
    /// Nothing usable is kept.
    Missed,
    /// Something is kept.
    Found { key: CacheKey },
    /// What was kept is in the workspace.
    Restored,
    /// An attempt begins.
    Started { attempt: u32 },
    /// The attempt ended well, and its outputs are to be kept.
    Saving,
    /// The attempt ended; the qualifier is the least that earlier failures of the run allow.
    Succeeded { qualifier: Qualifier },
    /// The attempt ended: the tools said no.
    Failed,
    /// The attempt ended: time was up.
    TimedOut,
    /// The attempt ended: the engine or a plugin broke.
    Broke,
    /// The attempt was under way when the engine died.
    WasLost,
    /// Somebody stopped the run.
    Cancelled,
    /// It is not needed or cannot be reached.
    Skipped { reason: String },
    /// A verified trial took the failed attempt's place.
    Adopted { attempt: u32, qualifier: Qualifier },
}

/// A pair that the table does not know: a bug of the engine.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("move a stage from {from:?} on {event:?}")]
pub struct IllegalStageStep {
    /// The state.
    pub from: StageState,
    /// What happened.
    pub event: StageEvent,
}

impl StageState {
    /// The table.
    pub fn on(&self, event: StageEvent) -> Result<Self, IllegalStageStep> {
        use StageEvent as E;
        use StageState as S;
        Ok(match (self, event) {
            (S::Pending, E::Unblocked) => S::Ready,
            (S::Pending | S::Ready, E::Skipped { reason }) => S::Skipped { reason },
            (S::Pending | S::Ready | S::Running { .. }, E::Cancelled) => S::Cancelled,
            (S::Ready, E::LookedUp) => S::Checking,
            (S::Checking | S::Restoring { .. }, E::Missed) => S::Ready,
            (S::Checking, E::Found { key }) => S::Restoring { key },
            (S::Restoring { key }, E::Restored) => S::CacheHit { key: key.clone() },
            (S::Ready, E::Started { attempt }) => S::Running { attempt },
            (S::Running { attempt }, E::Saving) => S::Storing { attempt: *attempt },
            (S::Running { attempt } | S::Storing { attempt }, E::Succeeded { qualifier }) => {
                S::Passed { attempt: *attempt, qualifier }
            }
            (S::Running { attempt }, E::Failed) => S::Failed { attempt: *attempt },
            (S::Running { attempt }, E::TimedOut) => S::TimedOut { attempt: *attempt },
            (S::Running { attempt } | S::Lost { attempt }, E::Broke) => S::Broken { attempt: *attempt },
            (S::Running { attempt }, E::WasLost) => S::Lost { attempt: *attempt },
            (S::Lost { .. } | S::Failed { .. } | S::TimedOut { .. }, E::Unblocked) => S::Ready,
            (S::Failed { .. } | S::TimedOut { .. }, E::Adopted { attempt, qualifier }) => {
                S::Passed { attempt, qualifier }
            }
            (from, event) => return Err(IllegalStageStep { from: from.clone(), event }),
        })
    }

    /// Whether somebody is at work for it in the workspace: an attempt, or the cache.
    pub fn is_at_work(&self) -> bool {
        matches!(self, Self::Running { .. } | Self::Checking | Self::Restoring { .. } | Self::Storing { .. })
    }

    /// Whether it passed, now or when its outputs were kept.
    pub fn is_passed(&self) -> bool {
        matches!(self, Self::Passed { .. } | Self::CacheHit { .. })
    }

    /// Whether nothing more happens to it, unless an incident brings it back.
    pub fn is_settled(&self) -> bool {
        !self.is_at_work() && !matches!(self, Self::Pending | Self::Ready | Self::Lost { .. })
    }

    /// The result word of a settled stage.
    pub fn result(&self) -> Option<RunResult> {
        Some(match self {
            Self::Passed { .. } | Self::CacheHit { .. } => RunResult::Success,
            Self::Failed { .. } => RunResult::Failure,
            Self::TimedOut { .. } => RunResult::Timeout,
            Self::Broken { .. } | Self::Lost { .. } => RunResult::Error,
            Self::Cancelled => RunResult::Cancellation,
            Self::Skipped { .. } => RunResult::Skip,
            Self::Pending | Self::Ready => return None,
            Self::Checking | Self::Restoring { .. } | Self::Running { .. } | Self::Storing { .. } => return None,
        })
    }
}

#[cfg(test)]
pub(crate) mod tests;
