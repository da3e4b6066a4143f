//! Fail at every step and end clean.

use driver::ports::{Executor, Plugins, RunnerRequest, Workspace};
use pipeline::event::Fact;
use pipeline::incident::IncidentEnd;
use pipeline::outcome::{Outcome, RunResult};

use crate::scenarios;
use crate::world::{Scenario, World};

async fn fail_everywhere(scenario: &Scenario) {
    let first = World::new(scenario);
    let whole = first.run().await;
    let operations = first.workspace.operations();
    // A run without an incident has only its snapshot to fail at.
    for number in 1..=operations {
        let what = format!("{}, operation {number} of {operations}", scenario.name);
        let world = World::new(scenario);
        world.workspace.fail_at(Some(number));
        let ended = world.run().await;
        let changed: Vec<&str> = scenario
            .files
            .iter()
            .filter(|(path, content)| ended.files.get(*path).map(String::as_str) != Some(*content))
            .map(|(path, _)| *path)
            .collect();
        let is_before = changed.is_empty();
        assert!(is_before || ended.files == whole.files, "{what}: in between: {:?}", ended.files);
        assert!(ended.result == whole.result || ended.result != RunResult::Success, "{what}: failing makes it green");
        let is_stuck = ended.incidents.contains(&IncidentEnd::Stuck);
        if is_stuck {
            assert_eq!(ended.result, RunResult::Error, "{what}");
            let is_said =
                |fact: &Fact| matches!(fact, Fact::ScratchStuck { problem, .. } if problem.contains("no space left"));
            assert!(ended.facts().any(is_said), "{what}: the incident does not say why it is stuck");
        } else {
            // A control attempt's scratch holds nothing of a remedy; the next engine throws it away.
            let is_control = |name: &String| name.contains("-control-");
            assert!(world.workspace.open_scratches().iter().all(is_control), "{what}: a scratch is open");
        }
        // Where an incident went another way, the journal says why.
        if ended.incidents != whole.incidents {
            let json = serde_json::to_string(&ended.records).unwrap();
            assert!(json.contains("no space left on device"), "{what}: nobody says why");
        }
        // The next engine brings in order what this one could not.
        world.workspace.fail_at(None);
        world.workspace.recover().await.unwrap();
        assert_eq!(world.workspace.open_scratches().len(), 0, "{what}");
        assert!(world.workspace.files() == ended.files, "{what}: recovery changes files");
    }
}

#[tokio::test(start_paused = true)]
async fn a_step_that_fails_anywhere_leaves_the_workspace_before_or_after_and_never_in_between() {
    for mut scenario in scenarios::all() {
        fail_everywhere(&scenario).await;
        scenario.pipeline.healing.control_rate = 1.0;
        fail_everywhere(&scenario).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_patch_that_cannot_be_saved_is_dropped_and_the_incident_says_so() {
    let scenario = scenarios::patch_proposed();
    let world = World::new(&scenario);
    // Where patches go lies a file.
    std::fs::write(world.path().join("patches"), "").unwrap();
    let ended = world.run().await;
    assert_eq!(ended.incidents, [IncidentEnd::Reported]);
    assert_eq!(ended.tried(), ["ineffective"]);
    assert_eq!(ended.files["requirements.txt"], "flask\n");
    assert_eq!(world.workspace.open_scratches().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_ticket_that_cannot_be_written_does_not_keep_the_run() {
    let world = World::new(&scenarios::never());
    std::fs::write(world.path().join("tickets"), "").unwrap();
    let ended = world.run().await;
    assert_eq!(ended.incidents, [IncidentEnd::Escalated]);
    assert!(
        ended.facts().any(|fact| matches!(fact, Fact::TicketSaved { path, .. } if path.starts_with("(not written")))
    );
}

/// Plugins whose runner breaks its contract, or takes the engine with it.
struct Broken {
    panics: bool,
}

#[async_trait::async_trait]
impl Plugins for Broken {
    async fn plan(
        &self,
        _: &driver::ports::ProjectView,
    ) -> (Vec<driver::ports::PlannedStage>, Vec<pipeline::event::FaultNote>) {
        (Vec::new(), Vec::new())
    }

    async fn run(&self, _: RunnerRequest, _: std::sync::Arc<dyn Executor>) -> Outcome {
        if self.panics {
            std::panic::resume_unwind(Box::new("a bug of the host"));
        }
        Outcome { fault: Some("plugin run-shell: trapped".to_owned()), ..Outcome::default() }
    }

    async fn diagnose(
        &self,
        _: driver::ports::DiagnoseRequest,
    ) -> (pipeline::finding::Diagnosis, Vec<pipeline::event::FaultNote>) {
        unreachable!("an engine error is nothing to diagnose")
    }

    async fn propose(&self, _: &driver::ports::IncidentView) -> driver::ports::Proposals {
        unreachable!("an engine error is nothing to heal")
    }
}

#[tokio::test(start_paused = true)]
async fn a_runner_that_traps_is_an_error_of_its_stage_and_never_a_failed_build() {
    let world = World::new(&scenarios::parallel());
    let ended = world.run_with(std::sync::Arc::new(Broken { panics: false })).await.unwrap();
    assert_eq!(ended.result, RunResult::Error);
    assert_eq!(ended.incidents, []);
}

#[tokio::test(start_paused = true)]
async fn an_effect_that_panics_ends_the_run_with_an_engine_fault_instead_of_a_hang() {
    let world = World::new(&scenarios::parallel());
    let error = world.run_with(std::sync::Arc::new(Broken { panics: true })).await.unwrap_err();
    assert!(matches!(error, driver::DriverError::Effect(_)), "{error:?}");
    assert_eq!(world.executor.running(), 0);
    assert_eq!(world.workspace.open_scratches().len(), 0);
}
