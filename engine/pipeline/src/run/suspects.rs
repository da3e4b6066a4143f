//! Stages that failed before on the same commit: what a pass of them is worth now.

use super::Run;
use crate::outcome::{Outcome, Qualifier};
use crate::source::EarlierFailure;

impl Run {
    /// Notes failures of earlier runs. A pass is worth no more than one after a failure of the same run; that a stage fails
    /// again, and a remedy helps then, is another matter.
    pub(super) fn suspect(&mut self, failures: &[EarlierFailure]) {
        for failure in failures {
            if let Some(index) = self.stages.index_of(&failure.stage) {
                self.floors[index] = Qualifier::FlakySuspect;
                self.earlier.insert(index, failure.clone());
            }
        }
    }

    /// Why a stage that was not healed has its result.
    pub(super) fn reason_of_end(&self, index: usize, outcome: &Outcome) -> String {
        match self.earlier.get(&index) {
            Some(failure) if outcome.is_success() => failure.to_string(),
            _ => outcome.to_string(),
        }
    }
}
