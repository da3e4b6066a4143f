//! Questions about runs, stages, attempts and incidents.

use pipeline::event::Purpose;
use pipeline::finding::Disposition;
use pipeline::id::{RunId, StageName};
use pipeline::incident::IncidentEnd;
use pipeline::outcome::{Qualifier, RunResult};
use pipeline::time::Timestamp;

use super::empty;
use super::sample::{
    PIPELINE, Story, TICK_MS, clean_run, failed, finding, healed_run, passed, pipeline_named, remedy, stage,
};
use crate::{GreenAttempt, HistoryFilter, Store, StoreError};

fn with(stories: &[Story]) -> (tempfile::TempDir, Store) {
    let (folder, store) = empty();
    for story in stories {
        store.append(&story.run, &story.records).unwrap();
    }
    (folder, store)
}

fn names(store: &Store, filter: &HistoryFilter) -> Vec<String> {
    store.history(10, filter).unwrap().into_iter().map(|run| run.run.to_string()).collect()
}

fn mixed() -> (tempfile::TempDir, Store) {
    let other = Story::begin_with("r-3", 3000, pipeline_named("other"));
    with(&[clean_run("r-1", 1000), healed_run("r-2", 2000), other])
}

#[test]
fn the_history_begins_with_the_newest_run() {
    let (_folder, store) = mixed();
    assert_eq!(names(&store, &HistoryFilter::default()), ["r-3", "r-2", "r-1"]);
    assert_eq!(store.history(2, &HistoryFilter::default()).unwrap().len(), 2);
}

#[test]
fn the_history_can_be_narrowed() {
    let (_folder, store) = mixed();
    let any = HistoryFilter::default;
    assert_eq!(names(&store, &HistoryFilter { pipeline: Some("other".into()), ..any() }), ["r-3"]);
    assert_eq!(names(&store, &HistoryFilter { result: Some(RunResult::Success), ..any() }), ["r-2", "r-1"]);
    assert_eq!(names(&store, &HistoryFilter { qualifier: Some(Qualifier::Healed), ..any() }), ["r-2"]);
    assert_eq!(names(&store, &HistoryFilter { stage: Some(stage("test")), ..any() }), ["r-2", "r-1"]);
    assert_eq!(names(&store, &HistoryFilter { since: Some(Timestamp(2000)), ..any() }), ["r-3", "r-2"]);
    let both = HistoryFilter { pipeline: Some(PIPELINE.into()), since: Some(Timestamp(1001)), ..any() };
    assert_eq!(names(&store, &both), ["r-2"]);
}

#[test]
fn a_run_is_summed_up() {
    let (_folder, store) = mixed();
    let run = store.run("r-2").unwrap();
    assert_eq!((run.pipeline.as_str(), run.started, run.stages, run.incidents), (PIPELINE, Timestamp(2000), 2, 1));
    assert_eq!((run.result, run.qualifier), (Some(RunResult::Success), Some(Qualifier::Healed)));
    let last = healed_run("r-2", 2000).records.last().unwrap().at;
    assert_eq!(run.ended, Some(last));
    let open = store.run("r-3").unwrap();
    assert_eq!((open.ended, open.result, open.qualifier), (None, None, None));
}

#[test]
fn a_run_is_found_by_a_prefix_that_is_unique() {
    let (_folder, store) =
        with(&[clean_run("r-20261123-7f3a", 3), clean_run("r-20261124-aaaa", 1), clean_run("r-20261124-aaaa-b", 2)]);
    assert_eq!(store.run("r-20261123").unwrap().run.as_str(), "r-20261123-7f3a");
    assert_eq!(store.run("r-20261124-aaaa").unwrap().run.as_str(), "r-20261124-aaaa", "a whole id is not ambiguous");
    assert_eq!(store.run("last").unwrap().run.as_str(), "r-20261123-7f3a", "the one that began last");
    let error = store.run("r-2026112").unwrap_err();
    assert!(matches!(&error, StoreError::Ambiguous { candidates, .. } if candidates.len() == 3), "{error}");
    for missing in ["r-2027", "7f3a", "r-%", "r_20261123"] {
        assert!(matches!(store.run(missing), Err(StoreError::NoRun(_))), "{missing}");
    }
}

#[test]
fn without_runs_there_is_no_last_one() {
    let (_folder, store) = empty();
    assert!(matches!(store.run("last"), Err(StoreError::NoRun(_))));
}

#[test]
fn a_stage_sums_up_its_own_attempts_only() {
    let (_folder, store) = mixed();
    let stages = store.stages(&RunId::from("r-2")).unwrap();
    let of = |name: &str| stages.iter().find(|other| other.stage == stage(name)).unwrap();
    let test = of("test");
    assert_eq!((test.attempts, test.duration_ms, test.peak_memory_bytes), (3, 50 + 60 + 70, Some(1 << 21)));
    assert_eq!(
        (test.result, test.qualifier, test.reason.as_str()),
        (RunResult::Success, Qualifier::Healed, "so it is")
    );
    let build = of("build");
    assert_eq!((build.attempts, build.duration_ms), (1, 100), "its verification of a remedy is not its own");
}

#[test]
fn attempts_tell_why_they_were_made_and_how_they_ended() {
    let (_folder, store) = mixed();
    let attempts = store.attempts(&RunId::from("r-2")).unwrap();
    let told: Vec<String> = attempts
        .iter()
        .map(|attempt| {
            format!("{} {} {} {:?}", attempt.stage, attempt.attempt, attempt.purpose, attempt.result.unwrap())
        })
        .collect();
    let expected = [
        "build 1 plain Success",
        "test 1 plain Failure",
        "test 2 trial Failure",
        "test 3 trial Success",
        "build 2 verify Success",
    ];
    assert_eq!(told, expected);
    assert_eq!(attempts[2].incident.as_ref().unwrap().as_str(), "r-2.1");
    assert_eq!(attempts[0].ended.unwrap().since(attempts[0].started).as_millis(), u128::from(TICK_MS));
}

#[test]
fn an_attempt_that_was_under_way_when_the_engine_died_is_lost() {
    let mut story = Story::begin("r-1", 0);
    story.start("build", 1, Purpose::Plain).lose("build", 1).attempt("build", 2, Purpose::Plain, passed(1));
    let (_folder, store) = with(&[story]);
    let lost: Vec<bool> = store.attempts(&RunId::from("r-1")).unwrap().iter().map(|attempt| attempt.is_lost).collect();
    assert_eq!(lost, [true, false]);
}

#[test]
fn an_incident_tells_its_cause_its_trials_and_its_end() {
    let (_folder, store) = mixed();
    let incident = store.incidents(&RunId::from("r-2")).unwrap().remove(0);
    let cause = finding("python.module-not-found");
    let kept = remedy("dependency", "SECOND");
    assert_eq!(
        incident.code.as_deref(),
        Some("python.module-not-found"),
        "the failure that opened it, not a later one"
    );
    assert_eq!(incident.signature, Some(cause.signature));
    assert_eq!(incident.category, Some(cause.category));
    assert_eq!(incident.end, Some(IncidentEnd::Healed));
    assert_eq!((incident.remedy, incident.strategy), (Some(kept.key()), Some("dependency".to_owned())));
    assert_eq!(incident.title.as_deref(), Some("set SECOND"));
    let failed_at = store.attempts(&RunId::from("r-2")).unwrap()[1].ended.unwrap();
    assert_eq!(incident.opened, failed_at);
    assert!(incident.ended.unwrap() > failed_at);
    let ends: Vec<_> = incident.trials.iter().map(|trial| (trial.number, trial.end.clone().unwrap())).collect();
    assert_eq!(ends, [(1, "ineffective".to_owned()), (2, "healed".to_owned())]);
    let first = &incident.trials[0];
    assert_eq!(first.reason.as_deref(), Some("it was ineffective"));
    assert_eq!((first.plugin.as_str(), first.disposition), ("heal-config", Disposition::Auto));
}

#[test]
fn an_incident_that_the_runs_end_overtook_before_it_began_is_listed() {
    let mut story = Story::begin("r-1", 0);
    let incident = story.incident(1);
    story.attempt("test", 1, Purpose::Plain, failed(5)).end_incident(&incident, IncidentEnd::Superseded, None, None);
    let (_folder, store) = with(&[story]);
    let listed = store.incidents(&RunId::from("r-1")).unwrap().remove(0);
    assert_eq!((listed.incident, listed.end, listed.code), (incident, Some(IncidentEnd::Superseded), None));
    assert_eq!(store.run("r-1").unwrap().incidents, 1);
}

#[test]
fn durations_and_green_attempts_are_those_of_attempts_that_succeeded() {
    let other = Story::begin_with("r-3", 3000, {
        let mut pipeline = pipeline_named("other");
        pipeline.max_parallel = 1;
        pipeline
    });
    let (_folder, store) = with(&[clean_run("r-1", 1000), healed_run("r-2", 2000), other]);
    let (build, test) = (stage("build"), stage("test"));
    assert_eq!(store.stage_durations(PIPELINE, &test, 10).unwrap(), [70, 30]);
    assert_eq!(store.stage_durations(PIPELINE, &test, 1).unwrap(), [70]);
    assert_eq!(store.stage_durations("other", &test, 10).unwrap(), Vec::<u64>::new());
    let green = |run: &str, attempt| GreenAttempt { run: run.into(), stage: test.clone(), attempt };
    assert_eq!(store.green_attempts(PIPELINE, &test, 10).unwrap(), [green("r-2", 3), green("r-1", 1)]);
    assert_eq!(store.green_attempts(PIPELINE, &test, 1).unwrap(), [green("r-2", 3)]);
    let typical = store.typical_durations(PIPELINE, [&build, &test, &StageName::from("new")]).unwrap();
    assert_eq!(typical.get(&build), Some(&100), "the median of 100, 100 and 110");
    assert!(!typical.contains_key("new"));
}
