//! Whose turn it is when several stages have failed.
//!
//! All failures of one moment are diagnosed at once; those of one cause become one incident; then the healers are asked for all
//! of them at once, and when the last has answered, remedies are tried: side by side, as far as `max-parallel` and the machine
//! let them (see [`Roster`] and `healing/quiet.rs`), else one incident after the other. Nothing is tried while somebody still
//! looks at the workspace: a trial may run in the workspace itself if it is the only one.

use std::collections::VecDeque;

use super::roster::{Next, Roster};
use super::{Run, StepError};
use crate::event::Decision;
use crate::healing::{Context, Freshness, Incident, Moved};
use crate::id::Signature;
use crate::time::Timestamp;

/// The incidents that were begun together, by index.
#[derive(Clone, Debug)]
pub(super) struct Turns {
    /// Whether all that wait are begun together, or each by itself.
    joins_failures: bool,
    phase: Phase,
    /// Those that wait for their turn.
    waiting: VecDeque<usize>,
    /// Those whose turn it is.
    roster: Roster,
    /// Whether something was committed since the healers were asked.
    freshness: Freshness,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Diagnosing,
    Asking,
    Trying,
}

impl Turns {
    /// `most` may have their turn at the same time.
    pub(super) fn new(joins_failures: bool, most: u32) -> Self {
        Self {
            joins_failures,
            phase: Phase::Diagnosing,
            waiting: VecDeque::new(),
            roster: Roster::new(most),
            freshness: Freshness::Fresh,
        }
    }

    /// Whether nobody waits and nobody has a turn.
    pub(super) fn is_empty(&self) -> bool {
        self.roster.is_empty() && self.waiting.is_empty()
    }

    /// Forgets everybody, because the run ends or begins anew.
    pub(super) fn clear(&mut self) {
        self.waiting.clear();
        self.roster.clear();
    }

    /// Notes that an incident has ended.
    pub(super) fn end(&mut self, number: usize) {
        self.waiting.retain(|&other| other != number);
        self.roster.end(number);
    }

    /// Notes that the workspace has changed.
    pub(super) fn commit(&mut self, moved: Moved) {
        self.freshness = Freshness::Stale;
        self.roster.commit(moved);
    }

    /// Notes that no scratch can be opened beside another one.
    pub(super) fn one_by_one(&mut self) {
        self.roster.one_by_one();
    }

    /// Lets one wait again whose turn it was.
    fn put_off(&mut self, number: usize) {
        self.roster.put_off(number);
        self.waiting.push_back(number);
    }
}

impl Run {
    /// Begins with those that wait; the workspace is quiet.
    pub(super) fn begin_incidents(&mut self, decisions: &mut Vec<Decision>) -> Result<(), StepError> {
        let count = if self.turns.joins_failures { self.queue.len() } else { 1 };
        self.turns.phase = Phase::Diagnosing;
        self.turns.freshness = Freshness::Fresh;
        for number in self.queue.drain(..count.min(self.queue.len())) {
            decisions.extend(self.incidents[number].begin()?);
            self.turns.waiting.push_back(number);
        }
        Ok(())
    }

    /// Goes on with those that were begun, as far as they go without a further fact.
    pub(super) fn give_turns(&mut self, now: Timestamp, decisions: &mut Vec<Decision>) -> Result<(), StepError> {
        let all_wait = |this: &Self| this.turns.waiting.iter().all(|&number| this.incidents[number].awaits_turn());
        if self.turns.phase == Phase::Diagnosing && all_wait(self) {
            self.join_incidents(now, decisions)?;
            // Alone, it is asked about when its turn comes, which is now.
            if self.turns.waiting.len() > 1 {
                for number in self.turns.waiting.clone() {
                    let question = self.within(number, now, |incident, ctx| incident.ask_ahead(ctx))?;
                    decisions.extend(question);
                }
            }
            self.turns.phase = Phase::Asking;
        }
        if self.turns.phase == Phase::Asking && all_wait(self) {
            self.turns.phase = Phase::Trying;
        }
        while self.turns.phase == Phase::Trying {
            let next = self.turns.roster.next(&self.turns.waiting, |number| self.incidents[number].awaits_quiet());
            let number = match next {
                Next::Nothing => break,
                Next::Begin { is_alone } => {
                    let Some(number) = self.turns.waiting.pop_front() else { break };
                    self.turns.roster.begin(number, is_alone);
                    let freshness = self.turns.freshness;
                    decisions.extend(self.within(number, now, |incident, ctx| incident.take_turn(freshness, ctx))??);
                    number
                }
                Next::GoOn(number) => {
                    let moved = self.turns.roster.give_alone(number);
                    decisions.extend(self.within(number, now, |incident, ctx| incident.go_on(moved.as_ref(), ctx))??);
                    number
                }
            };
            self.see_to_end(number, decisions)?;
        }
        Ok(())
    }

    /// Lets an incident wait for another turn if it was put off.
    pub(super) fn see_to_turn(&mut self, number: usize) {
        if self.turns.roster.holds(number) && self.incidents[number].awaits_turn() {
            self.turns.put_off(number);
        }
    }

    /// Makes one incident of those that have the same cause: the first one takes the others in.
    fn join_incidents(&mut self, now: Timestamp, decisions: &mut Vec<Decision>) -> Result<(), StepError> {
        let mut leaders: Vec<(Signature, usize)> = Vec::new();
        for number in self.turns.waiting.clone() {
            let Some(cause) = self.within(number, now, |incident, ctx| incident.shared_cause(ctx))? else { continue };
            let Some(&(_, leader)) = leaders.iter().find(|(known, _)| *known == cause) else {
                leaders.push((cause, number));
                continue;
            };
            let into = self.incidents[leader].id().clone();
            decisions.extend(self.incidents[number].join(&into)?);
            let stage = self.incidents[number].stage().clone();
            self.incidents[leader].take_in(stage);
            self.open_incidents -= 1;
            self.turns.end(number);
        }
        Ok(())
    }

    /// Lets an incident look at its run.
    pub(super) fn within<T>(
        &mut self,
        number: usize,
        now: Timestamp,
        look: impl FnOnce(&mut Incident, &mut Context<'_>) -> T,
    ) -> Result<T, StepError> {
        let index = self.index(&self.incidents[number].stage().clone())?;
        let (stages, pipeline) = (&self.stages, &self.pipeline);
        let surroundings = |repaired: &[crate::id::StageName]| {
            let repaired = repaired.iter().filter_map(|name| stages.index_of(name));
            let failed: Vec<usize> = std::iter::once(index).chain(repaired).collect();
            stages.around(pipeline, &failed)
        };
        let is_beside_others = self.turns.roster.is_beside_others(number);
        let mut ctx = Context {
            pipeline: &self.pipeline,
            stage: &self.pipeline.stages[index],
            surroundings: &surroundings,
            learned: &self.learned,
            benched: &mut self.benched,
            breakers: &mut self.breakers,
            machine: self.machine,
            java_homes: &self.java_homes,
            draws: &mut self.draws,
            attempts: &mut self.attempts,
            is_beside_others,
            now,
        };
        Ok(look(&mut self.incidents[number], &mut ctx))
    }
}
