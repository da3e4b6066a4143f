//! The standard plugins, asked through the port.

mod support;

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use driver::ports::{Cancel, CancelSource, CommandEnd, CommandRequest, Executor, Plugins};
use pipeline::outcome::Outcome;
use pipeline::remedy::{Action, CommandLine};
use plugin_host::{PluginHost, Role};
use support::{FakeExecutor, finding, host, incident, options, runner_request};

#[tokio::test]
async fn roles_come_from_exports() {
    let host = host();
    let roles = |id: &str| host.catalog().find(id).map(|plugin| plugin.inspection.roles.clone());
    assert_eq!(roles("run-shell"), Some(vec![Role::Runner]));
    assert_eq!(roles("heal-retry"), Some(vec![Role::Healer]));
    assert_eq!(host.catalog().refused(), []);
}

#[tokio::test]
async fn a_runner_starts_the_stage_and_the_host_measures() {
    let executor = Arc::new(FakeExecutor::answering(Outcome {
        exit_code: Some(3),
        duration_ms: 77,
        peak_memory_bytes: Some(5),
        ..Outcome::default()
    }));
    let source = CancelSource::new();
    let request = runner_request("run-shell", CommandLine::Shell("exit 3".to_owned()), source.handle());
    let outcome = host().run(request, Arc::clone(&executor) as _).await;
    assert_eq!(
        outcome,
        Outcome { exit_code: Some(3), duration_ms: 77, peak_memory_bytes: Some(5), ..Outcome::default() }
    );
    let seen = executor.requests();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].argv, ["sh", "-c", "exit 3"]);
    assert_eq!(seen[0].env.get("GREETING").map(String::as_str), Some("hello"));
}

#[tokio::test]
async fn a_program_that_does_not_start_is_an_outcome() {
    let executor =
        FakeExecutor::answering(Outcome { not_started: Some("no such program".to_owned()), ..Outcome::default() });
    let source = CancelSource::new();
    let request = runner_request("run-shell", CommandLine::Argv(vec!["nothing".to_owned()]), source.handle());
    let outcome = host().run(request, Arc::new(executor)).await;
    assert_eq!(outcome.not_started.as_deref(), Some("no such program"));
    assert_eq!(outcome.fault, None);
}

#[tokio::test]
async fn a_cancelled_attempt_is_cancelled_not_faulty() {
    let source = CancelSource::new();
    source.cancel();
    let request = runner_request("run-shell", CommandLine::Shell("true".to_owned()), source.handle());
    let outcome = host().run(request, Arc::new(FakeExecutor::answering(Outcome::default()))).await;
    assert!(outcome.cancelled, "{outcome:?}");
}

#[tokio::test]
async fn a_runner_that_does_not_exist_is_a_fault_of_the_engine() {
    let source = CancelSource::new();
    let request = runner_request("run-nothing", CommandLine::Shell("true".to_owned()), source.handle());
    let outcome = host().run(request, Arc::new(FakeExecutor::answering(Outcome::default()))).await;
    assert!(outcome.fault.is_some_and(|fault| fault.contains("no such plugin")));
}

#[tokio::test]
async fn healers_that_handle_a_finding_are_asked() {
    let host = host();
    let proposals = host.propose(&incident(vec![finding("system.tempfail", "infrastructure-runner")])).await;
    assert_eq!(proposals.faults, []);
    let retry = proposals.remedies.iter().find(|remedy| remedy.plugin.as_str() == "heal-retry").expect("it proposes");
    assert_eq!(retry.strategy, "retry");
    assert!(retry.actions.iter().any(|action| matches!(action, Action::Wait { .. })), "{retry:?}");
    let none = host.propose(&incident(vec![finding("nothing.known", "no-category")])).await;
    assert_eq!(none.faults, []);
    assert!(none.remedies.iter().all(|remedy| remedy.plugin.as_str() != "heal-retry"), "{none:?}");
}

#[tokio::test]
async fn a_plugin_whose_configuration_is_wrong_says_so_and_is_not_asked_again() {
    let mut options = options();
    options
        .config
        .insert("heal-retry".to_owned(), "{\"base-ms\": \"soon\", \"base-seconds\": true, \"bogus\": []}".to_owned());
    let host = PluginHost::new(options).expect("the catalog loads");
    let incident = incident(vec![finding("system.tempfail", "infrastructure-runner")]);
    let first = host.propose(&incident).await;
    let codes: Vec<(&str, &str)> =
        first.faults.iter().map(|fault| (fault.plugin.as_str(), fault.code.as_str())).collect();
    assert_eq!(codes, [("heal-retry", "invalid-config")]);
    assert_eq!(host.propose(&incident).await.faults, []);
}

/// Computes for a while, as a stage's process would.
struct SlowExecutor(Duration);

#[async_trait]
impl Executor for SlowExecutor {
    async fn run(&self, _: CommandRequest, _: Cancel) -> CommandEnd {
        let (work, started) = (self.0, Instant::now());
        let computed = tokio::task::spawn_blocking(move || {
            let mut rounds = 0_u64;
            while started.elapsed() < work {
                rounds += 1;
            }
            rounds
        });
        assert!(computed.await.is_ok_and(|rounds| rounds > 0));
        CommandEnd { outcome: Outcome { exit_code: Some(0), ..Outcome::default() }, stdout_tail: Vec::new() }
    }

    fn free_port(&self) -> std::io::Result<u16> {
        Err(std::io::ErrorKind::Unsupported.into())
    }

    async fn wait_for_service(&self, _: &str, _: u16, _: u64, _: Cancel) -> bool {
        false
    }
}

#[tokio::test]
async fn the_time_of_a_stages_process_is_not_its_runners() {
    let mut options = options();
    // Much less than the process takes, wall-clock limit of other roles included.
    options.limits.cpu = Duration::from_millis(60);
    options.limits.wall = Duration::from_millis(60);
    let host = PluginHost::new(options).expect("the catalog loads");
    let source = CancelSource::new();
    let request = runner_request("run-shell", CommandLine::Shell("make".to_owned()), source.handle());
    let outcome = host.run(request, Arc::new(SlowExecutor(Duration::from_millis(600)))).await;
    assert!(outcome.is_success(), "{outcome:?}");
}
