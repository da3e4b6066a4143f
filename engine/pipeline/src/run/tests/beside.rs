//! Remedies for different failures on trial side by side.

use super::*;

fn of(number: usize) -> IncidentId {
    IncidentId::new(format!("r-1.{number}"))
}

fn trial_of(number: usize) -> Purpose {
    Purpose::Trial { incident: of(number) }
}

fn verify_of(number: usize) -> Purpose {
    Purpose::Verify { incident: of(number) }
}

fn answered(number: usize, remedies: Vec<Remedy>) -> Fact {
    let versioned = vec!["requirements.txt".to_owned()];
    Fact::RemediesProposed { incident: of(number), remedies, versioned, faults: Vec::new() }
}

fn ready(number: usize, changes: Vec<FileChange>) -> Fact {
    let scratch = ScratchKind::Overlay;
    Fact::TrialPrepared { incident: of(number), scratch, changes, env: Vec::new(), problem: None }
}

fn inspected(number: usize, changes: Vec<FileChange>) -> Fact {
    Fact::ScratchInspected { incident: of(number), changes }
}

fn committed(number: usize) -> Fact {
    Fact::ScratchCommitted { incident: of(number) }
}

fn dropped(number: usize) -> Fact {
    Fact::ScratchDropped { incident: of(number) }
}

fn variable() -> Remedy {
    remedy("config", vec![Action::SetEnv { name: "A".to_owned(), value: "1".to_owned() }])
}

fn ignored(path: &str) -> FileChange {
    FileChange { is_versioned: false, added_lines: Vec::new(), ..change(path) }
}

/// Two stages side by side, and one that needs both.
fn two() -> Pipeline {
    let mut definition = pipeline(&[("unit", &[]), ("e2e", &[]), ("publish", &["unit", "e2e"])]);
    definition.order = crate::definition::StageOrder::File;
    definition
}

/// Both stages have failed for different causes, and the healers have answered.
fn both_answered(definition: Pipeline, first: Vec<Remedy>, second: Vec<Remedy>, then: &[&str]) -> Run {
    let mut fact = started(definition);
    if let Fact::RunStarted { machine, .. } = &mut fact {
        machine.scratches = 4;
    }
    let (mut run, _) = Run::start(&fact, NOW).expect("a run starts with its first fact");
    step(&mut run, ended("unit", 1, Purpose::Plain, 1), &[]);
    step(&mut run, ended("e2e", 1, Purpose::Plain, 1), &["diagnose unit.1", "diagnose e2e.1"]);
    step(&mut run, diagnosed("unit", 1, network()), &[]);
    let mut other = diagnosed("e2e", 1, missing());
    if let Fact::Diagnosed { incident, .. } = &mut other {
        *incident = of(2);
    }
    step(&mut run, other, &["ask", "ask"]);
    step(&mut run, answered(1, first), &[]);
    step(&mut run, answered(2, second), then);
    run
}

const BOTH: [&str; 4] = ["weighed", "prepare retry", "weighed", "prepare config"];

fn both_on_trial(definition: Pipeline) -> Run {
    let mut run = both_answered(definition, vec![wait()], vec![variable()], &BOTH);
    step(&mut run, ready(1, Vec::new()), &["trial unit.2"]);
    step(&mut run, ready(2, Vec::new()), &["trial e2e.2"]);
    run
}

#[test]
fn both_are_on_trial_before_either_has_ended_and_commit_one_after_the_other() {
    let mut run = both_on_trial(two());
    step(&mut run, ended("e2e", 2, trial_of(2), 0), &["inspect"]);
    // It has passed and waits: the other one looks at the workspace still.
    step(&mut run, inspected(2, vec![ignored("target/e2e")]), &[]);
    step(&mut run, ended("unit", 2, trial_of(1), 0), &["inspect"]);
    step(&mut run, inspected(1, vec![ignored("target/unit")]), &["commit"]);
    step(&mut run, committed(1), &["incident healed", "unit success healed", "commit"]);
    step(&mut run, committed(2), &["incident healed", "e2e success healed", "start publish.1"]);
    step(&mut run, ended("publish", 1, Purpose::Plain, 0), &["publish success clean", "run success healed"]);
}

#[test]
fn a_scratch_that_touches_what_was_committed_is_undone_and_tried_again_alone_without_being_charged() {
    let mut definition = two();
    definition.healing.max_attempts = 1;
    let mut run = both_on_trial(definition);
    step(&mut run, ended("unit", 2, trial_of(1), 0), &["inspect"]);
    step(&mut run, inspected(1, Vec::new()), &[]);
    step(&mut run, ended("e2e", 2, trial_of(2), 0), &["inspect"]);
    step(&mut run, inspected(2, Vec::new()), &["commit"]);
    step(&mut run, committed(1), &["incident healed", "unit success healed", "commit"]);
    let overlaps = || Fact::ScratchOverlaps { incident: of(2), path: "target/lock".to_owned() };
    step(&mut run, overlaps(), &["put off", "drop"]);
    step(&mut run, dropped(2), &["ask"]);
    step(&mut run, answered(2, vec![variable()]), &["weighed", "prepare config"]);
    step(&mut run, ready(2, Vec::new()), &["trial e2e.3"]);
    step(&mut run, ended("e2e", 3, trial_of(2), 0), &["inspect"]);
    step(&mut run, inspected(2, Vec::new()), &["commit"]);
    // Nothing can come first now; whoever says so cannot make a loop of it.
    let mut looping = run.clone();
    step(&mut looping, overlaps(), &["drop"]);
    step(&mut looping, dropped(2), &["ask"]);
    let end = ["weighed", "incident reported", "e2e failure clean", "publish skip clean", "run failure healed"];
    step(&mut looping, answered(2, vec![variable()]), &end);
    step(&mut run, committed(2), &["incident healed", "e2e success healed", "start publish.1"]);
}

#[test]
fn remedies_that_changed_the_same_folder_are_not_kept_without_having_been_tried_together() {
    let mut run = both_answered(two(), vec![wait()], vec![variable()], &BOTH);
    step(&mut run, ready(1, vec![ignored(".venv")]), &["trial unit.2"]);
    step(&mut run, ready(2, vec![ignored(".venv/lib/x")]), &["trial e2e.2"]);
    step(&mut run, ended("unit", 2, trial_of(1), 0), &["inspect"]);
    step(&mut run, inspected(1, vec![ignored(".venv")]), &[]);
    step(&mut run, ended("e2e", 2, trial_of(2), 0), &["inspect"]);
    step(&mut run, inspected(2, vec![ignored(".venv")]), &["commit"]);
    step(&mut run, committed(1), &["incident healed", "unit success healed", "put off", "drop"]);
}

#[test]
fn a_patch_waits_for_the_others_and_is_tried_again_on_what_they_have_committed() {
    let mut definition = two();
    definition.healing.patches = Patches::Apply;
    let then = ["weighed", "prepare retry", "weighed", "prepare dependency"];
    let mut run = both_answered(definition, vec![wait()], vec![edit()], &then);
    step(&mut run, ready(2, vec![change("requirements.txt")]), &["trial e2e.2"]);
    // The whole pipeline does not run beside the trial of another stage.
    step(&mut run, ended("e2e", 2, trial_of(2), 0), &[]);
    step(&mut run, ready(1, Vec::new()), &["trial unit.2"]);
    step(&mut run, ended("unit", 2, trial_of(1), 0), &["inspect"]);
    step(&mut run, inspected(1, Vec::new()), &["commit"]);
    step(&mut run, committed(1), &["incident healed", "unit success healed", "put off", "drop"]);
    step(&mut run, dropped(2), &["ask"]);
    step(&mut run, answered(2, vec![edit()]), &["weighed", "prepare dependency"]);
    step(&mut run, ready(2, vec![change("requirements.txt")]), &["trial e2e.3"]);
    // The stage that was healed meanwhile is one that passed, and has to pass with the patch.
    step(&mut run, ended("e2e", 3, trial_of(2), 0), &["verify unit.3"]);
    step(&mut run, ended("unit", 3, verify_of(2), 0), &["verify e2e.4"]);
    step(&mut run, ended("e2e", 4, verify_of(2), 0), &["verify publish.1"]);
    step(&mut run, ended("publish", 1, verify_of(2), 0), &["inspect"]);
    step(&mut run, inspected(2, vec![change("requirements.txt")]), &["commit"]);
    step(&mut run, committed(2), &["incident healed", "e2e success healed", "start publish.2"]);
}

#[test]
fn a_patch_that_is_only_offered_is_verified_before_the_others_commit_and_puts_nobody_off() {
    let then = ["weighed", "prepare retry", "weighed", "prepare dependency"];
    let mut run = both_answered(two(), vec![wait()], vec![edit()], &then);
    step(&mut run, ready(1, Vec::new()), &["trial unit.2"]);
    step(&mut run, ended("unit", 2, trial_of(1), 0), &["inspect"]);
    step(&mut run, inspected(1, Vec::new()), &[]);
    step(&mut run, ready(2, vec![change("requirements.txt")]), &["trial e2e.2"]);
    step(&mut run, ended("e2e", 2, trial_of(2), 0), &["inspect"]);
    step(&mut run, inspected(2, vec![change("requirements.txt")]), &["patch"]);
    let saved = Fact::PatchSaved { incident: of(2), path: "p".to_owned(), digest: String::new() };
    step(&mut run, saved, &["drop"]);
    step(&mut run, dropped(2), &["incident proposed", "e2e failure clean", "publish skip clean", "commit"]);
    step(&mut run, committed(1), &["incident healed", "unit success healed", "run failure healed"]);
}

#[test]
fn where_no_scratch_can_be_opened_beside_another_one_each_gets_its_turn_alone() {
    let mut run = both_answered(two(), vec![wait()], vec![variable()], &BOTH);
    let refused = |number| Fact::ScratchRefused { incident: of(number), problem: "no overlay".to_owned() };
    step(&mut run, refused(2), &["put off"]);
    step(&mut run, refused(1), &["put off", "ask"]);
    let decisions = run.step(&answered(2, vec![variable()]), NOW).expect("the fact fits");
    assert!(matches!(&decisions[1], Decision::PrepareTrial { is_beside_others: false, .. }), "{decisions:?}");
    step(&mut run, ready(2, Vec::new()), &["trial e2e.2"]);
    step(&mut run, ended("e2e", 2, trial_of(2), 0), &["inspect"]);
    step(&mut run, inspected(2, Vec::new()), &["commit"]);
    step(&mut run, committed(2), &["incident healed", "e2e success healed", "ask"]);
    step(&mut run, answered(1, vec![wait()]), &["weighed", "prepare retry"]);
}

#[test]
fn no_more_are_on_trial_than_stages_may_run_at_the_same_time() {
    let mut definition = two();
    definition.max_parallel = 1;
    let mut fact = started(definition);
    if let Fact::RunStarted { machine, .. } = &mut fact {
        machine.scratches = 4;
    }
    let (mut run, _) = Run::start(&fact, NOW).expect("a run starts with its first fact");
    step(&mut run, ended("unit", 1, Purpose::Plain, 1), &["diagnose unit.1"]);
    step(&mut run, diagnosed("unit", 1, network()), &["ask"]);
    let mut three = pipeline(&[("a", &[]), ("b", &[]), ("c", &[])]);
    three.max_parallel = 2;
    let mut roster = crate::run::roster::Roster::new(three.max_parallel.min(4));
    roster.begin(0, false);
    roster.begin(1, false);
    assert_eq!(roster.next(&[2].into(), |_| None), crate::run::roster::Next::Nothing);
}

#[test]
fn the_end_of_the_run_drops_every_scratch_and_waits_for_the_commit_that_is_under_way() {
    let mut run = both_on_trial(two());
    let mut at_once = run.clone();
    step(&mut at_once, Fact::Interrupted, &["cancel", "drop", "drop"]);
    let first = ["incident superseded", "unit failure clean"];
    step(&mut at_once, dropped(1), &first);
    let last = ["incident superseded", "e2e failure clean", "publish cancellation clean", "run cancellation clean"];
    step(&mut at_once, dropped(2), &last);
    step(&mut run, ended("unit", 2, trial_of(1), 0), &["inspect"]);
    step(&mut run, inspected(1, Vec::new()), &[]);
    step(&mut run, ended("e2e", 2, trial_of(2), 0), &["inspect"]);
    step(&mut run, inspected(2, Vec::new()), &["commit"]);
    step(&mut run, committed(1), &["incident healed", "unit success healed", "commit"]);
    step(&mut run, Fact::Interrupted, &["cancel"]);
    // The commit was none, and there is no other turn to wait for.
    step(&mut run, Fact::ScratchOverlaps { incident: of(2), path: "x".to_owned() }, &["put off", "drop"]);
    step(
        &mut run,
        dropped(2),
        &["incident superseded", "e2e failure clean", "publish cancellation clean", "run cancellation healed"],
    );
}
