//! How a run goes on after its engine died.

use super::{Run, StepError};
use crate::event::{Decision, LostAttempt};
use crate::stage::{StageEvent, StageState};

impl Run {
    pub(super) fn on_resumed(&mut self, lost: &[LostAttempt], decisions: &mut Vec<Decision>) -> Result<(), StepError> {
        for attempt in lost {
            let index = self.index(&attempt.stage)?;
            if matches!(self.stages.state(index), StageState::Running { .. }) {
                self.stages.on(index, StageEvent::WasLost)?;
                if self.pipeline.stages[index].is_idempotent {
                    self.stages.restart(index)?;
                } else {
                    self.stages.on(index, StageEvent::Broke)?;
                    self.finish_stage(index, "the engine died while it ran, and it may not run twice", decisions)?;
                }
            }
        }
        self.resume_caching(decisions)?;
        // An incident that was under way is opened anew by running its stage again: the scratch is gone, and whether it
        // was committed shows in the attempt. The floor keeps the result from looking clean.
        self.queue.clear();
        self.turns.clear();
        for number in 0..self.incidents.len() {
            if self.incidents[number].end().is_some() {
                continue;
            }
            decisions.extend(self.incidents[number].lose()?);
            self.open_incidents -= 1;
            for index in self.cluster(number)? {
                // That the engine died says nothing about whether healing holds.
                self.failures[index] -= 1;
                if self.pipeline.stages[index].is_idempotent {
                    self.stages.restart(index)?;
                } else {
                    let reason = "the engine died while it was healed, and it may not run twice";
                    self.finish_stage(index, reason, decisions)?;
                }
            }
        }
        Ok(())
    }
}
