//! Failures on one commit.

use pipeline::event::{Decision, Purpose};
use pipeline::incident::IncidentEnd;
use pipeline::outcome::{Qualifier, RunResult};
use pipeline::remedy::{Action, CommandLine};
use pipeline::source::{Source, command_digest};

use super::empty;
use super::sample::{PIPELINE, Story, failed, finding, passed, pipeline_named, remedy};

fn on(commit: &str, is_dirty: bool) -> Option<Source> {
    Some(Source { commit: commit.to_owned(), is_dirty })
}

/// A run in which `test` fails for good.
fn failing(run: &str, at: u64, source: Option<Source>) -> Story {
    let mut story = Story::begin_on(run, at, pipeline_named(PIPELINE), source);
    let (incident, cause) = (story.incident(1), finding("python.module-not-found"));
    story
        .attempt("build", 1, Purpose::Plain, passed(10))
        .attempt("test", 1, Purpose::Plain, failed(10))
        .diagnose(&incident, "test", 1, cause.clone())
        .end_incident(&incident, IncidentEnd::Reported, Some(&cause), None)
        .end_stage("test", RunResult::Failure, Qualifier::Clean)
        .end(RunResult::Failure, Qualifier::Clean);
    story
}

/// A run in which a remedy heals `test`; with `joined`, as a part of another incident.
fn healed(run: &str, at: u64, is_joined: bool) -> Story {
    let mut story = Story::begin_on(run, at, pipeline_named(PIPELINE), on("c1", false));
    let (own, other) = (story.incident(1), story.incident(2));
    let (cause, fix) = (finding("python.module-not-found"), remedy("config", "FIRST"));
    let incident = if is_joined { other.clone() } else { own.clone() };
    story.attempt("test", 1, Purpose::Plain, failed(10)).diagnose(&own, "test", 1, cause.clone());
    if is_joined {
        story.diagnose(&other, "build", 1, cause.clone());
        story.decision(Decision::JoinIncident { incident: own.clone(), stage: "test".into(), into: other });
        story.end_incident(&own, IncidentEnd::Joined, Some(&cause), None);
    }
    story
        .ask(&incident, cause.clone(), &[])
        .prepare(&incident, &fix)
        .attempt("test", 2, Purpose::Trial { incident: incident.clone() }, passed(10))
        .end_incident(&incident, IncidentEnd::Healed, Some(&cause), Some(&fix))
        .end_stage("test", RunResult::Success, Qualifier::Healed)
        .end(RunResult::Success, Qualifier::Healed);
    story
}

#[test]
fn a_failure_is_found_by_the_clean_commit_it_happened_on() {
    let (_folder, store) = empty();
    for story in [
        failing("r-1", 0, on("c1", false)),
        failing("r-2", 1_000, on("c1", true)),
        failing("r-3", 2_000, on("c2", false)),
        failing("r-4", 3_000, None),
    ] {
        store.append(&story.run, &story.records).unwrap();
    }
    let found = store.failures_on("c1", &pipeline_named(PIPELINE)).unwrap();
    let [one] = &found[..] else { panic!("one failure on a clean commit: {found:?}") };
    assert_eq!((one.failure.run.as_str(), one.failure.stage.as_str()), ("r-1", "test"));
    assert_eq!(one.failure.category.as_deref(), Some("dependency-missing"));
    assert_eq!(one.command, command_digest(&CommandLine::Shell("make".to_owned())));
    assert!(one.healed_by.is_empty());
    assert!(store.failures_on("c1", &pipeline_named("other")).unwrap().is_empty(), "another pipeline");
    assert!(store.failures_on("c9", &pipeline_named(PIPELINE)).unwrap().is_empty());
}

#[test]
fn what_healed_it_is_told_also_where_the_incident_was_another_ones() {
    for is_joined in [false, true] {
        let (_folder, store) = empty();
        let story = healed("r-1", 0, is_joined);
        store.append(&story.run, &story.records).unwrap();
        let found = store.failures_on("c1", &pipeline_named(PIPELINE)).unwrap();
        let [one] = &found[..] else { panic!("one failure: {found:?}") };
        let [healing] = &one.healed_by[..] else { panic!("one remedy: {one:?}") };
        assert!(!healing.leaves_changes);
        assert!(matches!(&healing.conditions[..], [Action::SetEnv { name, .. }] if name == "FIRST"), "{healing:?}");
    }
}

#[test]
fn the_latest_failure_comes_first() {
    let (_folder, store) = empty();
    for story in [failing("r-1", 0, on("c1", false)), failing("r-2", 1_000, on("c1", false))] {
        store.append(&story.run, &story.records).unwrap();
    }
    let found = store.failures_on("c1", &pipeline_named(PIPELINE)).unwrap();
    let runs: Vec<&str> = found.iter().map(|one| one.failure.run.as_str()).collect();
    assert_eq!(runs, ["r-2", "r-1"]);
}
