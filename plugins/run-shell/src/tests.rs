#![allow(clippy::unwrap_used)]
use plugin_sdk::host::process::ProcessResult;
use plugin_sdk::testing::{World, outcome, stage};

use super::*;

fn world(answer: Result<ProcessResult, ProcessError>) -> World {
    World::new().process(move |_| answer.clone())
}

fn ended(exit_code: i32) -> Result<ProcessResult, ProcessError> {
    Ok(ProcessResult { outcome: outcome(exit_code), stdout_tail: Vec::new() })
}

#[test]
fn a_script_goes_through_one_posix_shell_and_its_outcome_comes_back_unchanged() {
    let world = world(ended(3));
    let mut stage = stage("test", "make && make test");
    stage.directory = "sub".to_owned();
    stage.limits.timeout_ms = Some(5_000);
    let report = world.enter(|| RunShell::run(stage)).unwrap();
    assert_eq!(report, Report::of(outcome(3)));
    let requests = world.process_requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].argv, ["sh", "-c", "make && make test"]);
    assert_eq!(requests[0].directory, "sub");
    assert_eq!(requests[0].limits.timeout_ms, Some(5_000));
}

#[test]
fn arguments_never_meet_a_shell() {
    let world = world(ended(0));
    let argv = vec!["printf".to_owned(), "$(id); %s".to_owned(), "a b".to_owned()];
    let stage = Stage { command: Command::Argv(argv.clone()), ..stage("test", "") };
    world.enter(|| RunShell::run(stage)).unwrap();
    assert_eq!(world.process_requests()[0].argv, argv);
}

#[test]
fn a_program_that_does_not_exist_is_a_failed_build_and_not_an_engine_error() {
    let world = world(Err(ProcessError::NotStarted("no such program: mak".to_owned())));
    let report = world.enter(|| RunShell::run(stage("test", "x"))).unwrap();
    assert_eq!(report.outcome.exit_code, None);
    assert_eq!(report.outcome.attr("not-started"), Some("no such program: mak"));
}

#[test]
fn a_missing_grant_and_an_empty_command_are_typed_errors() {
    let denied = World::new().enter(|| RunShell::run(stage("test", "x")));
    assert!(matches!(denied, Err(PluginError::Denied(_))), "{denied:?}");
    let empty = Stage { command: Command::Argv(Vec::new()), ..stage("test", "") };
    let world = world(ended(0));
    let refused = world.enter(|| RunShell::run(empty));
    assert!(matches!(refused, Err(PluginError::Failed(_))), "{refused:?}");
    assert!(world.process_requests().is_empty());
}
