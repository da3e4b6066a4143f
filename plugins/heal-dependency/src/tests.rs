#![allow(clippy::unwrap_used)]
use plugin_sdk::testing::{IncidentBuilder, LogText, World, finding, incident};

use super::*;

mod companions;
mod conflict;
mod go;
mod node;
mod python;
mod removals;
mod rust;
mod upstream;

fn propose_with_log(world: World, incident: IncidentBuilder, log: &str) -> Vec<Remedy> {
    world.enter(|| HealDependency::propose(incident.build(), &LogText::new(log))).unwrap()
}

fn propose(world: World, incident: IncidentBuilder) -> Vec<Remedy> {
    propose_with_log(world, incident, "")
}

fn first(remedies: &[Remedy]) -> &[Action] {
    remedies.first().map(|remedy| &remedy.actions[..]).unwrap_or_default()
}

#[test]
fn findings_for_a_person_are_left_alone() {
    let never = finding("python.module-not-found", "dependency-missing")
        .capture("module", "yaml")
        .disposition(Disposition::Never);
    assert!(propose(World::new().file("requirements.txt", ""), incident(never)).is_empty());
}

#[test]
fn a_remedy_that_was_tried_is_not_proposed_again() {
    let world = || World::new().file("requirements.txt", "").file(".venv/pyvenv.cfg", "");
    let missing = || incident(finding("python.module-not-found", "dependency-missing").capture("module", "yaml"));
    let before = propose(world(), missing());
    let after = propose(world(), missing().tried("dependency", before[0].title.clone()));
    assert_eq!(after.len(), before.len() - 1);
    assert!(after.iter().all(|remedy| remedy.title != before[0].title));
}

#[test]
fn everything_that_it_answers_is_among_what_it_handles() {
    let handled = HealDependency::handles().unwrap();
    assert!(CODES.iter().all(|code| handled.contains(&Interest::code(*code))));
}
