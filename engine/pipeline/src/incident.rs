//! The life of one failure: its states, the one table of transitions, and how it can end.
//!
//! What is decided in each state lives in [`crate::healing`]; this file only knows what may follow what.

use serde::{Deserialize, Serialize};

/// Where an incident stands. Names are those of design.md section 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IncidentState {
    /// A stage failed; other stages of the workspace are allowed to end first.
    Detected,
    /// The evidence is being read.
    Diagnosing,
    /// The cause is known, or known to be unknown; the healers are asked.
    Classified,
    /// The proposals are weighed.
    Planned,
    /// What is asked for takes longer than a run may wait.
    Held,
    /// Nothing is tried.
    Reported,
    /// A verified patch waits for a person.
    AwaitingApproval,
    /// The steps of a remedy are carried out in scratch.
    Applying,
    /// The failed stage, and what the policy adds, runs in scratch.
    Verifying,
    /// The remedy helped and is in the workspace.
    Healed,
    /// It passed, but also without the remedy.
    FlakySuspect,
    /// It passed when it was run again, and a person vouches that its failure is flaky.
    Quarantined,
    /// The remedy did not help.
    Ineffective,
    /// The remedy broke something that worked, or did what nobody may do.
    Worsened,
    /// The scratch is thrown away.
    Reverting,
    /// A person has to take over.
    Escalated,
    /// Another incident has the same cause and takes care of the stage.
    Joined,
    /// The remedy is benched for good.
    Poisoned,
    /// The run ended first.
    Superseded,
    /// It is over.
    Recorded,
}

/// What can happen to an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IncidentEvent {
    /// The workspace is quiet; the evidence can be read.
    Begun,
    /// The evidence was read.
    Diagnosed,
    /// The healers answered.
    Answered,
    /// A person vouches for the failure: the stage may run again.
    Licensed,
    /// A remedy was chosen.
    Chosen,
    /// The best remedy asks for a wait that is too long.
    TooLong,
    /// The mode or the lack of proposals says: tell, do not touch.
    ToldOnly,
    /// Nobody but a person can help.
    HandedOver,
    /// The steps are done.
    Prepared,
    /// A step failed, or the stage failed the same way.
    DidNotHelp,
    /// The failure is gone and the next one of the same stage appeared.
    Progressed,
    /// Something that worked is broken, or the never-list was touched.
    BrokeSomething,
    /// The stage passed without the remedy too.
    WasLuck,
    /// The stage passed unchanged, which a person vouches for.
    PassedAgain,
    /// All of it passed and is in the workspace.
    Kept,
    /// All of it passed and lies ready as a patch.
    Offered,
    /// The scratch has to go.
    Undo,
    /// Another incident of the same moment came first; what was tried counts for nothing.
    PutOff,
    /// The scratch is gone; another remedy may be tried.
    Again,
    /// The scratch is gone; the remedy is never tried again.
    Benched,
    /// The run ends.
    Overtaken,
    /// Another incident has the same cause.
    TakenIn,
    /// It is written down.
    Closed,
}

/// How an incident ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IncidentEnd {
    /// A remedy helped and is in the workspace.
    Healed,
    /// It passed, but also without the remedy.
    FlakySuspect,
    /// It passed when it was run again, and a person vouches that its failure is flaky.
    Quarantined,
    /// A remedy helped; it changes versioned files and waits for a person as a patch.
    Proposed,
    /// Nothing was tried: the mode says so, or nothing fits.
    Reported,
    /// A person has to take over; the ticket is written.
    Escalated,
    /// Another incident of the run has the same cause, and takes care of the stage as well.
    Joined,
    /// Undoing failed: somebody has to look now.
    Stuck,
    /// The run was stopped before it ended.
    Superseded,
}

impl IncidentEnd {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Healed => "healed",
            Self::FlakySuspect => "flaky-suspect",
            Self::Quarantined => "quarantined",
            Self::Proposed => "proposed",
            Self::Reported => "reported",
            Self::Escalated => "escalated",
            Self::Joined => "joined",
            Self::Stuck => "stuck",
            Self::Superseded => "superseded",
        }
    }
}

/// A pair that the table does not know: a bug of the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("move an incident from {from:?} on {event:?}")]
pub struct IllegalIncidentStep {
    /// The state.
    pub from: IncidentState,
    /// What happened.
    pub event: IncidentEvent,
}

impl IncidentState {
    /// Every state, for tests and diagrams.
    pub const ALL: [Self; 20] = [
        Self::Detected,
        Self::Diagnosing,
        Self::Classified,
        Self::Planned,
        Self::Held,
        Self::Reported,
        Self::AwaitingApproval,
        Self::Applying,
        Self::Verifying,
        Self::Healed,
        Self::FlakySuspect,
        Self::Quarantined,
        Self::Ineffective,
        Self::Worsened,
        Self::Reverting,
        Self::Escalated,
        Self::Joined,
        Self::Poisoned,
        Self::Superseded,
        Self::Recorded,
    ];

    /// The table.
    pub fn on(self, event: IncidentEvent) -> Result<Self, IllegalIncidentStep> {
        use IncidentEvent as E;
        use IncidentState as S;
        Ok(match (self, event) {
            (S::Detected, E::Begun) => S::Diagnosing,
            (S::Diagnosing, E::Diagnosed) => S::Classified,
            (S::Classified, E::Answered) => S::Planned,
            (S::Classified, E::TakenIn) => S::Joined,
            (S::Classified, E::Licensed) => S::Applying,
            (S::Classified | S::Planned, E::ToldOnly) => S::Reported,
            (S::Planned, E::Chosen) => S::Applying,
            (S::Planned, E::TooLong) => S::Held,
            (S::Planned | S::Held, E::HandedOver) => S::Escalated,
            (S::Held, E::ToldOnly) => S::Reported,
            (S::Applying, E::Prepared) => S::Verifying,
            (S::Applying | S::Verifying, E::DidNotHelp) => S::Ineffective,
            (S::Applying | S::Verifying, E::BrokeSomething) => S::Worsened,
            (S::Verifying, E::Progressed) => S::Classified,
            (S::Verifying, E::WasLuck) => S::FlakySuspect,
            (S::Verifying, E::PassedAgain) => S::Quarantined,
            (S::Verifying, E::Kept) => S::Healed,
            (S::Verifying, E::Offered) => S::AwaitingApproval,
            (S::Planned | S::Ineffective | S::Worsened, E::Undo) => S::Reverting,
            (S::Applying | S::Verifying, E::PutOff) => S::Reverting,
            (S::Reverting, E::Again) => S::Classified,
            (S::Reverting, E::Benched) => S::Poisoned,
            (S::Poisoned, E::Again) => S::Classified,
            (
                S::Healed
                | S::FlakySuspect
                | S::Quarantined
                | S::AwaitingApproval
                | S::Reported
                | S::Escalated
                | S::Joined
                | S::Superseded,
                E::Closed,
            ) => S::Recorded,
            (S::Recorded, event) => return Err(IllegalIncidentStep { from: self, event }),
            (_, E::Overtaken) => S::Superseded,
            (from, event) => return Err(IllegalIncidentStep { from, event }),
        })
    }
}

#[cfg(test)]
pub(crate) mod tests;
