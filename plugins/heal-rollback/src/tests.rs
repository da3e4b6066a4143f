#![allow(clippy::unwrap_used)]
use plugin_sdk::testing::{IncidentBuilder, LogText, World, finding, incident};

use super::*;

fn propose(world: World, incident: IncidentBuilder) -> Vec<Vec<Action>> {
    let remedies = world.enter(|| HealRollback::propose(incident.build(), &LogText::default())).unwrap();
    assert!(remedies.iter().all(|remedy| remedy.strategy == "rollback" && remedy.confidence < 0.5));
    remedies.into_iter().map(|remedy| remedy.actions).collect()
}

fn conflict() -> IncidentBuilder {
    incident(finding("node.eresolve", "dependency-conflict")).attr("last-good", "snapshot-1")
}

fn world() -> World {
    World::new().file("package.json", "{}").file("package-lock.json", "{}").file("Cargo.lock", "")
}

#[test]
fn the_lock_file_goes_back_before_the_manifest() {
    assert_eq!(
        propose(world(), conflict()),
        [
            vec![action::restore_snapshot(["package-lock.json"])],
            vec![action::restore_snapshot(["package.json", "package-lock.json"])]
        ]
    );
}

#[test]
fn without_a_green_run_there_is_nothing_to_go_back_to() {
    assert!(propose(world(), incident(finding("node.eresolve", "dependency-conflict"))).is_empty());
}

#[test]
fn only_files_that_are_there_and_of_the_ecosystem_are_named() {
    let rust = incident(finding("rust.version-conflict", "dependency-conflict")).attr("last-good", "1");
    assert_eq!(propose(world(), rust), [vec![action::restore_snapshot(["Cargo.lock"])]]);
    let python = incident(finding("python.pip-conflict", "dependency-conflict")).attr("last-good", "1");
    assert!(propose(world(), python).is_empty());
}

#[test]
fn a_file_that_the_failure_names_goes_back_also_when_it_is_gone() {
    let broken = |file: &str| {
        incident(finding("system.file-missing", "configuration").capture("file", file)).attr("last-good", "1")
    };
    let world = || World::new().file("conf/other.toml", "");
    assert_eq!(propose(world(), broken("/src/job/conf/app.toml")), [vec![action::restore_snapshot(["conf/app.toml"])]]);
    assert_eq!(propose(world(), broken("conf/app.toml")), [vec![action::restore_snapshot(["conf/app.toml"])]]);
    for outside in ["/etc/passwd", "../secret", ".git/config"] {
        assert!(propose(world(), broken(outside)).is_empty(), "{outside}");
    }
}

#[test]
fn findings_for_a_person_are_left_alone() {
    let never = finding("node.eresolve", "dependency-conflict").disposition(Disposition::Never);
    assert!(propose(world(), incident(never).attr("last-good", "1")).is_empty());
}

#[test]
fn what_was_tried_is_not_proposed_again() {
    let tried = conflict().tried("rollback", "take package-lock.json back to the last green run");
    assert_eq!(propose(world(), tried).len(), 1);
}

#[test]
fn every_category_is_handled() {
    let handled = HealRollback::handles().unwrap();
    assert!(choice::CATEGORIES.iter().all(|category| handled.contains(&Interest::category(*category))));
}
