//! The graph of stages: what is ready, what is blocked, what is pointless now, and what matters most.
//!
//! [`Plan`] is the graph and never changes; [`Schedule`] is how far a run has come in it. Stages are named by their index
//! in [`Pipeline::stages`]. Everything here is linear in stages and needs (a ready set costs a logarithm on top), because
//! a pipeline of 10,000 stages is ordinary.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, VecDeque};

use crate::definition::Pipeline;
use crate::id::StageName;

/// The graph of a pipeline's stages.
///
/// Invariant: `order` holds a stage only after everything it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    needs: Vec<Vec<usize>>,
    dependents: Vec<Vec<usize>>,
    order: Vec<usize>,
    by_name: HashMap<StageName, usize>,
}

impl Plan {
    /// Builds the graph of a checked pipeline.
    ///
    /// A need that names no stage is left out, and stages on a circle of needs are never ready and not in
    /// [`Plan::order`]; neither happens in a pipeline that [`crate::definition`] made.
    pub fn new(pipeline: &Pipeline) -> Self {
        let names = pipeline.stages.iter().enumerate();
        let by_name: HashMap<StageName, usize> = names.map(|(index, stage)| (stage.name.clone(), index)).collect();
        let mut needs = Vec::with_capacity(pipeline.stages.len());
        let mut dependents = vec![Vec::new(); pipeline.stages.len()];
        for (index, stage) in pipeline.stages.iter().enumerate() {
            let mut own: Vec<usize> = stage.needs.iter().filter_map(|need| by_name.get(need).copied()).collect();
            own.sort_unstable();
            own.dedup();
            for &need in &own {
                dependents[need].push(index);
            }
            needs.push(own);
        }
        let order = topological_order(&needs, &dependents);
        debug_assert_eq!(order.len(), needs.len(), "a checked pipeline has no circle of needs");
        Self { needs, dependents, order, by_name }
    }

    /// Number of stages.
    pub fn len(&self) -> usize {
        self.needs.len()
    }

    /// Whether there is no stage at all.
    pub fn is_empty(&self) -> bool {
        self.needs.is_empty()
    }

    /// Index of the stage with this name.
    pub fn index_of(&self, name: &StageName) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// Stages that `stage` needs itself, in the order of the file.
    pub fn needs(&self, stage: usize) -> &[usize] {
        &self.needs[stage]
    }

    /// Stages that need `stage` themselves, in the order of the file.
    pub fn dependents(&self, stage: usize) -> &[usize] {
        &self.dependents[stage]
    }

    /// All stages, each after what it needs; independent stages stay in the order of the file as far as that allows.
    pub fn order(&self) -> &[usize] {
        &self.order
    }

    /// Everything that has to pass before one of `stages` can run, without `stages` themselves unless one needs another;
    /// in the order of the file.
    pub fn transitive_needs(&self, stages: &[usize]) -> Vec<usize> {
        reachable(stages, &self.needs)
    }

    /// Everything that cannot run when one of `stages` does not pass, in the order of the file.
    pub fn transitive_dependents(&self, stages: &[usize]) -> Vec<usize> {
        reachable(stages, &self.dependents)
    }

    /// How long the rest of the run takes at least, in milliseconds, from the start of each stage on: its own duration and
    /// the longest chain of dependents behind it. The stage with the highest value should run first.
    ///
    /// A stage that was never measured counts as the mean of those that were, so that it is neither starved nor preferred;
    /// when none was measured every stage counts 1, so that the longest chain of stages goes first.
    pub fn priorities(&self, durations_ms: &HashMap<StageName, u64>) -> Vec<u64> {
        let mut own: Vec<Option<u64>> = vec![None; self.len()];
        for (name, &duration) in durations_ms {
            if let Some(index) = self.index_of(name) {
                own[index] = Some(duration.max(1));
            }
        }
        let measured: Vec<u64> = own.iter().flatten().copied().collect();
        let total: u128 = measured.iter().map(|&duration| u128::from(duration)).sum();
        let mean = total / (measured.len().max(1) as u128);
        let unmeasured = u64::try_from(mean).unwrap_or(u64::MAX).max(1);

        let mut priorities = vec![0_u64; self.len()];
        for &stage in self.order.iter().rev() {
            let behind = self.dependents[stage].iter().map(|&dependent| priorities[dependent]).max().unwrap_or(0);
            priorities[stage] = own[stage].unwrap_or(unmeasured).saturating_add(behind);
        }
        priorities
    }

    /// A run that has not begun, in which ready stages come in the order of the file.
    pub fn schedule(&self) -> Schedule {
        self.schedule_by(&vec![0; self.len()])
    }

    /// A run that has not begun, in which ready stages with a higher priority come first.
    ///
    /// `priorities` has one entry per stage, see [`Plan::priorities`].
    pub fn schedule_by(&self, priorities: &[u64]) -> Schedule {
        debug_assert_eq!(priorities.len(), self.len(), "one priority per stage");
        let mut schedule = Schedule {
            standings: vec![Standing::Blocked; self.len()],
            missing: self.needs.iter().map(Vec::len).collect(),
            priorities: priorities.to_vec(),
            ready: BTreeSet::new(),
            unfinished: self.len(),
        };
        for stage in 0..self.len() {
            if schedule.missing[stage] == 0 {
                schedule.make_ready(stage);
            }
        }
        schedule
    }
}

/// Where a stage stands in a run, as far as the graph is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Something it needs has not passed yet.
    Blocked,
    /// It could start now.
    Ready,
    /// It was started (an incident about it counts as running: the graph waits).
    Running,
    /// It lets its dependents run: it passed, was healed, was not wanted, or was allowed to fail.
    Passed,
    /// It did not pass.
    Failed,
    /// It can no longer run, because something it needs did not pass.
    Pointless,
}

/// How far a run has come in its [`Plan`].
///
/// Each method that takes a plan must be given the one that made the schedule. A call that does not fit the stage's
/// standing (starting a blocked stage, passing one twice) changes nothing, so that a repeated event does no harm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    standings: Vec<Standing>,
    /// Number of needs that have not passed, by stage.
    missing: Vec<usize>,
    priorities: Vec<u64>,
    ready: BTreeSet<(Reverse<u64>, usize)>,
    unfinished: usize,
}

impl Schedule {
    /// Where a stage stands.
    pub fn standing(&self, stage: usize) -> Standing {
        self.standings[stage]
    }

    /// The stages that could start now, most urgent first.
    pub fn ready(&self) -> impl Iterator<Item = usize> + '_ {
        self.ready.iter().map(|&(_, stage)| stage)
    }

    /// The stages that wait for others, in the order of the file.
    pub fn blocked(&self) -> impl Iterator<Item = usize> + '_ {
        let standings = self.standings.iter().enumerate();
        standings.filter(|(_, standing)| **standing == Standing::Blocked).map(|(stage, _)| stage)
    }

    /// Whether nothing is running and nothing can start any more.
    pub fn is_finished(&self) -> bool {
        self.unfinished == 0
    }

    /// Takes a ready stage out of the ready set, because it was started.
    pub fn start(&mut self, stage: usize) {
        if self.standings[stage] == Standing::Ready {
            self.ready.remove(&(Reverse(self.priorities[stage]), stage));
            self.standings[stage] = Standing::Running;
        }
    }

    /// Puts a started stage back into the ready set, because it has to run once more.
    pub fn restart(&mut self, stage: usize) {
        if self.standings[stage] == Standing::Running {
            self.make_ready(stage);
        }
    }

    /// Lets the dependents of a stage go on and returns those that became ready by it, in the order of the file.
    ///
    /// For a stage that passed or was healed, that may fail and did, or that is not wanted; a stage of the last kind may
    /// still be blocked: it does not wait for its own needs then.
    pub fn pass(&mut self, plan: &Plan, stage: usize) -> Vec<usize> {
        if !self.finish(stage, Standing::Passed) {
            return Vec::new();
        }
        let mut became_ready = Vec::new();
        for &dependent in plan.dependents(stage) {
            self.missing[dependent] -= 1;
            if self.missing[dependent] == 0 && self.standings[dependent] == Standing::Blocked {
                self.make_ready(dependent);
                became_ready.push(dependent);
            }
        }
        became_ready
    }

    /// Marks a stage as failed and returns what became pointless by it, in the order of the file.
    pub fn fail(&mut self, plan: &Plan, stage: usize) -> Vec<usize> {
        if !self.finish(stage, Standing::Failed) {
            return Vec::new();
        }
        let mut pointless = Vec::new();
        let mut open = vec![stage];
        while let Some(next) = open.pop() {
            for &dependent in plan.dependents(next) {
                // Behind a stage that already has its standing everything was decided when it got it: what passed
                // without its needs goes on, what is pointless has made its dependents so.
                if self.standings[dependent] == Standing::Blocked {
                    self.finish(dependent, Standing::Pointless);
                    pointless.push(dependent);
                    open.push(dependent);
                }
            }
        }
        pointless.sort_unstable();
        pointless
    }

    fn make_ready(&mut self, stage: usize) {
        self.standings[stage] = Standing::Ready;
        self.ready.insert((Reverse(self.priorities[stage]), stage));
    }

    /// Gives a stage its last standing; `false` when it already had one.
    fn finish(&mut self, stage: usize, standing: Standing) -> bool {
        match self.standings[stage] {
            Standing::Passed | Standing::Failed | Standing::Pointless => return false,
            Standing::Ready => {
                self.ready.remove(&(Reverse(self.priorities[stage]), stage));
            }
            Standing::Blocked | Standing::Running => {}
        }
        self.standings[stage] = standing;
        self.unfinished -= 1;
        true
    }
}

/// Kahn's algorithm; among the stages that are free, the one that became so first comes first.
fn topological_order(needs: &[Vec<usize>], dependents: &[Vec<usize>]) -> Vec<usize> {
    let mut missing: Vec<usize> = needs.iter().map(Vec::len).collect();
    let mut free: VecDeque<usize> = (0..needs.len()).filter(|&stage| missing[stage] == 0).collect();
    let mut order = Vec::with_capacity(needs.len());
    while let Some(stage) = free.pop_front() {
        order.push(stage);
        for &dependent in &dependents[stage] {
            missing[dependent] -= 1;
            if missing[dependent] == 0 {
                free.push_back(dependent);
            }
        }
    }
    order
}

/// Everything that can be reached over at least one edge, sorted.
fn reachable(from: &[usize], edges: &[Vec<usize>]) -> Vec<usize> {
    let mut is_seen = vec![false; edges.len()];
    let mut open: Vec<usize> = from.to_vec();
    let mut found = Vec::new();
    while let Some(stage) = open.pop() {
        for &next in &edges[stage] {
            if !is_seen[next] {
                is_seen[next] = true;
                found.push(next);
                open.push(next);
            }
        }
    }
    found.sort_unstable();
    found
}

#[cfg(test)]
mod tests;
