//! Which transitions of the two tables were taken by the runs of the current thread, that is of the current test.

use std::cell::RefCell;
use std::collections::BTreeSet;

use crate::incident::{IncidentEvent, IncidentState};
use crate::stage::{StageEvent, StageState};

thread_local! {
    static INCIDENTS: RefCell<BTreeSet<String>> = const { RefCell::new(BTreeSet::new()) };
    static STAGES: RefCell<BTreeSet<String>> = const { RefCell::new(BTreeSet::new()) };
}

/// Called by [`crate::healing::Incident`] before each step.
pub(crate) fn note_incident(from: IncidentState, event: IncidentEvent) {
    INCIDENTS.with_borrow_mut(|taken| taken.insert(format!("{from:?} --{event:?}-->")));
}

/// Called by the run before each step of a stage.
pub(crate) fn note_stage(from: &StageState, event: &StageEvent) {
    STAGES.with_borrow_mut(|taken| taken.insert(format!("{} --{}-->", word(from), word(event))));
}

/// Name of a variant without its fields.
pub(crate) fn word(value: &impl std::fmt::Debug) -> String {
    format!("{value:?}").chars().take_while(|c| c.is_alphanumeric()).collect()
}

pub(super) fn incidents() -> BTreeSet<String> {
    INCIDENTS.with_borrow(Clone::clone)
}

pub(super) fn stages() -> BTreeSet<String> {
    STAGES.with_borrow(Clone::clone)
}
