//! The stages of a run: their states beside their places in the graph.
//!
//! Everything here is linear in what changes, not in the size of the pipeline, because it is asked at every fact and a
//! pipeline of 10,000 stages is ordinary.

use std::collections::{BTreeMap, HashMap};

use crate::definition::{Pipeline, StageOrder};
use crate::healing::Surroundings;
use crate::id::StageName;
use crate::plan::{Plan, Schedule, Standing};
use crate::stage::{IllegalStageStep, StageEvent, StageState};

/// States and graph, kept in step.
///
/// Invariant: a stage is `Ready` exactly when the schedule says so, until the run is being stopped.
#[derive(Clone, Debug)]
pub(super) struct Stages {
    plan: Plan,
    schedule: Schedule,
    states: Vec<StageState>,
    running: usize,
    unsettled: usize,
}

impl Stages {
    /// The stages of a run that has not begun. `durations` are typical durations in milliseconds.
    pub(super) fn new(pipeline: &Pipeline, durations: &BTreeMap<StageName, u64>) -> Result<Self, IllegalStageStep> {
        let plan = Plan::new(pipeline);
        let schedule = match pipeline.order {
            StageOrder::File => plan.schedule(),
            StageOrder::CriticalPath => {
                let durations: HashMap<StageName, u64> =
                    durations.iter().map(|(name, duration)| (name.clone(), *duration)).collect();
                plan.schedule_by(&plan.priorities(&durations))
            }
        };
        let count = plan.len();
        let free: Vec<usize> = schedule.ready().collect();
        let mut this = Self { plan, schedule, states: vec![StageState::Pending; count], running: 0, unsettled: count };
        for index in free {
            this.on(index, StageEvent::Unblocked)?;
        }
        Ok(this)
    }

    pub(super) fn index_of(&self, name: &StageName) -> Option<usize> {
        self.plan.index_of(name)
    }

    pub(super) fn state(&self, index: usize) -> &StageState {
        &self.states[index]
    }

    pub(super) fn states(&self) -> &[StageState] {
        &self.states
    }

    /// Stages for which somebody is at work in the workspace.
    pub(super) fn at_work(&self) -> usize {
        self.running
    }

    /// Whether nothing more happens to any of them, unless an incident brings one back.
    pub(super) fn are_settled(&self) -> bool {
        self.unsettled == 0
    }

    /// The most urgent stage that could start now.
    pub(super) fn next_ready(&self) -> Option<usize> {
        self.schedule.ready().next()
    }

    /// Moves one stage on.
    pub(super) fn on(&mut self, index: usize, event: StageEvent) -> Result<(), IllegalStageStep> {
        #[cfg(test)]
        super::tests::exercised::note_stage(&self.states[index], &event);
        let next = self.states[index].on(event)?;
        let before = std::mem::replace(&mut self.states[index], next);
        let after = &self.states[index];
        self.running = self.running + usize::from(after.is_at_work()) - usize::from(before.is_at_work());
        self.unsettled = self.unsettled + usize::from(!after.is_settled()) - usize::from(!before.is_settled());
        Ok(())
    }

    /// Begins an attempt of a ready stage.
    pub(super) fn start(&mut self, index: usize, attempt: u32) -> Result<(), IllegalStageStep> {
        self.schedule.start(index);
        self.on(index, StageEvent::Started { attempt })
    }

    /// Begins a look into the cache for a ready stage.
    pub(super) fn look_up(&mut self, index: usize) -> Result<(), IllegalStageStep> {
        self.schedule.start(index);
        self.on(index, StageEvent::LookedUp)
    }

    /// Makes a stage ready whose outputs are not kept.
    pub(super) fn miss(&mut self, index: usize) -> Result<(), IllegalStageStep> {
        self.schedule.restart(index);
        self.on(index, StageEvent::Missed)
    }

    /// What a stage needs, by index.
    pub(super) fn needs(&self, index: usize) -> &[usize] {
        self.plan.needs(index)
    }

    /// Makes a stage ready once more.
    pub(super) fn restart(&mut self, index: usize) -> Result<(), IllegalStageStep> {
        self.schedule.restart(index);
        self.on(index, StageEvent::Unblocked)
    }

    /// Lets the dependents of a settled stage go on.
    pub(super) fn pass(&mut self, index: usize) -> Result<(), IllegalStageStep> {
        for freed in self.schedule.pass(&self.plan, index) {
            // A stage that is not wanted was skipped before what it needs.
            if self.states[freed] == StageState::Pending {
                self.on(freed, StageEvent::Unblocked)?;
            }
        }
        Ok(())
    }

    /// Skips what can never run because a stage did not pass; returns each with the need that is in its way.
    pub(super) fn fail(&mut self, index: usize) -> Result<Vec<(usize, usize)>, IllegalStageStep> {
        let is_dead = |schedule: &Schedule, need: usize| {
            matches!(schedule.standing(need), Standing::Failed | Standing::Pointless)
        };
        let pointless = self.schedule.fail(&self.plan, index);
        Ok(pointless
            .into_iter()
            .map(|stage| {
                let needs = self.plan.needs(stage);
                let dead = needs.iter().find(|&&need| is_dead(&self.schedule, need));
                (stage, dead.copied().unwrap_or(index))
            })
            .collect())
    }

    /// What an incident about some stages may know about the others. Linear in stages and needs.
    pub(super) fn around(&self, pipeline: &Pipeline, failed: &[usize]) -> Surroundings {
        let mut surroundings = Surroundings::default();
        // Whether another stage that failed, and waits for its own incident, is in the way.
        let mut is_doomed = vec![false; self.states.len()];
        for &index in self.plan.order() {
            is_doomed[index] = self
                .plan
                .needs(index)
                .iter()
                .any(|&need| !failed.contains(&need) && (is_doomed[need] || self.is_failing(pipeline, need)));
            let name = || pipeline.stages[index].name.clone();
            match &self.states[index] {
                state if state.is_passed() => surroundings.passed.push(name()),
                StageState::Pending | StageState::Ready if !is_doomed[index] => surroundings.ahead.push(name()),
                _ => {}
            }
        }
        surroundings
    }

    fn is_failing(&self, pipeline: &Pipeline, index: usize) -> bool {
        let is_bad = self.states[index].is_settled() && self.schedule.standing(index) == Standing::Running;
        is_bad && !pipeline.stages[index].may_fail
    }
}
