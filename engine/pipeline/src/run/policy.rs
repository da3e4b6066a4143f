//! A run whose rules change on the way. No run does that; a question about another policy does.

use super::Run;
use crate::definition::{Detection, Healing};

impl Run {
    /// The same run from here on under other rules. Incidents that are open keep the budget they have.
    pub(crate) fn under(mut self, healing: &Healing, detection: &Detection) -> Self {
        self.pipeline.healing = healing.clone();
        self.pipeline.detection = detection.clone();
        if !detection.learning {
            self.learned.clear();
        }
        self
    }
}
