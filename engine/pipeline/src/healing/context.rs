//! What an incident may know about the run that it belongs to.

use std::collections::BTreeSet;

use crate::choice::ArmRecord;
use crate::definition::{Pipeline, Stage};
use crate::event::Machine;
use crate::id::{RemedyKey, Signature, StageName};
use crate::policy::breaker::Breakers;
use crate::run::{Attempts, Draws};
use crate::time::Timestamp;

/// The other stages of a run, as an incident about one of them sees them; both in an order that respects their needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// Stages that passed before.
    pub passed: Vec<StageName>,
    /// All other stages that the run would still reach if the failed one passed.
    pub ahead: Vec<StageName>,
}

/// What an incident may know about its run.
pub struct Context<'a> {
    /// The definition.
    pub pipeline: &'a Pipeline,
    /// The stage that failed.
    pub stage: &'a Stage,
    /// The other stages, if those of the given names that failed counted as repaired. A function, because only few facts
    /// need the answer and it costs a look at every stage.
    pub surroundings: &'a dyn Fn(&[StageName]) -> Surroundings,
    /// What is known about remedies.
    pub learned: &'a [ArmRecord],
    /// Remedies that are not tried against a signature again.
    pub benched: &'a mut BTreeSet<(Signature, RemedyKey)>,
    /// What is left alone for a while because it failed again and again.
    pub breakers: &'a mut Breakers,
    /// The machine.
    pub machine: Machine,
    /// Homes of the Java development kits that a remedy may choose.
    pub java_homes: &'a [String],
    /// Random numbers.
    pub draws: &'a mut Draws,
    /// Numbers for attempts.
    pub attempts: &'a mut Attempts,
    /// Whether other incidents are worked on at the same time.
    pub is_beside_others: bool,
    /// Now.
    pub now: Timestamp,
}
