//! A run: facts in, decisions out.
//!
//! [`Run`] is the only state of a run. It is a fold over the facts: feeding the same facts, with the same times, to a new
//! one gives the same decisions. It schedules stages, opens an [`Incident`] for each failure, lets the workspace fall quiet
//! before an incident is worked on, and ends when every stage is settled.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use crate::choice::ArmRecord;
use crate::definition::Pipeline;
use crate::event::{Decision, Fact, LostAttempt, Machine, Purpose};
use crate::floor;
use crate::healing::{HealingError, Incident};
use crate::id::{IncidentId, RemedyKey, RunId, Signature, StageName};
use crate::outcome::{Outcome, Qualifier, RunResult};
use crate::policy::breaker::Breakers;
use crate::policy::budget::Budget;
use crate::source::EarlierFailure;
use crate::stage::{IllegalStageStep, StageEvent, StageState};
use crate::time::Timestamp;

mod caching;
mod ending;
mod incidents;
mod numbers;
mod policy;
mod resume;
mod roster;
mod stages;
mod suspects;
mod turns;

use caching::Caching;
pub use numbers::{Attempts, Draws};
use stages::Stages;
use turns::Turns;

/// Incidents that one stage may have in one run. A stage that fails again after a heal or a lucky pass gets another one;
/// more than this many means that nothing holds.
const MAX_INCIDENTS_PER_STAGE: usize = 3;

/// A fact that cannot be: a bug of the engine.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StepError {
    /// The table of stages says no.
    #[error(transparent)]
    Stage(#[from] IllegalStageStep),
    /// An incident cannot take the fact.
    #[error(transparent)]
    Healing(#[from] HealingError),
    /// The fact names a stage that the pipeline does not have.
    #[error("take a fact about stage {0}, which the pipeline does not have")]
    NoStage(StageName),
    /// The fact names an incident that the run does not have.
    #[error("take a fact about incident {0}, which the run does not have")]
    NoIncident(IncidentId),
    /// The first fact of a journal is something else than the start of a run.
    #[error("begin a run with another fact than its start")]
    NotStarted,
    /// A run was started twice.
    #[error("start run {0}, which has started already")]
    StartedTwice(RunId),
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    Going,
    /// Attempts are being stopped; the result is given.
    Stopping(RunResult),
    Ended,
}

/// A run.
#[derive(Clone, Debug)]
pub struct Run {
    id: RunId,
    pipeline: Pipeline,
    stages: Stages,
    /// Least qualifier that a pass of the stage can have now: it failed before, in this run or on the same commit.
    floors: Vec<Qualifier>,
    /// By index of the stage: failures of earlier runs on the same commit.
    earlier: BTreeMap<usize, EarlierFailure>,
    attempts: Attempts,
    incidents: Vec<Incident>,
    by_id: HashMap<IncidentId, usize>,
    /// By index of the stage: incidents it has had.
    failures: Vec<usize>,
    /// Incidents that have not ended.
    open_incidents: usize,
    /// Incidents that nobody has begun with, by index.
    queue: VecDeque<usize>,
    turns: Turns,
    draws: Draws,
    learned: Vec<ArmRecord>,
    benched: BTreeSet<(Signature, RemedyKey)>,
    breakers: Breakers,
    machine: Machine,
    /// Java development kits that a remedy may choose.
    java_homes: Vec<String>,
    progress: Progress,
    caching: Caching,
    /// How the last attempt of each stage ended that counts for the workspace.
    outcomes: BTreeMap<StageName, Outcome>,
    /// How the last trial of each stage ended.
    trials: BTreeMap<StageName, Outcome>,
}

impl Run {
    /// Begins a run from its first fact.
    pub fn start(fact: &Fact, now: Timestamp) -> Result<(Self, Vec<Decision>), StepError> {
        let Fact::RunStarted {
            run,
            pipeline,
            seed,
            learned,
            benched,
            machine,
            unwanted,
            durations,
            joins_failures,
            java_homes,
            source,
            earlier,
        } = fact
        else {
            return Err(StepError::NotStarted);
        };
        let count = pipeline.stages.len();
        let mut in_force = (**pipeline).clone();
        floor::put_under(&mut in_force, &earlier.floors);
        let mut this = Self {
            id: run.clone(),
            stages: Stages::new(pipeline, durations)?,
            pipeline: in_force,
            floors: vec![Qualifier::Clean; count],
            earlier: BTreeMap::new(),
            attempts: Attempts::default(),
            incidents: Vec::new(),
            by_id: HashMap::new(),
            failures: vec![0; count],
            open_incidents: 0,
            queue: VecDeque::new(),
            turns: Turns::new(*joins_failures, pipeline.max_parallel.min(machine.scratches)),
            draws: Draws::new(*seed),
            learned: learned.clone(),
            benched: benched.iter().cloned().collect(),
            breakers: Breakers::default(),
            machine: *machine,
            java_homes: java_homes.clone(),
            progress: Progress::Going,
            caching: Caching::new(pipeline),
            outcomes: BTreeMap::new(),
            trials: BTreeMap::new(),
        };
        if source.as_ref().is_some_and(|source| source.clean_commit().is_some()) {
            this.suspect(&earlier.failures);
        }
        let mut decisions = Vec::new();
        let unwanted: HashSet<&StageName> = unwanted.iter().collect();
        for index in 0..count {
            if unwanted.contains(&this.pipeline.stages[index].name) {
                let reason = "its `when` does not hold".to_owned();
                this.stages.on(index, StageEvent::Skipped { reason: reason.clone() })?;
                this.end_stage(index, &reason, &mut decisions);
                this.caching.skip(index);
                this.stages.pass(index)?;
            }
        }
        this.advance(now, &mut decisions)?;
        Ok((this, decisions))
    }

    /// Takes a fact in.
    pub fn step(&mut self, fact: &Fact, now: Timestamp) -> Result<Vec<Decision>, StepError> {
        let mut decisions = Vec::new();
        if let Fact::AttemptEnded { stage, purpose: Purpose::Trial { .. }, outcome, .. } = fact {
            self.trials.insert(stage.clone(), outcome.clone());
        }
        match fact {
            Fact::RunStarted { run, .. } => return Err(StepError::StartedTwice(run.clone())),
            Fact::AttemptEnded { stage, attempt, purpose: Purpose::Plain, outcome } => {
                self.outcomes.insert(stage.clone(), outcome.clone());
                self.on_attempt_end(stage, *attempt, outcome, now, &mut decisions)?;
            }
            Fact::AttemptEnded {
                purpose: Purpose::Trial { incident } | Purpose::Verify { incident } | Purpose::Control { incident },
                ..
            }
            | Fact::Diagnosed { incident, .. }
            | Fact::RemediesProposed { incident, .. }
            | Fact::TrialPrepared { incident, .. }
            | Fact::ScratchRefused { incident, .. }
            | Fact::ScratchInspected { incident, .. }
            | Fact::ScratchUnread { incident, .. }
            | Fact::ScratchCommitted { incident }
            | Fact::ScratchOverlaps { incident, .. }
            | Fact::ScratchDropped { incident }
            | Fact::ScratchStuck { incident, .. }
            | Fact::PatchSaved { incident, .. }
            | Fact::TicketSaved { incident, .. } => self.on_incident_fact(incident, fact, now, &mut decisions)?,
            Fact::CacheChecked { stage, key, is_hit, .. } => {
                self.on_cache_checked(stage, key.as_ref(), *is_hit, &mut decisions)?;
            }
            Fact::OutputsRestored { stage, files, problem, .. } => {
                self.on_outputs_restored(stage, *files, problem.as_deref(), &mut decisions)?;
            }
            Fact::OutputsStored { stage, .. } => self.on_outputs_stored(stage, &mut decisions)?,
            Fact::Interrupted => self.stop(RunResult::Cancellation, &mut decisions)?,
            Fact::DeadlineReached => self.stop(RunResult::Timeout, &mut decisions)?,
            Fact::Resumed { lost } => self.on_resumed(lost, &mut decisions)?,
        }
        self.advance(now, &mut decisions)?;
        Ok(decisions)
    }

    /// Its id.
    pub fn id(&self) -> &RunId {
        &self.id
    }

    /// The definition it follows, with learned limits in force.
    pub fn pipeline(&self) -> &Pipeline {
        &self.pipeline
    }

    /// Whether it has ended.
    pub fn is_ended(&self) -> bool {
        self.progress == Progress::Ended
    }

    /// Where a stage stands.
    pub fn stage_state(&self, name: &StageName) -> Option<&StageState> {
        self.index(name).ok().map(|index| self.stages.state(index))
    }

    /// How the stage's last attempt ended that counts for the workspace: its own, or the trial that took its place.
    pub fn last_outcome(&self, name: &StageName) -> Option<&Outcome> {
        self.outcomes.get(name)
    }

    /// Its incidents, in the order in which they were opened.
    pub fn incidents(&self) -> &[Incident] {
        &self.incidents
    }

    /// Attempts in the workspace that are under way.
    pub fn running(&self) -> Vec<LostAttempt> {
        self.stages
            .states()
            .iter()
            .zip(&self.pipeline.stages)
            .filter_map(|(state, stage)| match state {
                StageState::Running { attempt } => Some(LostAttempt { stage: stage.name.clone(), attempt: *attempt }),
                _ => None,
            })
            .collect()
    }

    fn index(&self, name: &StageName) -> Result<usize, StepError> {
        self.stages.index_of(name).ok_or_else(|| StepError::NoStage(name.clone()))
    }

    fn on_attempt_end(
        &mut self,
        stage: &StageName,
        attempt: u32,
        outcome: &Outcome,
        now: Timestamp,
        decisions: &mut Vec<Decision>,
    ) -> Result<(), StepError> {
        let index = self.index(stage)?;
        let qualifier = self.floors[index];
        if outcome.is_success() && self.keep_outputs(index, decisions)? {
            return Ok(());
        }
        let event = match outcome.result() {
            RunResult::Success => StageEvent::Succeeded { qualifier },
            RunResult::Failure | RunResult::Skip => StageEvent::Failed,
            RunResult::Timeout => StageEvent::TimedOut,
            RunResult::Error => StageEvent::Broke,
            RunResult::Cancellation => StageEvent::Cancelled,
        };
        self.stages.on(index, event)?;
        match self.stages.state(index) {
            StageState::Failed { .. } | StageState::TimedOut { .. } if self.progress == Progress::Going => {
                self.floors[index] = Qualifier::FlakySuspect;
                let known = self.failures[index];
                if known >= MAX_INCIDENTS_PER_STAGE {
                    let reason = format!("{outcome}; it has failed {known} times before in this run");
                    self.finish_stage(index, &reason, decisions)?;
                } else {
                    let id = IncidentId::new(format!("{}.{}", self.id, self.incidents.len() + 1));
                    let incident = Incident::open(
                        id,
                        &self.pipeline.stages[index],
                        attempt,
                        outcome.clone(),
                        Budget::of(&self.pipeline.healing),
                        now,
                    );
                    self.by_id.insert(incident.id().clone(), self.incidents.len());
                    self.queue.push_back(self.incidents.len());
                    self.incidents.push(incident);
                    self.failures[index] += 1;
                    self.open_incidents += 1;
                }
            }
            _ => {
                self.note_lineage(index);
                let reason = self.reason_of_end(index, outcome);
                self.finish_stage(index, &reason, decisions)?;
            }
        }
        Ok(())
    }

    /// Gives a settled stage its result and, unless the run is being stopped, tells the stages that need it.
    fn finish_stage(&mut self, index: usize, reason: &str, decisions: &mut Vec<Decision>) -> Result<(), StepError> {
        self.end_stage(index, reason, decisions);
        if self.progress != Progress::Going {
            return Ok(());
        }
        if self.stages.state(index).is_passed() || self.pipeline.stages[index].may_fail {
            self.stages.pass(index)?;
            return Ok(());
        }
        for (pointless, need) in self.stages.fail(index)? {
            let reason = format!("it needs {}, which did not pass", self.pipeline.stages[need].name);
            self.stages.on(pointless, StageEvent::Skipped { reason: reason.clone() })?;
            self.end_stage(pointless, &reason, decisions);
        }
        Ok(())
    }

    fn end_stage(&self, index: usize, reason: &str, decisions: &mut Vec<Decision>) {
        let state = self.stages.state(index);
        let qualifier = match state {
            StageState::Passed { qualifier, .. } => *qualifier,
            _ => Qualifier::Clean,
        };
        if let Some(result) = state.result() {
            decisions.push(Decision::EndStage {
                stage: self.pipeline.stages[index].name.clone(),
                result,
                qualifier,
                reason: reason.to_owned(),
            });
        }
    }

    /// Starts what can start, and ends the run when nothing is left.
    fn advance(&mut self, now: Timestamp, decisions: &mut Vec<Decision>) -> Result<(), StepError> {
        match self.progress {
            Progress::Ended => return Ok(()),
            Progress::Stopping(result) => {
                if self.stages.at_work() == 0 && self.open_incidents == 0 {
                    self.cancel_rest(decisions)?;
                    self.end(result, decisions);
                }
                return Ok(());
            }
            Progress::Going => {}
        }
        self.give_turns(now, decisions)?;
        let is_quiet = self.turns.is_empty() && self.stages.at_work() == 0;
        if is_quiet && !self.queue.is_empty() {
            self.begin_incidents(decisions)?;
        }
        if self.turns.is_empty() && self.queue.is_empty() {
            self.start_ready(decisions)?;
            if self.stages.are_settled() {
                self.end(self.result(), decisions);
            }
        }
        Ok(())
    }

    fn start_ready(&mut self, decisions: &mut Vec<Decision>) -> Result<(), StepError> {
        while self.stages.at_work() < self.pipeline.max_parallel.max(1) as usize {
            let Some(index) = self.stages.next_ready() else { break };
            if self.look_up(index, decisions)? {
                continue;
            }
            let stage = &self.pipeline.stages[index];
            let attempt = self.attempts.next(&stage.name);
            decisions.push(Decision::StartAttempt {
                stage: stage.name.clone(),
                attempt,
                purpose: Purpose::Plain,
                command: stage.command.clone(),
                env: Vec::new(),
                limits: stage.limits.clone(),
            });
            self.stages.start(index, attempt)?;
        }
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests;
