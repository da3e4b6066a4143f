//! Limits that stages were found to need.

use pipeline::definition::Pipeline;
use pipeline::event::{Event, Fact, Purpose};
use pipeline::floor::{FIRST_WAIT, GivenFloor};
use pipeline::id::RunId;
use pipeline::incident::IncidentEnd;
use pipeline::outcome::{Outcome, Qualifier, RunResult};
use pipeline::remedy::{Action, Limits, Remedy};
use pipeline::source::Earlier;
use pipeline::time::Timestamp;

use super::empty;
use super::sample::{PIPELINE, Story, failed, finding, passed, pipeline_named, remedy};

const MIB: u64 = 1 << 20;

fn memory(mib: u64) -> Limits {
    Limits { memory_bytes: Some(mib * MIB), ..Limits::default() }
}

/// Its stages may use 32 MiB.
fn pipeline() -> Pipeline {
    let mut pipeline = pipeline_named(PIPELINE);
    pipeline.stages.iter_mut().for_each(|stage| stage.limits = memory(32));
    pipeline
}

fn begin(run: &str, at: u64, floors: Vec<GivenFloor>) -> Story {
    let mut story = Story::begin_with(run, at, pipeline());
    if let Event::Fact(Fact::RunStarted { earlier, .. }) = &mut story.records[0].event {
        **earlier = Earlier { floors, ..Earlier::default() };
    }
    story
}

fn resource(mib: u64) -> Remedy {
    Remedy { actions: vec![Action::SetLimit { limits: memory(mib) }], ..remedy("resource", "memory") }
}

/// A run in which `test` fails and is healed with so much memory; some stages start with floors.
pub(super) fn eased(run: &str, at: u64, given: &[(&str, u64, bool)], mib: u64) -> Story {
    let floors = given.iter().map(|(stage, mib, is_probe)| GivenFloor {
        stage: (*stage).into(),
        limits: memory(*mib),
        run: RunId::from("r-0"),
        is_probe: *is_probe,
    });
    let mut story = begin(run, at, floors.collect());
    let (incident, cause, fix) = (story.incident(1), finding("system.out-of-memory"), resource(mib));
    story
        .attempt("test", 1, Purpose::Plain, failed(5))
        .diagnose(&incident, "test", 1, cause.clone())
        .ask(&incident, cause.clone(), &[])
        .prepare(&incident, &fix)
        .attempt("test", 2, Purpose::Trial { incident: incident.clone() }, passed(5))
        .end_incident(&incident, IncidentEnd::Healed, Some(&cause), Some(&fix))
        .end_stage("test", RunResult::Success, Qualifier::Healed)
        .end(RunResult::Success, Qualifier::Healed);
    story
}

/// A run that starts with what the store says; returns that.
fn next(store: &crate::Store, number: u64, outcome: Outcome) -> Vec<(u64, bool)> {
    let given = store.floors(&pipeline()).unwrap();
    let seen = given.iter().map(|one| (one.limits.memory_bytes.unwrap_or(0) / MIB, one.is_probe)).collect();
    let mut story = begin(&format!("r-1{number:03}"), 10_000 * number, given);
    story.attempt("test", 1, Purpose::Plain, outcome).end(RunResult::Success, Qualifier::Clean);
    store.append(&story.run, &story.records).unwrap();
    seen
}

#[test]
fn limits_that_healed_a_stage_are_what_its_next_run_starts_with() {
    let (_folder, store) = empty();
    assert!(store.floors(&pipeline()).unwrap().is_empty());
    let story = eased("r-1", 0, &[], 64);
    store.append(&story.run, &story.records).unwrap();
    let [given] = &store.floors(&pipeline()).unwrap()[..] else { panic!("one floor") };
    assert_eq!((given.stage.as_str(), &given.limits, given.is_probe), ("test", &memory(64), false));
    assert_eq!(given.run.as_str(), "r-1");
    assert_eq!(store.all_floors().unwrap().len(), 1);
    let mut other = pipeline();
    other.name = "other".to_owned();
    assert!(store.floors(&other).unwrap().is_empty());
}

#[test]
fn less_is_tried_after_green_runs_until_nothing_is_left_to_remember() {
    let (_folder, store) = empty();
    let story = eased("r-1", 0, &[], 64);
    store.append(&story.run, &story.records).unwrap();
    for number in 1..=u64::from(FIRST_WAIT) {
        assert_eq!(next(&store, number, passed(5)), [(64, false)], "run {number}");
    }
    assert_eq!(next(&store, 100, passed(5)), [(0, true)], "as little as is defined");
    assert!(store.all_floors().unwrap().is_empty());
    store.rebuild().unwrap();
    assert!(store.all_floors().unwrap().is_empty());
}

#[test]
fn a_try_that_runs_short_leaves_the_limits_as_they_were() {
    let (_folder, store) = empty();
    let story = eased("r-1", 0, &[], 64);
    store.append(&story.run, &story.records).unwrap();
    for number in 1..=u64::from(FIRST_WAIT) {
        next(&store, number, passed(5));
    }
    let killed = Outcome { exit_code: Some(137), oom_kills: Some(1), ..Outcome::default() };
    assert_eq!(next(&store, 100, killed), [(0, true)]);
    for number in 101..101 + 2 * u64::from(FIRST_WAIT) {
        assert_eq!(next(&store, number, passed(5)), [(64, false)], "run {number}");
    }
    assert_eq!(next(&store, 200, passed(5)), [(0, true)]);
}

#[test]
fn what_a_person_wants_forgotten_and_a_run_that_does_not_learn_leave_no_floor() {
    let (_folder, store) = empty();
    let mut story = eased("r-1", 0, &[], 64);
    if let Event::Fact(Fact::RunStarted { pipeline, .. }) = &mut story.records[0].event {
        pipeline.detection.learning = false;
    }
    store.append(&story.run, &story.records).unwrap();
    assert!(store.all_floors().unwrap().is_empty());
    let story = eased("r-2", 1_000, &[], 64);
    store.append(&story.run, &story.records).unwrap();
    assert_eq!(store.all_floors().unwrap().len(), 1);
    store.forget(None, None, Timestamp(50_000)).unwrap();
    assert!(store.all_floors().unwrap().is_empty() && store.floors(&pipeline()).unwrap().is_empty());
}
