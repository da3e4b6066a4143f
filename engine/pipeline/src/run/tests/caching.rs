//! What is looked up, put back and kept.

use super::*;

fn kept(stages: &[(&str, &[&str])]) -> Pipeline {
    let mut definition = pipeline(stages);
    for stage in &mut definition.stages {
        stage.inputs = vec!["src".to_owned()];
        stage.outputs = vec![format!("dist/{}", stage.name)];
    }
    definition
}

fn checked(stage: &str, key: Option<&str>, is_hit: bool) -> Fact {
    Fact::CacheChecked { stage: StageName::new(stage), key: key.map(CacheKey::new), is_hit, notice: None }
}

fn restored(stage: &str, problem: Option<&str>) -> Fact {
    Fact::OutputsRestored {
        stage: StageName::new(stage),
        key: "k".into(),
        files: 2,
        problem: problem.map(str::to_owned),
    }
}

fn stored(stage: &str) -> Fact {
    Fact::OutputsStored { stage: StageName::new(stage), key: "k".into(), files: 2, bytes: 9, problem: None }
}

fn recipe_of(decisions: &[Decision]) -> String {
    let mut recipes = decisions.iter().filter_map(|decision| match decision {
        Decision::CheckCache { recipe, .. } => Some(recipe.clone()),
        _ => None,
    });
    recipes.next_back().expect("a stage is looked up")
}

#[test]
fn a_stage_whose_outputs_are_kept_does_not_run() {
    let (mut run, first) = start(kept(&[("build", &[]), ("test", &["build"])]));
    assert_eq!(words(&first), ["look up build"]);
    step(&mut run, checked("build", Some("k"), true), &["restore build"]);
    step(&mut run, restored("build", None), &["build success clean", "look up test"]);
    step(&mut run, checked("test", Some("k2"), true), &["restore test"]);
    step(&mut run, restored("test", None), &["test success clean", "run success clean"]);
}

#[test]
fn what_passes_at_once_is_kept_before_its_dependents_start() {
    let (mut run, _) = start(kept(&[("build", &[]), ("test", &["build"])]));
    step(&mut run, checked("build", Some("k"), false), &["start build.1"]);
    step(&mut run, ended("build", 1, Purpose::Plain, 0), &["store build"]);
    step(&mut run, stored("build"), &["build success clean", "look up test"]);
}

#[test]
fn an_entry_that_cannot_be_put_back_is_a_miss() {
    let (mut run, _) = start(kept(&[("build", &[])]));
    step(&mut run, checked("build", Some("k"), true), &["restore build"]);
    step(&mut run, restored("build", Some("it is damaged")), &["start build.1"]);
    step(&mut run, ended("build", 1, Purpose::Plain, 0), &["store build"]);
}

#[test]
fn a_stage_without_a_key_runs_and_is_not_kept() {
    let (mut run, _) = start(kept(&[("build", &[])]));
    step(&mut run, checked("build", None, false), &["start build.1"]);
    step(&mut run, ended("build", 1, Purpose::Plain, 0), &["build success clean", "run success clean"]);
}

#[test]
fn what_was_healed_is_not_kept_and_neither_is_what_needs_it() {
    let (mut run, _) = start(kept(&[("build", &[]), ("test", &["build"])]));
    step(&mut run, checked("build", Some("k"), false), &["start build.1"]);
    step(&mut run, ended("build", 1, Purpose::Plain, 1), &["diagnose build.1"]);
    step(&mut run, diagnosed("build", 1, network()), &["ask"]);
    step(&mut run, proposed(vec![wait()]), &["weighed", "prepare retry"]);
    step(&mut run, prepared(Vec::new()), &["trial build.2"]);
    step(&mut run, ended("build", 2, trial(), 0), &["inspect"]);
    step(&mut run, Fact::ScratchInspected { incident: incident(), changes: Vec::new() }, &["commit"]);
    let next = ["incident healed", "build success healed", "start test.1"];
    step(&mut run, Fact::ScratchCommitted { incident: incident() }, &next);
    step(&mut run, ended("test", 1, Purpose::Plain, 0), &["test success clean", "run success healed"]);
}

#[test]
fn the_recipe_of_a_stage_follows_the_keys_of_what_it_needs() {
    let recipe_after = |key: &str| {
        let (mut run, _) = start(kept(&[("build", &[]), ("test", &["build"])]));
        step(&mut run, checked("build", Some(key), true), &["restore build"]);
        recipe_of(&run.step(&restored("build", None), NOW).expect("the fact fits"))
    };
    assert_eq!(recipe_after("k"), recipe_after("k"));
    assert_ne!(recipe_after("k"), recipe_after("l"));
}

#[test]
fn the_recipe_follows_the_command_of_a_need_that_is_not_kept_itself() {
    let recipe_with = |command: &str| {
        let mut definition = kept(&[("install", &[]), ("test", &["install"])]);
        definition.stages[0].inputs.clear();
        definition.stages[0].command = CommandLine::Shell(command.to_owned());
        let (mut run, first) = start(definition);
        assert_eq!(words(&first), ["start install.1"]);
        recipe_of(&run.step(&ended("install", 1, Purpose::Plain, 0), NOW).expect("the fact fits"))
    };
    assert_eq!(recipe_with("make"), recipe_with("make"));
    assert_ne!(recipe_with("make"), recipe_with("make -B"));
}

#[test]
fn without_the_cache_every_stage_runs() {
    let mut definition = kept(&[("build", &[])]);
    definition.uses_cache = false;
    let (mut run, first) = start(definition);
    assert_eq!(words(&first), ["start build.1"]);
    step(&mut run, ended("build", 1, Purpose::Plain, 0), &["build success clean", "run success clean"]);
}

#[test]
fn a_look_that_was_lost_with_its_engine_is_repeated() {
    let (mut run, _) = start(kept(&[("build", &[])]));
    step(&mut run, Fact::Resumed { lost: Vec::new() }, &["look up build"]);
    step(&mut run, checked("build", Some("k"), true), &["restore build"]);
    step(&mut run, Fact::Resumed { lost: Vec::new() }, &["look up build"]);
}

#[test]
fn a_stage_that_passed_before_the_engine_died_has_passed() {
    let (mut run, _) = start(kept(&[("build", &[])]));
    step(&mut run, checked("build", Some("k"), false), &["start build.1"]);
    step(&mut run, ended("build", 1, Purpose::Plain, 0), &["store build"]);
    step(&mut run, Fact::Resumed { lost: Vec::new() }, &["build success clean", "run success clean"]);
}

#[test]
fn a_run_that_is_stopped_puts_nothing_back() {
    let (mut run, _) = start(kept(&[("build", &[])]));
    step(&mut run, Fact::Interrupted, &["cancel"]);
    let end = ["build cancellation clean", "run cancellation clean"];
    step(&mut run, checked("build", Some("k"), true), &end);
}
