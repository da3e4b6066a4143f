//! How incidents end when nothing goes wrong around them.

use pipeline::definition::Mode;
use pipeline::event::{Decision, Fact, FaultNote, Purpose};
use pipeline::incident::IncidentEnd;
use pipeline::outcome::{Qualifier, RunResult};

use crate::scenarios;
use crate::world::{Ended, Scenario, World, files};

async fn run(scenario: &Scenario) -> (World, Ended) {
    let world = World::new(scenario);
    let ended = world.run().await;
    assert_eq!(world.workspace.open_scratches().len(), 0, "{}: a scratch is open", scenario.name);
    (world, ended)
}

#[track_caller]
fn check(ended: &Ended, result: RunResult, qualifier: Qualifier, incidents: &[IncidentEnd]) {
    assert_eq!((ended.result, ended.qualifier, ended.incidents.as_slice()), (result, qualifier, incidents));
}

fn trials(ended: &Ended) -> usize {
    ended.decisions().filter(|decision| matches!(decision, Decision::PrepareTrial { .. })).count()
}

fn results(ended: &Ended) -> Vec<String> {
    ended
        .decisions()
        .filter_map(|decision| match decision {
            Decision::EndStage { stage, result, .. } => Some(format!("{stage} {}", result.as_str())),
            _ => None,
        })
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_transient_failure_waits_and_is_healed_by_one_retry() {
    let (world, ended) = run(&scenarios::transient()).await;
    check(&ended, RunResult::Success, Qualifier::Healed, &[IncidentEnd::Healed]);
    assert_eq!(world.executor.ran(), ["install", "test", "test", "gate"].map(|name| format!("sh -c make {name}")));
    assert!(ended.at >= 1_000, "the server asked for a second, the run took {} ms", ended.at);
}

#[tokio::test(start_paused = true)]
async fn a_verified_patch_is_offered_and_the_workspace_stays_as_it_was() {
    let scenario = scenarios::patch_proposed();
    let (world, ended) = run(&scenario).await;
    check(&ended, RunResult::Failure, Qualifier::Clean, &[IncidentEnd::Proposed]);
    let before = files(&[("requirements.txt", "flask\n"), ("ignored/installed", "flask\n")]);
    assert_eq!(ended.files, before);
    let patch = std::fs::read_to_string(world.path().join("patches/r-1.1.patch")).unwrap();
    assert!(patch.contains("requirements.txt"), "{patch}");
    // The whole pipeline was run in scratch before it was offered.
    let verified = ended
        .decisions()
        .filter(|decision| matches!(decision, Decision::StartAttempt { purpose: Purpose::Verify { .. }, .. }));
    assert_eq!(verified.count(), 3);
    assert_eq!(results(&ended), ["install success", "test failure", "gate skip"]);
}

#[tokio::test(start_paused = true)]
async fn with_patches_apply_a_verified_patch_becomes_the_workspace_and_the_run_goes_on() {
    let (_, ended) = run(&scenarios::patch_applied()).await;
    check(&ended, RunResult::Success, Qualifier::Healed, &[IncidentEnd::Healed]);
    assert_eq!(ended.files["requirements.txt"], "flask\npillow\n");
    assert_eq!(ended.files["ignored/installed"], "flask\npillow\n");
}

#[tokio::test(start_paused = true)]
async fn a_remedy_that_uncovers_the_next_failure_is_kept_for_the_second() {
    let (_, ended) = run(&scenarios::chain()).await;
    check(&ended, RunResult::Success, Qualifier::Healed, &[IncidentEnd::Healed]);
    assert_eq!(ended.tried(), ["progressed"]);
    assert_eq!(trials(&ended), 2);
}

#[tokio::test(start_paused = true)]
async fn worse_is_undone_byte_for_byte_and_not_tried_again() {
    let (_, ended) = run(&scenarios::worse()).await;
    check(&ended, RunResult::Failure, Qualifier::Clean, &[IncidentEnd::Reported]);
    assert_eq!(ended.files, files(&[("requirements.txt", "flask\n")]));
    assert_eq!(ended.tried(), ["worsened"]);
    assert_eq!(trials(&ended), 1);
}

#[tokio::test(start_paused = true)]
async fn a_failed_assertion_is_never_healed_but_handed_over_with_a_ticket() {
    let (world, ended) = run(&scenarios::never()).await;
    check(&ended, RunResult::Failure, Qualifier::Clean, &[IncidentEnd::Escalated]);
    assert_eq!(trials(&ended), 0);
    let ticket = std::fs::read_to_string(world.path().join("tickets/python.test-failed_1.md")).unwrap();
    assert!(ticket.starts_with("# test fails\n") && ticket.contains("Labels: ci"), "{ticket}");
    assert_eq!(results(&ended), ["test failure", "gate skip"]);
}

#[tokio::test(start_paused = true)]
async fn attempts_and_trials_carry_the_mark_of_the_engine_whatever_the_pipeline_says() {
    let (_, ended) = run(&scenarios::marked()).await;
    check(&ended, RunResult::Success, Qualifier::Healed, &[IncidentEnd::Healed]);
}

#[tokio::test(start_paused = true)]
async fn budgets_end_every_loop() {
    let (_, ended) = run(&scenarios::hopeless()).await;
    check(&ended, RunResult::Failure, Qualifier::Clean, &[IncidentEnd::Reported]);
    assert_eq!(trials(&ended), 3);
    for most in 0..3 {
        let mut scenario = scenarios::hopeless();
        scenario.pipeline.healing.max_attempts = most;
        let (_, ended) = run(&scenario).await;
        assert_eq!(trials(&ended), most as usize);
    }
    let mut scenario = scenarios::hopeless();
    scenario.takes_ms = 60_000;
    scenario.pipeline.healing.time_budget_ms = 90_000;
    let (_, ended) = run(&scenario).await;
    assert_eq!(trials(&ended), 2, "the second trial begins within the budget of time, no third one");
}

#[tokio::test(start_paused = true)]
async fn the_same_failure_twice_is_not_retried_a_third_time() {
    let mut scenario = scenarios::transient();
    scenario.script = |seen, _| if seen.stage() == "test" { 7 } else { 0 };
    let (world, ended) = run(&scenario).await;
    check(&ended, RunResult::Failure, Qualifier::Clean, &[IncidentEnd::Reported]);
    assert_eq!(world.executor.ran().len(), 3, "install, and test twice");
}

#[tokio::test(start_paused = true)]
async fn off_asks_nobody_and_suggest_and_shadow_change_nothing() {
    for mode in [Mode::Off, Mode::Suggest, Mode::Shadow] {
        let (world, ended) = run(&scenarios::in_mode(mode)).await;
        check(&ended, RunResult::Failure, Qualifier::Clean, &[IncidentEnd::Reported]);
        assert_eq!(trials(&ended), 0);
        let is_weighed = ended.decisions().any(|decision| matches!(decision, Decision::Weighed { .. }));
        assert_eq!(is_weighed, mode != Mode::Off);
        assert_eq!(world.plugins.asked.lock().unwrap().is_empty(), mode == Mode::Off);
    }
}

#[tokio::test(start_paused = true)]
async fn an_ignored_folder_is_cleared_in_scratch_first_and_then_for_good() {
    let (_, ended) = run(&scenarios::stale_cache()).await;
    check(&ended, RunResult::Success, Qualifier::Healed, &[IncidentEnd::Healed]);
    assert_eq!(ended.files, files(&[("requirements.txt", "flask\n")]));
}

#[tokio::test(start_paused = true)]
async fn a_pass_without_the_remedy_is_luck_and_never_clean() {
    let mut scenario = scenarios::stale_cache();
    scenario.pipeline.healing.control_rate = 1.0;
    scenario.script = |seen, _| if seen.stage() == "build" && seen.attempt() == 1 { 6 } else { 0 };
    let (_, ended) = run(&scenario).await;
    check(&ended, RunResult::Success, Qualifier::FlakySuspect, &[IncidentEnd::FlakySuspect]);
    assert!(ended.files.contains_key("ignored/cache/stale"), "luck keeps no remedy");
}

#[tokio::test(start_paused = true)]
async fn stages_run_side_by_side_and_only_dependents_of_a_failed_one_are_skipped() {
    let (world, ended) = run(&scenarios::parallel()).await;
    check(&ended, RunResult::Failure, Qualifier::Clean, &[IncidentEnd::Reported]);
    assert_eq!(world.executor.most_at_once(), 3);
    let mut results = results(&ended);
    results.sort();
    assert_eq!(results, ["docs success", "lint failure", "publish skip", "site success", "unit success"]);

    let mut scenario = scenarios::parallel();
    scenario.pipeline.max_parallel = 2;
    let (world, _) = run(&scenario).await;
    assert_eq!(world.executor.most_at_once(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_plugin_that_breaks_its_contract_is_written_down_and_the_others_go_on() {
    let scenario = scenarios::transient();
    let mut world = World::new(&scenario);
    let fault = FaultNote { plugin: "bad".to_owned(), code: "timeout".to_owned(), message: "too slow".to_owned() };
    let plugins = driver::fakes::ScriptedPlugins {
        findings: scenario.findings.iter().cloned().collect(),
        remedies: scenario.remedies.clone(),
        faults: vec![fault.clone()],
        ..Default::default()
    };
    world.plugins = std::sync::Arc::new(plugins);
    let ended = world.run().await;
    check(&ended, RunResult::Success, Qualifier::Healed, &[IncidentEnd::Healed]);
    let is_told_of_healer =
        |fact: &Fact| matches!(fact, Fact::RemediesProposed { faults, .. } if faults.first() == Some(&fault));
    let is_told_of_classifier =
        |fact: &Fact| matches!(fact, Fact::Diagnosed { faults, .. } if faults.first() == Some(&fault));
    assert!(ended.facts().any(is_told_of_healer));
    assert!(ended.facts().any(is_told_of_classifier));
}

#[tokio::test(start_paused = true)]
async fn a_green_run_is_clean_and_leaves_a_snapshot() {
    let mut scenario = scenarios::transient();
    scenario.script = |_, _| 0;
    let (world, ended) = run(&scenario).await;
    check(&ended, RunResult::Success, Qualifier::Clean, &[]);
    assert!(driver::ports::Workspace::has_snapshot(&*world.workspace, driver::effects::LAST_GOOD).await);
}
