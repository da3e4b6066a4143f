//! The life of a stage in one run: its states and the one table of transitions.

use serde::{Deserialize, Serialize};

use crate::outcome::{Qualifier, RunResult};

/// Where a stage stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum StageState {
    /// Something it needs has not passed yet.
    Pending,
    /// It could start now.
    Ready,
    /// An attempt in the workspace is under way.
    Running { attempt: u32 },
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
    /// An attempt begins.
    Started { attempt: u32 },
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
            (S::Ready, E::Started { attempt }) => S::Running { attempt },
            (S::Running { attempt }, E::Succeeded { qualifier }) => S::Passed { attempt: *attempt, qualifier },
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

    /// Whether an attempt in the workspace is under way.
    pub fn is_running(&self) -> bool {
        matches!(self, Self::Running { .. })
    }

    /// Whether it passed.
    pub fn is_passed(&self) -> bool {
        matches!(self, Self::Passed { .. })
    }

    /// Whether nothing more happens to it, unless an incident brings it back.
    pub fn is_settled(&self) -> bool {
        !matches!(self, Self::Pending | Self::Ready | Self::Running { .. } | Self::Lost { .. })
    }

    /// The result word of a settled stage.
    pub fn result(&self) -> Option<RunResult> {
        Some(match self {
            Self::Passed { .. } => RunResult::Success,
            Self::Failed { .. } => RunResult::Failure,
            Self::TimedOut { .. } => RunResult::Timeout,
            Self::Broken { .. } | Self::Lost { .. } => RunResult::Error,
            Self::Cancelled => RunResult::Cancellation,
            Self::Skipped { .. } => RunResult::Skip,
            Self::Pending | Self::Ready | Self::Running { .. } => return None,
        })
    }
}

#[cfg(test)]
pub(crate) mod tests;
