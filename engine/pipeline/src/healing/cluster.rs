//! Several failures at once: incidents wait for their turn, and those with the same cause become one.
//!
//! The stages of a cluster are verified with the leader's own: in the same scratch, under the same conditions, before anything is
//! kept. A stage that fails there leaves the cluster, so that it cannot hold the others back; it runs again afterwards, and a
//! further failure is an incident of its own.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::{Conditions, Context, HealingError, Incident, Task, UNKNOWN_CODE};
use crate::definition::Stage;
use crate::event::Decision;
use crate::finding::Finding;
use crate::id::{IncidentId, Signature, StageName};
use crate::incident::{IncidentEnd, IncidentEvent};
use crate::outcome::Outcome;
use crate::remedy::Limits;

/// Another stage with the same failure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Joined {
    /// The stage.
    pub stage: StageName,
    /// How it stands with the remedy on trial.
    pub standing: Standing,
}

/// How a stage of a cluster stands with the remedy on trial.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Standing {
    /// It has not been verified.
    Open,
    /// It passed in the scratch: the attempt and how it ended.
    Passed { attempt: u32, outcome: Box<Outcome> },
    /// It failed there.
    Left,
}

impl Incident {
    /// Whether it waits for its turn.
    pub fn awaits_turn(&self) -> bool {
        matches!(self.task, Task::Turn(_))
    }

    /// The stages that it takes care of besides its own.
    pub fn joined(&self) -> &[Joined] {
        &self.joined
    }

    /// The root cause, where that makes two failures one: nobody knows whether two unknown causes are the same, and a
    /// person's word is for one stage.
    pub fn shared_cause(&self, ctx: &Context<'_>) -> Option<Signature> {
        let known = |root: &&Finding| root.code != UNKNOWN_CODE && self.licence(ctx).is_none();
        self.root().filter(known).map(|root| root.signature.clone())
    }

    /// Ends it as a part of another one.
    pub fn join(&mut self, into: &IncidentId) -> Result<Vec<Decision>, HealingError> {
        self.go(IncidentEvent::TakenIn)?;
        self.task = Task::Nothing;
        let (incident, stage) = (self.id.clone(), self.stage.clone());
        let mut decisions = vec![Decision::JoinIncident { incident, stage, into: into.clone() }];
        decisions.extend(self.close(IncidentEnd::Joined, None)?);
        Ok(decisions)
    }

    /// Takes care of another stage with the same failure from now on.
    pub fn take_in(&mut self, stage: StageName) {
        self.joined.push(Joined { stage, standing: Standing::Open });
    }

    /// Asks the healers before its turn, if they are to be asked first of all.
    pub fn ask_ahead(&mut self, ctx: &mut Context<'_>) -> Option<Decision> {
        if self.licence(ctx).is_some() {
            return None;
        }
        let question = self.ask(ctx);
        self.task = Task::ProposalsAhead;
        Some(question)
    }

    /// Begins to do something about it. `is_stale` says that the workspace has changed since the healers were asked.
    pub fn take_turn(&mut self, freshness: Freshness, ctx: &mut Context<'_>) -> Result<Vec<Decision>, HealingError> {
        match (std::mem::replace(&mut self.task, Task::Nothing), freshness) {
            (Task::Turn(Some(answer)), Freshness::Fresh) => self.on_proposals(&answer.remedies, &answer.versioned, ctx),
            (Task::Turn(Some(_)), Freshness::Stale) => Ok(vec![self.ask(ctx)]),
            (Task::Turn(None), _) => self.take_up(ctx),
            (task, _) => Err(HealingError::Unexpected {
                incident: self.id.clone(),
                task: format!("{task:?}").chars().take(40).collect(),
                fact: "its turn".to_owned(),
            }),
        }
    }

    /// Names of the other stages that count as repaired by the remedy on trial, as far as anybody knows.
    pub(super) fn attached(&self) -> Vec<StageName> {
        let joined = self.joined.iter().filter(|joined| joined.standing != Standing::Left);
        joined.map(|joined| joined.stage.clone()).collect()
    }

    /// Begins the verification of a cluster anew.
    pub(super) fn reopen_cluster(&mut self) {
        self.joined.iter_mut().for_each(|joined| joined.standing = Standing::Open);
    }

    /// Notes how a stage of the cluster ended in the scratch; `false` for another stage.
    pub(super) fn note_joined(&mut self, stage: &StageName, attempt: u32, outcome: &Outcome) -> bool {
        let is_open = |joined: &&mut Joined| joined.stage == *stage && joined.standing == Standing::Open;
        let Some(joined) = self.joined.iter_mut().find(is_open) else { return false };
        joined.standing = if outcome.is_success() {
            Standing::Passed { attempt, outcome: Box::new(outcome.clone()) }
        } else {
            Standing::Left
        };
        true
    }

    /// What is still to be verified when a stage has left the cluster: not what waits for it.
    pub(super) fn without_dependents(&self, left: VecDeque<StageName>, ctx: &Context<'_>) -> VecDeque<StageName> {
        let attached = self.attached();
        let around = (ctx.surroundings)(&attached);
        let is_kept = |name: &StageName| {
            *name == self.stage
                || [&attached, &around.passed, &around.ahead].into_iter().any(|names| names.contains(name))
        };
        left.into_iter().filter(is_kept).collect()
    }

    /// What a ticket says about the other stages, as a section of Markdown; nothing where there are none.
    pub(super) fn word_of_cluster(&self) -> String {
        if self.joined.is_empty() {
            return String::new();
        }
        let names: Vec<String> = self.joined.iter().map(|joined| format!("- {}", joined.stage)).collect();
        format!("\n\n## Other stages that failed in the same way\n\n{}\n", names.join("\n"))
    }
}

/// Whether the workspace is as it was when the healers were asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// It is.
    Fresh,
    /// Something was committed since.
    Stale,
}

/// What a stage of a cluster runs under: its own command, with what remedies gave the leader's.
pub(super) fn shared_conditions(stage: &Stage, trial: &Conditions) -> Conditions {
    let limits = trial.eased.iter().fold(stage.limits.clone(), |limits, change| eased(&limits, change));
    Conditions { env: trial.env.clone(), limits, ..Conditions::of(stage) }
}

/// A remedy's change of limits for a stage that has others: none gets tighter than it was.
fn eased(own: &Limits, change: &Limits) -> Limits {
    // What has no limit needs none; only jobs are eased by a smaller number.
    let wider = |own: Option<u64>, change: Option<u64>| own.map(|own| change.map_or(own, |change| own.max(change)));
    Limits {
        timeout_ms: wider(own.timeout_ms, change.timeout_ms),
        memory_bytes: wider(own.memory_bytes, change.memory_bytes),
        cpu_ms: wider(own.cpu_ms, change.cpu_ms),
        open_files: wider(own.open_files, change.open_files),
        jobs: [own.jobs, change.jobs].into_iter().flatten().min(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remedys_limits_tighten_those_of_no_other_stage() {
        let own = Limits { memory_bytes: Some(4), timeout_ms: Some(1), jobs: Some(4), ..Limits::default() };
        let change =
            Limits { memory_bytes: Some(2), timeout_ms: Some(3), open_files: Some(9), jobs: Some(1), cpu_ms: None };
        let after = Limits { memory_bytes: Some(4), timeout_ms: Some(3), jobs: Some(1), ..Limits::default() };
        assert_eq!(eased(&own, &change), after);
    }
}
