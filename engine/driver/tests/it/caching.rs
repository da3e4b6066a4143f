//! Stages whose outputs are kept and put back.

use driver::ports::Workspace as _;
use pipeline::event::Fact;
use pipeline::outcome::{Qualifier, RunResult};

use crate::scenarios;
use crate::world::{Ended, Scenario, World};

fn change(world: &World, path: &str, content: Option<&str>) {
    world.workspace.with(&world.workspace.place(), |files| match content {
        Some(content) => drop(files.insert(path.to_owned(), content.to_owned())),
        None => drop(files.remove(path)),
    });
}

/// Runs a scenario, changes its workspace, and runs it again; returns what ran the second time.
async fn again(world: &World, change: impl FnOnce(&World)) -> (Ended, Vec<String>) {
    let first = world.run().await;
    assert_eq!((first.result, first.qualifier), (RunResult::Success, Qualifier::Clean));
    let before = world.executor.ran().len();
    change(world);
    let second = world.run().await;
    assert_eq!((second.result, second.qualifier), (RunResult::Success, Qualifier::Clean));
    (second, world.executor.ran().split_off(before))
}

fn problems(ended: &Ended) -> Vec<String> {
    let problems = ended.facts().filter_map(|fact| match fact {
        Fact::CacheChecked { notice, .. } => notice.clone(),
        Fact::OutputsRestored { problem, .. } | Fact::OutputsStored { problem, .. } => problem.clone(),
        _ => None,
    });
    problems.collect()
}

fn kept() -> World {
    World::new(&scenarios::kept())
}

#[tokio::test(start_paused = true)]
async fn a_second_run_on_the_same_inputs_runs_nothing_and_puts_the_outputs_back() {
    let world = kept();
    let (second, ran) = again(&world, |world| {
        change(world, "ignored/dist/app", Some("something else"));
        change(world, "ignored/dist/stale", Some("stale"));
        change(world, "notes", Some("changed"));
    })
    .await;
    assert_eq!(ran, Vec::<String>::new());
    assert_eq!(second.files["ignored/dist/app"], "built from 1");
    assert!(!second.files.contains_key("ignored/dist/stale"));
    assert_eq!(second.files["notes"], "changed");
    assert_eq!(problems(&second), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_changed_input_runs_the_stage_and_what_needs_it() {
    let world = kept();
    let (second, ran) = again(&world, |world| change(world, "src/app.py", Some("2"))).await;
    assert_eq!(ran, ["sh -c make build", "sh -c make test"]);
    assert_eq!(second.files["ignored/dist/app"], "built from 2");
}

#[tokio::test(start_paused = true)]
async fn a_damaged_entry_is_a_miss_that_is_told() {
    let world = kept();
    let (second, ran) = again(&world, |world| world.cache.damage()).await;
    assert_eq!(ran.len(), 2);
    assert!(problems(&second)[0].contains("damaged"), "{:?}", problems(&second));
}

#[tokio::test(start_paused = true)]
async fn inputs_that_change_while_the_stage_runs_are_not_kept() {
    let mut scenario = scenarios::kept();
    scenario.script = |seen, files| {
        if seen.stage() == "build" {
            files.insert("src/app.py".to_owned(), "formatted".to_owned());
        }
        0
    };
    let world = World::new(&scenario);
    let ended = world.run().await;
    assert_eq!(problems(&ended), ["its inputs changed while it ran"]);
    // Its dependent was looked up afterwards, and read what it found then.
    assert_eq!(world.cache.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn inputs_that_name_nothing_are_told_and_keep_nothing() {
    let mut scenario = scenarios::kept();
    scenario.pipeline.stages[0].inputs = vec!["lib".to_owned()];
    scenario.pipeline.stages[1].inputs.clear();
    let world = World::new(&scenario);
    let ended = world.run().await;
    assert_eq!(problems(&ended), ["its `inputs` name no file"]);
    assert!(world.cache.is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_was_healed_is_not_kept() {
    let mut scenario: Scenario = scenarios::stale_cache();
    for stage in &mut scenario.pipeline.stages {
        stage.inputs = vec!["requirements.txt".to_owned()];
    }
    let world = World::new(&scenario);
    let ended = world.run().await;
    assert_eq!(ended.qualifier, Qualifier::Healed);
    assert!(world.cache.is_empty(), "neither the healed stage nor what needs it");
}
