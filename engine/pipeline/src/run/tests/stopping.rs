//! What becomes of a run that is stopped, or whose engine dies.

use super::*;

#[test]
fn an_interrupted_run_ends_cancelled_and_drops_the_open_scratch() {
    let (mut run, _) = start(pipeline(&[("test", &[]), ("gate", &["test"])]));
    step(&mut run, ended("test", 1, Purpose::Plain, 1), &["diagnose test.1"]);
    step(&mut run, diagnosed("test", 1, network()), &["ask"]);
    step(&mut run, proposed(vec![wait()]), &["weighed", "prepare retry"]);
    step(&mut run, prepared(Vec::new()), &["trial test.2"]);
    let decisions = run.step(&Fact::Interrupted, NOW).expect("the fact fits");
    assert_eq!(words(&decisions), ["cancel", "drop"]);
    // The trial was stopped too, but it is the scratch that counts.
    step(&mut run, ended("test", 2, trial(), 1), &[]);
    let done = ["incident superseded", "test failure clean", "gate cancellation clean", "run cancellation clean"];
    step(&mut run, Fact::ScratchDropped { incident: incident() }, &done);
    assert!(run.is_ended());
}

#[test]
fn a_lost_attempt_runs_again_if_it_may_run_twice() {
    let mut definition = pipeline(&[("build", &[]), ("deploy", &[])]);
    definition.stages[1].is_idempotent = false;
    let (mut run, _) = start(definition);
    let lost = run.running();
    assert_eq!(lost.len(), 2);
    step(&mut run, Fact::Resumed { lost }, &["deploy error clean", "start build.2"]);
    step(&mut run, ended("build", 2, Purpose::Plain, 0), &["build success clean", "run error clean"]);
}

#[test]
fn a_look_into_scratch_that_fails_while_the_run_is_stopped_says_nothing_about_the_drop() {
    let (mut run, _) = start(pipeline(&[("build", &[])]));
    step(&mut run, ended("build", 1, Purpose::Plain, 1), &["diagnose build.1"]);
    step(&mut run, diagnosed("build", 1, missing()), &["ask"]);
    step(&mut run, proposed(vec![edit()]), &["weighed", "prepare dependency"]);
    step(&mut run, prepared(vec![change("requirements.txt")]), &["trial build.2"]);
    step(&mut run, ended("build", 2, trial(), 0), &["inspect"]);
    step(&mut run, Fact::Interrupted, &["cancel", "drop"]);
    let problem = "no space left on device".to_owned();
    step(&mut run, Fact::ScratchUnread { incident: incident(), problem }, &[]);
    let end = ["incident superseded", "build failure clean", "run cancellation clean"];
    step(&mut run, Fact::ScratchDropped { incident: incident() }, &end);
}
