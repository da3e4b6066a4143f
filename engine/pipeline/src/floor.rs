//! Limits that a stage was found to need: remembered after a step up was verified, and lowered again.
//!
//! A [`Floor`] is learned when a remedy that raised limits (or asked for fewer jobs) healed a stage. The next run starts the stage
//! with it. After [`FIRST_WAIT`] green attempts a run tries one step less, halfway back to what the pipeline file says, unless
//! what was measured meanwhile would not fit. If that passes, it is the new floor, down to none; if the stage runs short again,
//! the floor stays, and the next try waits twice as long. The record keeps floors; they are handed to a run at its start, so
//! that a replay decides the same.

use serde::{Deserialize, Serialize};

use crate::definition::Pipeline;
use crate::id::{RunId, StageName};
use crate::outcome::Outcome;
use crate::policy::MAX_TIME_FACTOR;
use crate::remedy::Limits;

/// Green attempts before less is tried for the first time. A day's runs of a busy project.
pub const FIRST_WAIT: u32 = 5;
/// Most green attempts that are waited for: what failed four times is tried again rarely, but it is.
const LONGEST_WAIT: u32 = 80;
/// Part of a lower limit that what was measured may take, in percent; a stage is not the same in each run.
const ROOM_PERCENT: u64 = 80;
/// How near to its limit a peak of memory has to be to count as having hit it, in percent: allocators fail before the last page.
const NEAR_PERCENT: u64 = 90;
/// Open files of a process that nobody gave a limit: the usual soft limit.
const USUAL_OPEN_FILES: u64 = 1024;

/// What a stage was found to need.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Floor {
    /// At least these; of jobs, at most that many.
    pub limits: Limits,
    /// The run in which they helped.
    pub run: RunId,
    /// Green attempts under them, since they are what they are.
    pub greens: u32,
    /// Green attempts before less is tried.
    pub wait: u32,
    /// The most that green attempts took meanwhile.
    pub most: Usage,
}

/// What attempts took at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Largest resident set of any one process, in bytes.
    pub memory_bytes: u64,
    /// Wall-clock time in milliseconds.
    pub duration_ms: u64,
    /// Processor time in milliseconds.
    pub cpu_ms: u64,
}

/// What a run starts a stage with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenFloor {
    /// The stage.
    pub stage: StageName,
    /// The floor's limits, or one step less.
    pub limits: Limits,
    /// The run in which they were learned.
    pub run: RunId,
    /// Whether it is one step less than was learned, to see whether that is enough.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_probe: bool,
}

impl Floor {
    /// What is known after limits helped. `change` are those that the remedy set, `given` is what the run began with: after a try
    /// with less, what was enough before is enough.
    pub fn raised(before: Option<Self>, given: Option<&GivenFloor>, change: &Limits, run: &RunId) -> Self {
        let mut floor = before.unwrap_or_else(|| Self {
            limits: Limits::default(),
            run: run.clone(),
            greens: 0,
            wait: FIRST_WAIT,
            most: Usage::default(),
        });
        floor.fall_back();
        if given.is_some_and(|given| given.is_probe) {
            floor.limits = change.changed_by(&floor.limits);
        } else {
            floor.limits = floor.limits.changed_by(change);
            floor.run = run.clone();
        }
        floor
    }

    /// What the next run starts a stage with that is defined like this; `None` when that is what the definition says.
    pub fn given(&self, stage: &StageName, defined: &Limits) -> Option<GivenFloor> {
        let lower = lowered(&self.limits, defined);
        let is_probe = self.greens >= self.wait && self.most.fits(&lower, defined);
        let limits = if is_probe { lower } else { self.limits.clone() };
        let is_more = with_floor(defined, &limits) != *defined;
        (is_more || is_probe).then(|| GivenFloor { stage: stage.clone(), limits, run: self.run.clone(), is_probe })
    }

    /// What is known after an attempt of the stage in the workspace that began with `given`; `None` when nothing is left to
    /// remember.
    pub fn after(mut self, given: &GivenFloor, outcome: &Outcome) -> Option<Self> {
        if !outcome.is_success() {
            if given.is_probe && ran_short(outcome) {
                self.fall_back();
            }
            return Some(self);
        }
        if given.is_probe {
            (self.limits, self.greens, self.most) = (given.limits.clone(), 0, Usage::default());
            return (self.limits != Limits::default()).then_some(self);
        }
        if self.greens >= self.wait {
            // Less would not have fitted. What attempts take from now on may.
            (self.greens, self.most) = (0, Usage::default());
        }
        self.greens += 1;
        self.most.take_in(outcome);
        Some(self)
    }

    /// Less was not enough: the next try waits twice as long. Told twice of one failure, it counts once.
    fn fall_back(&mut self) {
        if self.greens > 0 {
            self.wait = self.wait.saturating_mul(2).min(LONGEST_WAIT);
        }
        (self.greens, self.most) = (0, Usage::default());
    }
}

impl Usage {
    fn take_in(&mut self, outcome: &Outcome) {
        self.memory_bytes = self.memory_bytes.max(outcome.peak_memory_bytes.unwrap_or(0));
        self.duration_ms = self.duration_ms.max(outcome.duration_ms);
        self.cpu_ms = self.cpu_ms.max(outcome.cpu_ms);
    }

    /// Whether limits leave room for what was measured. Of open files and jobs nothing is measured.
    fn fits(&self, floor: &Limits, defined: &Limits) -> bool {
        let limits = with_floor(defined, floor);
        let has_room = |limit: Option<u64>, used: u64| limit.is_none_or(|limit| used <= limit / 100 * ROOM_PERCENT);
        has_room(limits.memory_bytes, self.memory_bytes)
            && has_room(limits.timeout_ms, self.duration_ms)
            && has_room(limits.cpu_ms, self.cpu_ms)
    }
}

/// Limits of a stage with a floor under them. A limit that is not defined is not enforced, so that nothing lies below it; but
/// tools have their own idea of how many jobs to use, and the system of how many files may be open. Times go no further above
/// the definition than a remedy may raise them.
pub fn with_floor(defined: &Limits, floor: &Limits) -> Limits {
    let at_least = |defined: Option<u64>, floor: Option<u64>| defined.map(|defined| defined.max(floor.unwrap_or(0)));
    let at_least_time = |defined: Option<u64>, floor: Option<u64>| {
        let most = defined.map(|defined| defined.saturating_mul(MAX_TIME_FACTOR));
        at_least(defined, floor.min(most))
    };
    Limits {
        timeout_ms: at_least_time(defined.timeout_ms, floor.timeout_ms),
        memory_bytes: at_least(defined.memory_bytes, floor.memory_bytes),
        cpu_ms: at_least_time(defined.cpu_ms, floor.cpu_ms),
        open_files: defined.open_files.max(floor.open_files),
        jobs: match (defined.jobs, floor.jobs) {
            (Some(defined), Some(floor)) => Some(defined.min(floor)),
            (defined, floor) => defined.or(floor),
        },
    }
}

/// One step less: half as much, twice as many jobs. What is then no more than the definition gives is left out.
fn lowered(floor: &Limits, defined: &Limits) -> Limits {
    let half =
        |floor: Option<u64>, defined: Option<u64>| floor.map(|floor| floor / 2).filter(|half| Some(*half) > defined);
    let jobs = floor.jobs.map(|jobs| jobs.saturating_mul(2));
    Limits {
        timeout_ms: half(floor.timeout_ms, defined.timeout_ms),
        memory_bytes: half(floor.memory_bytes, defined.memory_bytes),
        cpu_ms: half(floor.cpu_ms, defined.cpu_ms),
        open_files: half(floor.open_files, defined.open_files.or(Some(USUAL_OPEN_FILES))),
        jobs: jobs.filter(|jobs| *jobs < defined.jobs.unwrap_or(MOST_JOBS)),
    }
}

/// Jobs from which on a stage that has no number of its own does without one again.
const MOST_JOBS: u32 = 8;

/// Whether something counted or measured says that an attempt had too little.
fn ran_short(outcome: &Outcome) -> bool {
    let is_near = match (outcome.peak_memory_bytes, outcome.memory_limit_bytes) {
        (Some(peak), Some(limit)) => peak >= limit / 100 * NEAR_PERCENT,
        _ => false,
    };
    outcome.timed_out || outcome.oom_kills.is_some_and(|kills| kills > 0) || is_near
}

/// Puts floors under the stages of a pipeline.
pub fn put_under(pipeline: &mut Pipeline, floors: &[GivenFloor]) {
    for floor in floors {
        if let Some(stage) = pipeline.stages.iter_mut().find(|stage| stage.name == floor.stage) {
            stage.limits = with_floor(&stage.limits, &floor.limits);
        }
    }
}

#[cfg(test)]
mod tests;
