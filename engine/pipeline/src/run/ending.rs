//! How a run ends: by itself when every stage is settled, or because it is stopped.

use std::collections::HashSet;

use super::{Progress, Run, StepError};
use crate::event::Decision;
use crate::outcome::RunResult;
use crate::stage::{StageEvent, StageState};

impl Run {
    pub(super) fn stop(&mut self, result: RunResult, decisions: &mut Vec<Decision>) -> Result<(), StepError> {
        if self.progress != Progress::Going {
            return Ok(());
        }
        self.progress = Progress::Stopping(result);
        decisions.push(Decision::CancelAttempts);
        self.queue.clear();
        self.turns.clear();
        for number in 0..self.incidents.len() {
            if self.incidents[number].end().is_none() {
                decisions.extend(self.incidents[number].overtake()?);
                if self.incidents[number].end().is_some() {
                    self.open_incidents -= 1;
                    for index in self.cluster(number)? {
                        self.end_stage(index, "the run ended first", decisions);
                    }
                }
            }
        }
        Ok(())
    }

    pub(super) fn cancel_rest(&mut self, decisions: &mut Vec<Decision>) -> Result<(), StepError> {
        for index in 0..self.pipeline.stages.len() {
            if !self.stages.state(index).is_settled() {
                self.stages.on(index, StageEvent::Cancelled)?;
                self.end_stage(index, "the run was stopped", decisions);
            }
        }
        Ok(())
    }

    pub(super) fn end(&mut self, result: RunResult, decisions: &mut Vec<Decision>) {
        self.progress = Progress::Ended;
        let qualifier = self
            .stages
            .states()
            .iter()
            .filter_map(|state| match state {
                StageState::Passed { qualifier, .. } => Some(*qualifier),
                _ => None,
            })
            .max()
            .unwrap_or_default();
        decisions.push(Decision::EndRun { result, qualifier });
    }

    /// The result of a run whose stages are all settled: the worst that counts.
    pub(super) fn result(&self) -> RunResult {
        let counts = |index: usize| !self.pipeline.stages[index].may_fail;
        let results: HashSet<RunResult> = self
            .stages
            .states()
            .iter()
            .enumerate()
            .filter(|(index, _)| counts(*index))
            .filter_map(|(_, state)| state.result())
            .collect();
        [RunResult::Error, RunResult::Failure, RunResult::Timeout, RunResult::Cancellation]
            .into_iter()
            .find(|bad| results.contains(bad))
            .unwrap_or(RunResult::Success)
    }
}
