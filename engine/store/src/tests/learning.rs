//! What earlier runs teach.

use pipeline::choice::ArmRecord;
use pipeline::event::{Decision, Purpose};
use pipeline::incident::IncidentEnd;
use pipeline::outcome::{Qualifier, RunResult};
use pipeline::time::Timestamp;

use super::empty;
use super::sample::{Story, failed, finding, healed_run, note, passed, pipeline_named, remedy, tried_run};
use crate::Store;

const DAY_MS: u64 = 86_400_000;
const CODE: &str = "python.module-not-found";

fn with(stories: &[Story]) -> (tempfile::TempDir, Store) {
    let (folder, store) = empty();
    for story in stories {
        store.append(&story.run, &story.records).unwrap();
    }
    (folder, store)
}

fn arm(code: &str, strategy: &str, healed: f64, failed: f64) -> ArmRecord {
    ArmRecord { code: code.to_owned(), strategy: strategy.to_owned(), healed, failed }
}

/// The moment of a story's last record.
fn end_of(story: &Story) -> Timestamp {
    story.records.last().unwrap().at
}

/// Arms with their numbers rounded: a few records lie between an outcome and the end of its run.
fn arms_at(store: &Store, now: Timestamp) -> Vec<ArmRecord> {
    let round = |value: f64| (value * 1000.0).round() / 1000.0;
    let arms = store.arms(now).unwrap().into_iter();
    arms.map(|arm| ArmRecord { healed: round(arm.healed), failed: round(arm.failed), ..arm }).collect()
}

#[test]
fn a_remedy_that_helped_and_one_that_did_not_are_told_apart() {
    let story = healed_run("r-1", DAY_MS);
    let now = end_of(&story);
    let (_folder, store) = with(&[story]);
    assert_eq!(arms_at(&store, now), [arm(CODE, "config", 0.0, 1.0), arm(CODE, "dependency", 1.0, 0.0)]);
}

#[test]
fn outcomes_count_half_after_half_a_year_and_not_at_all_after_three_hundred_days() {
    let story = healed_run("r-1", DAY_MS);
    let end = end_of(&story);
    let (_folder, store) = with(&[story]);
    let after = |days: u64| Timestamp(end.0 + days * DAY_MS);
    assert_eq!(arms_at(&store, after(180)), [arm(CODE, "config", 0.0, 0.5), arm(CODE, "dependency", 0.5, 0.0)]);
    assert_eq!(arms_at(&store, after(90))[1], arm(CODE, "dependency", 0.707, 0.0));
    assert_eq!(arms_at(&store, after(301)), []);
}

#[test]
fn outcomes_of_several_runs_add_up() {
    let fix = remedy("dependency", "A");
    let (_folder, store) = with(&[
        tried_run("r-1", DAY_MS, CODE, &fix, None, IncidentEnd::Healed),
        tried_run("r-2", DAY_MS, CODE, &fix, None, IncidentEnd::Proposed),
        tried_run("r-3", DAY_MS, CODE, &fix, Some("worsened"), IncidentEnd::Escalated),
        tried_run("r-4", DAY_MS, "other.code", &fix, Some("ineffective"), IncidentEnd::Escalated),
    ]);
    let now = Timestamp(DAY_MS);
    assert_eq!(arms_at(&store, now), [arm("other.code", "dependency", 0.0, 1.0), arm(CODE, "dependency", 2.0, 1.0)]);
}

#[test]
fn nothing_is_learned_from_luck_refusals_and_incidents_without_an_end_of_their_own() {
    let fix = remedy("retry", "A");
    let (_folder, store) = with(&[
        tried_run("r-1", DAY_MS, CODE, &fix, None, IncidentEnd::FlakySuspect),
        tried_run("r-2", DAY_MS, CODE, &fix, Some("refused"), IncidentEnd::Escalated),
        tried_run("r-3", DAY_MS, CODE, &fix, None, IncidentEnd::Superseded),
        tried_run("r-4", DAY_MS, CODE, &fix, None, IncidentEnd::Stuck),
    ]);
    assert_eq!(store.arms(Timestamp(DAY_MS)).unwrap(), []);
}

#[test]
fn nothing_is_learned_from_runs_with_learning_switched_off() {
    let mut pipeline = pipeline_named("demo");
    pipeline.detection.learning = false;
    let mut story = healed_run("r-1", DAY_MS);
    story.records[0] = Story::begin_with("r-1", DAY_MS, pipeline).records.remove(0);
    let (_folder, store) = with(&[story]);
    assert_eq!(store.arms(Timestamp(DAY_MS)).unwrap(), []);
}

/// The first remedy fixes its failure, the next failure appears, the second remedy is kept or not.
fn chained_run(end: IncidentEnd) -> Story {
    let mut story = Story::begin("r-1", DAY_MS);
    let (incident, first, second) = (story.incident(1), finding("first.code"), finding("second.code"));
    let (a, b) = (remedy("config", "A"), remedy("dependency", "B"));
    let trial = Purpose::Trial { incident: incident.clone() };
    story
        .attempt("test", 1, Purpose::Plain, failed(5))
        .diagnose(&incident, "test", 1, first.clone())
        .ask(&incident, first.clone(), &[])
        .prepare(&incident, &a)
        .attempt("test", 2, trial.clone(), failed(5))
        .diagnose(&incident, "test", 2, second.clone())
        .ask(&incident, second.clone(), &[note(&a, "progressed")])
        .prepare(&incident, &b)
        .attempt("test", 3, trial, passed(5));
    if end == IncidentEnd::Healed {
        story.end_incident(&incident, end, Some(&first), Some(&b));
    } else {
        story.ask(&incident, first.clone(), &[note(&a, "progressed"), note(&b, "ineffective")]);
        story.end_incident(&incident, end, Some(&first), None);
    }
    story.end(RunResult::Success, Qualifier::Healed);
    story
}

#[test]
fn a_remedy_that_progressed_counts_for_its_own_failure_when_the_incident_was_healed() {
    let (_folder, store) = with(&[chained_run(IncidentEnd::Healed)]);
    let expected = [arm("first.code", "config", 1.0, 0.0), arm("second.code", "dependency", 1.0, 0.0)];
    assert_eq!(arms_at(&store, Timestamp(DAY_MS)), expected);
}

#[test]
fn a_remedy_that_progressed_counts_nothing_when_the_incident_was_not_healed() {
    let (_folder, store) = with(&[chained_run(IncidentEnd::Escalated)]);
    assert_eq!(arms_at(&store, Timestamp(DAY_MS)), [arm("second.code", "dependency", 0.0, 1.0)]);
}

#[test]
fn what_was_put_off_counts_for_nothing_and_the_same_remedies_that_help_later_count_once() {
    let mut story = Story::begin("r-1", DAY_MS);
    let (incident, first, second) = (story.incident(1), finding("first.code"), finding("second.code"));
    let (a, b) = (remedy("config", "A"), remedy("dependency", "B"));
    story.attempt("test", 1, Purpose::Plain, failed(5)).diagnose(&incident, "test", 1, first.clone());
    for is_put_off in [true, false] {
        story
            .ask(&incident, first.clone(), &[])
            .prepare(&incident, &a)
            .ask(&incident, second.clone(), &[note(&a, "progressed")])
            .prepare(&incident, &b);
        if is_put_off {
            story.decision(Decision::PutOff { incident: incident.clone(), reason: "b was first".to_owned() });
        }
    }
    story.end_incident(&incident, IncidentEnd::Healed, Some(&first), Some(&b));
    story.end(RunResult::Success, Qualifier::Healed);
    let (_folder, store) = with(&[story]);
    let trials = store.incidents(&"r-1".into()).unwrap().remove(0).trials;
    let ends: Vec<_> = trials.into_iter().map(|trial| trial.end.unwrap()).collect();
    assert_eq!(ends, ["put-off", "put-off", "progressed", "healed"]);
    let expected = [arm("first.code", "config", 1.0, 0.0), arm("second.code", "dependency", 1.0, 0.0)];
    assert_eq!(arms_at(&store, Timestamp(DAY_MS)), expected);
}

#[test]
fn a_remedy_that_is_tried_twice_in_one_incident_has_two_ends() {
    let mut story = Story::begin("r-1", DAY_MS);
    let (incident, cause, next, fix) = (story.incident(1), finding(CODE), finding("next.code"), remedy("retry", "A"));
    let (once, twice) = (note(&fix, "progressed"), note(&fix, "worsened"));
    story
        .attempt("test", 1, Purpose::Plain, failed(5))
        .diagnose(&incident, "test", 1, cause.clone())
        .ask(&incident, cause.clone(), &[])
        .prepare(&incident, &fix)
        .ask(&incident, next.clone(), std::slice::from_ref(&once))
        .prepare(&incident, &fix)
        .ask(&incident, cause, &[once, twice]);
    let (_folder, store) = with(&[story]);
    let trials = store.incidents(&"r-1".into()).unwrap().remove(0).trials;
    let ends: Vec<_> = trials.into_iter().map(|trial| (trial.code.unwrap(), trial.end.unwrap())).collect();
    assert_eq!(ends, [(CODE.to_owned(), "progressed".to_owned()), ("next.code".to_owned(), "worsened".to_owned())]);
}

#[test]
fn remedies_that_did_harm_are_benched_against_the_failure_they_were_tried_on() {
    let (bad, refused, useless) = (remedy("config", "BAD"), remedy("config", "REFUSED"), remedy("config", "USELESS"));
    let (_folder, store) = with(&[
        tried_run("r-1", DAY_MS, "b.code", &bad, Some("worsened"), IncidentEnd::Escalated),
        tried_run("r-2", DAY_MS, "a.code", &refused, Some("refused"), IncidentEnd::Escalated),
        tried_run("r-3", DAY_MS, "c.code", &useless, Some("ineffective"), IncidentEnd::Escalated),
        tried_run("r-4", DAY_MS, "b.code", &bad, Some("worsened"), IncidentEnd::Escalated),
    ]);
    let expected = [(finding("a.code").signature, refused.key()), (finding("b.code").signature, bad.key())];
    assert_eq!(store.benched().unwrap(), expected);
}

#[test]
fn what_is_forgotten_counts_again_only_from_new_outcomes() {
    let fix = remedy("dependency", "A");
    let (_folder, store) = with(&[
        tried_run("r-1", DAY_MS, "a.code", &fix, None, IncidentEnd::Healed),
        tried_run("r-2", DAY_MS, "b.code", &fix, Some("worsened"), IncidentEnd::Escalated),
    ]);
    let later = Timestamp(DAY_MS + 60_000);
    store.forget(Some("b.code"), Some("dependency"), later).unwrap();
    assert_eq!(arms_at(&store, later), [arm("a.code", "dependency", 1.0, 0.0)]);
    assert_eq!(store.benched().unwrap(), []);
    store.forget(None, Some("retry"), later).unwrap();
    assert_eq!(arms_at(&store, later).len(), 1, "another strategy stays");
    store.forget(None, None, later).unwrap();
    assert_eq!(store.arms(later).unwrap(), []);
    let again = tried_run("r-3", later.0 + 1, "b.code", &fix, None, IncidentEnd::Healed);
    store.append(&again.run, &again.records).unwrap();
    assert_eq!(arms_at(&store, end_of(&again)), [arm("b.code", "dependency", 1.0, 0.0)]);
}

#[test]
fn repeats_of_a_failure_are_counted_from_a_moment_on() {
    let fix = remedy("retry", "A");
    let (_folder, store) = with(&[
        tried_run("r-1", DAY_MS, CODE, &fix, None, IncidentEnd::Healed),
        tried_run("r-2", 5 * DAY_MS, CODE, &fix, None, IncidentEnd::Healed),
        tried_run("r-3", 5 * DAY_MS, "other.code", &fix, None, IncidentEnd::Healed),
    ]);
    let signature = finding(CODE).signature;
    assert_eq!(store.repeats(&signature, Timestamp(0)).unwrap(), 2);
    assert_eq!(store.repeats(&signature, Timestamp(2 * DAY_MS)).unwrap(), 1);
    assert_eq!(store.repeats(&signature, Timestamp(6 * DAY_MS)).unwrap(), 0);
}
