//! What earlier runs mean for a run: {fail, pass} on one commit, and limits that were learned.

use super::*;
use crate::floor::GivenFloor;
use crate::source::{Earlier, EarlierFailure, Source};

fn start_after_a_failure(is_dirty: Option<bool>) -> (Run, Vec<Decision>) {
    let mut fact = started(pipeline(&[("build", &[]), ("test", &["build"])]));
    let Fact::RunStarted { source, earlier, .. } = &mut fact else { unreachable!("made so") };
    *source = is_dirty.map(|is_dirty| Source { commit: "c0ffee".to_owned(), is_dirty });
    let failure = EarlierFailure { stage: StageName::new("test"), run: RunId::new("r-0"), code: None, category: None };
    **earlier = Earlier { failures: vec![failure], ..Earlier::default() };
    Run::start(&fact, NOW).expect("a run starts with its first fact")
}

#[test]
fn a_pass_after_a_failure_of_an_earlier_run_on_the_same_commit_is_never_clean() {
    let (mut run, _) = start_after_a_failure(Some(false));
    step(&mut run, ended("build", 1, Purpose::Plain, 0), &["build success clean", "start test.1"]);
    let decisions = run.step(&ended("test", 1, Purpose::Plain, 0), NOW).expect("the fact fits");
    assert_eq!(words(&decisions), ["test success flaky-suspect", "run success flaky-suspect"]);
    let Decision::EndStage { reason, .. } = &decisions[0] else { panic!("the stage ends: {decisions:?}") };
    assert_eq!(reason, "passed here, failed in run r-0 on the same commit");
}

#[test]
fn a_dirty_or_unknown_work_tree_is_compared_with_nothing() {
    for is_dirty in [Some(true), None] {
        let (mut run, _) = start_after_a_failure(is_dirty);
        step(&mut run, ended("build", 1, Purpose::Plain, 0), &["build success clean", "start test.1"]);
        step(&mut run, ended("test", 1, Purpose::Plain, 0), &["test success clean", "run success clean"]);
    }
}

#[test]
fn one_that_fails_again_and_is_healed_is_healed() {
    let (mut run, _) = start_after_a_failure(Some(false));
    step(&mut run, ended("build", 1, Purpose::Plain, 0), &["build success clean", "start test.1"]);
    step(&mut run, ended("test", 1, Purpose::Plain, 1), &["diagnose test.1"]);
    step(&mut run, diagnosed("test", 1, network()), &["ask"]);
    step(&mut run, proposed(vec![wait()]), &["weighed", "prepare retry"]);
    step(&mut run, prepared(Vec::new()), &["trial test.2"]);
    step(&mut run, ended("test", 2, trial(), 0), &["inspect"]);
    let inspected = Fact::ScratchInspected { incident: incident(), changes: Vec::new() };
    step(&mut run, inspected, &["commit"]);
    let committed = Fact::ScratchCommitted { incident: incident() };
    step(&mut run, committed, &["incident healed", "test success healed", "run success healed"]);
}

#[test]
fn the_journal_of_an_older_selfheal_knows_no_commit() {
    let fact = started(pipeline(&[("test", &[])]));
    let json = serde_json::to_string(&fact).expect("a fact is written");
    assert!(!json.contains("earlier") && !json.contains("source"), "{json}");
    assert_eq!(serde_json::from_str::<Fact>(&json).expect("a fact is read"), fact);
}

#[test]
fn a_stage_starts_with_the_limits_that_were_learned() {
    let mut definition = pipeline(&[("test", &[])]);
    definition.stages[0].limits.memory_bytes = Some(64);
    let mut fact = started(definition);
    let Fact::RunStarted { earlier, .. } = &mut fact else { unreachable!("made so") };
    let limits = crate::remedy::Limits { memory_bytes: Some(128), ..Default::default() };
    let floor = GivenFloor { stage: StageName::new("test"), limits, run: RunId::new("r-0"), is_probe: false };
    earlier.floors = vec![floor];
    let (_, decisions) = Run::start(&fact, NOW).expect("a run starts with its first fact");
    let [Decision::StartAttempt { limits, .. }] = &decisions[..] else { panic!("it starts: {decisions:?}") };
    assert_eq!(limits.memory_bytes, Some(128));
}
