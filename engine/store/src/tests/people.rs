//! What people say about patches, and what is looked back on.

use pipeline::event::Fact;
use pipeline::id::IncidentId;
use pipeline::incident::IncidentEnd;
use pipeline::remedy::{Action, Remedy};
use pipeline::time::Timestamp;

use super::sample::{Story, clean_run, finding, remedy, tried_run};
use super::{derived_rows, empty, raw};
use crate::{ApprovedFile, ChainProblem, Standing, Statement, Store, StoreError, TrialOutcome};

const DAY_MS: u64 = 86_400_000;
const CODE: &str = "python.module-not-found";

/// A remedy whose effect should outlive its run.
fn install() -> Remedy {
    let run =
        Action::RunCommand { argv: vec!["pip".to_owned()], directory: ".".to_owned(), env: Vec::new(), timeout_ms: 1 };
    Remedy { actions: vec![run], ..remedy("dependency", "A") }
}

fn healed(run: &str, day: u64, fix: &Remedy) -> Story {
    tried_run(run, day * DAY_MS, CODE, fix, None, IncidentEnd::Healed)
}

/// A run that offers a patch.
fn offered(run: &str, day: u64) -> Story {
    let mut story = tried_run(run, day * DAY_MS, CODE, &install(), None, IncidentEnd::Proposed);
    let incident = story.incident(1);
    story.fact(Fact::PatchSaved { incident, path: format!("/{run}.patch"), digest: "d".to_owned() });
    story
}

fn with(stories: &[Story]) -> (tempfile::TempDir, Store) {
    let (folder, store) = empty();
    for story in stories {
        store.append(&story.run, &story.records).unwrap();
    }
    (folder, store)
}

fn approved(incident: &str) -> Statement {
    let file = ApprovedFile { path: "a".to_owned(), before: None, after: Some("1".to_owned()) };
    Statement::PatchApproved { incident: incident.into(), by: "ana".to_owned(), files: vec![file], head: None }
}

fn applied(incident: &str) -> Statement {
    Statement::PatchApplied { incident: incident.into(), by: "ana".to_owned() }
}

fn outcomes(store: &Store, day: u64) -> Vec<TrialOutcome> {
    store.outcomes(Timestamp(day * DAY_MS)).unwrap().into_iter().map(|one| one.outcome).collect()
}

#[test]
fn a_heal_whose_failure_returns_within_seven_days_was_none() {
    for (day, is_false) in [(2, true), (7, true), (8, false), (20, false)] {
        // The heal of day 1 ended a few records after midnight; an incident of day 8 opens a moment earlier.
        let at = day * DAY_MS + if day == 8 { 1_000 } else { 0 };
        let again = tried_run("r-2", at, CODE, &install(), Some("ineffective"), IncidentEnd::Escalated);
        let (_folder, store) = with(&[healed("r-1", 1, &install()), again]);
        let expected = if is_false { TrialOutcome::FalseHeal } else { TrialOutcome::Healed };
        assert_eq!(outcomes(&store, 21)[0], expected, "day {day}");
        let arm = store.arms(Timestamp(21 * DAY_MS)).unwrap().remove(0);
        assert_eq!(arm.healed == 0.0, is_false, "{arm:?}");
    }
}

#[test]
fn another_failure_and_the_same_run_charge_nothing() {
    let other = tried_run("r-2", 2 * DAY_MS, "other.code", &install(), Some("ineffective"), IncidentEnd::Escalated);
    let (_folder, store) = with(&[healed("r-1", 1, &install()), other]);
    assert_eq!(outcomes(&store, 3)[0], TrialOutcome::Healed);
}

#[test]
fn a_remedy_that_only_set_conditions_of_its_run_is_not_charged_and_a_retry_is() {
    let wait = Remedy { actions: vec![Action::Wait { base_ms: 1, cap_ms: 1, asked_ms: None }], ..remedy("retry", "A") };
    for (fix, expected) in [(remedy("config", "A"), TrialOutcome::Healed), (wait, TrialOutcome::FalseHeal)] {
        let (_folder, store) = with(&[healed("r-1", 1, &fix), healed("r-2", 2, &fix)]);
        assert_eq!(outcomes(&store, 2)[0], expected, "{fix:?}");
    }
}

#[test]
fn a_patch_is_looked_back_on_from_its_approval_on() {
    let (_folder, store) = with(&[offered("r-1", 1), healed("r-2", 2, &remedy("config", "B"))]);
    assert_eq!(outcomes(&store, 3)[0], TrialOutcome::Healed, "nobody had applied it when the failure came back");
    store.append_statement(Timestamp(3 * DAY_MS), &approved("r-1.1")).unwrap();
    store.append_statement(Timestamp(3 * DAY_MS + 1), &applied("r-1.1")).unwrap();
    assert_eq!(outcomes(&store, 3)[0], TrialOutcome::Healed);
    let again = healed("r-3", 4, &remedy("config", "B"));
    store.append(&again.run, &again.records).unwrap();
    assert_eq!(outcomes(&store, 4)[0], TrialOutcome::FalseHeal);
}

#[test]
fn a_patch_that_was_taken_out_again_was_none() {
    let (_folder, store) = with(&[offered("r-1", 1)]);
    for (day, statement) in [(2, approved("r-1.1")), (3, applied("r-1.1"))] {
        store.append_statement(Timestamp(day * DAY_MS), &statement).unwrap();
    }
    assert_eq!(store.applied_since(Timestamp(0)).unwrap().len(), 1);
    let reverted = Statement::PatchReverted { incident: "r-1.1".into(), by: "ben".to_owned() };
    store.append_statement(Timestamp(4 * DAY_MS), &reverted).unwrap();
    assert_eq!(outcomes(&store, 5), [TrialOutcome::FalseHeal]);
    assert_eq!(store.applied_since(Timestamp(0)).unwrap(), []);
}

#[test]
fn a_rejected_patch_counts_against_its_strategy_and_is_benched() {
    let (_folder, store) = with(&[offered("r-1", 1)]);
    assert_eq!(store.arms(Timestamp(DAY_MS)).unwrap()[0].failed, 0.0);
    let reason = Some("no".to_owned());
    let rejected = Statement::PatchRejected { incident: "r-1.1".into(), by: "ben".to_owned(), reason: reason.clone() };
    store.append_statement(Timestamp(2 * DAY_MS), &rejected).unwrap();
    let arm = store.arms(Timestamp(DAY_MS)).unwrap().remove(0);
    assert!(arm.healed == 0.0 && arm.failed > 0.9, "{arm:?}");
    assert_eq!(store.benched().unwrap(), [(finding(CODE).signature, install().key())]);
    let standing = store.proposal("r-1").unwrap().standing;
    assert_eq!(standing, Standing::Rejected { by: "ben".to_owned(), at: Timestamp(2 * DAY_MS), reason });
    store.forget(None, None, Timestamp(3 * DAY_MS)).unwrap();
    assert_eq!(store.benched().unwrap(), []);
}

#[test]
fn a_patch_is_found_by_the_beginning_of_its_incident_and_last_is_the_newest_that_waits() {
    let (_folder, store) = with(&[offered("r-1", 1), clean_run("r-5", 2 * DAY_MS)]);
    assert_eq!(store.proposal("r-1.1").unwrap().standing, Standing::Overtaken { run: "r-5".into() });
    assert!(matches!(store.proposal("last"), Err(StoreError::NoIncident(_))));
    for story in [offered("r-2", 3), offered("r-3", 4)] {
        store.append(&story.run, &story.records).unwrap();
    }
    assert_eq!(store.proposal("last").unwrap().incident.incident, IncidentId::from("r-3.1"));
    assert_eq!(store.proposal("r-2").unwrap().standing, Standing::Replaced { incident: "r-3.1".into() });
    assert!(matches!(store.proposal("r-"), Err(StoreError::AmbiguousIncident { .. })));
    assert!(matches!(store.proposal("x"), Err(StoreError::NoIncident(_))));
}

#[test]
fn what_people_say_is_under_the_same_chain_and_no_part_of_a_run() {
    let (_folder, store) = with(&[offered("r-1", 1)]);
    let before = store.records(&"r-1".into()).unwrap();
    store.append_statement(Timestamp(2 * DAY_MS), &approved("r-1.1")).unwrap();
    let next = clean_run("r-2", 3 * DAY_MS);
    store.append(&next.run, &next.records).unwrap();
    assert!(store.verify().unwrap().is_sound());
    assert_eq!(store.records(&"r-1".into()).unwrap(), before);
    let rows = derived_rows(store.path());
    store.rebuild().unwrap();
    assert_eq!(derived_rows(store.path()), rows);
    let forge =
        "DROP TRIGGER journal_is_never_changed; UPDATE journal SET json = replace(json, 'ana', 'eva') WHERE run = ''";
    raw(store.path()).execute_batch(forge).unwrap();
    assert_eq!(store.verify().unwrap().broken.unwrap().problem, ChainProblem::Altered);
}

#[test]
fn the_database_of_an_older_selfheal_gets_the_new_tables_from_its_journal() {
    let (_folder, store) = with(&[offered("r-1", 1), clean_run("r-2", 2 * DAY_MS)]);
    let rows = derived_rows(store.path());
    let older = "DROP TABLE patches; DROP TABLE verdicts; DROP TABLE tickets; DROP TABLE shadowed; DROP TABLE trials;
                 ALTER TABLE runs DROP COLUMN scope; PRAGMA user_version = 1";
    raw(store.path()).execute_batch(older).unwrap();
    let path = store.path().to_owned();
    drop(store);
    let store = Store::open(&path).unwrap();
    assert_eq!(derived_rows(store.path()), rows);
}
