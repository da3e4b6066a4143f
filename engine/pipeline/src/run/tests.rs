//! Runs, fact by fact: what is decided, and what never is.

mod adversary;
mod beside;
mod caching;
mod cluster;
pub(crate) mod exercised;
mod modes;
mod properties;
mod quarantine;
mod scheduling;
mod stopping;
mod suspects;

use super::*;
use crate::definition::{Mode, Patches, Stage};
use crate::event::{ChangeKind, FileChange, Licence, ScratchKind};
use crate::finding::{Diagnosis, DiagnosisOutcome, Disposition, Finding};
use crate::id::{CacheKey, PluginId};
use crate::remedy::{Action, CommandLine, Remedy};

const NOW: Timestamp = Timestamp(1_000);

fn pipeline(stages: &[(&str, &[&str])]) -> Pipeline {
    let mut pipeline = Pipeline::named("shop");
    pipeline.healing.control_rate = 0.0;
    pipeline.stages = stages
        .iter()
        .map(|(name, needs)| {
            let mut stage = Stage::new(*name, CommandLine::Shell(format!("make {name}")));
            stage.needs = needs.iter().map(|need| StageName::new(*need)).collect();
            stage
        })
        .collect();
    pipeline
}

fn started(pipeline: Pipeline) -> Fact {
    Fact::RunStarted {
        run: RunId::new("r-1"),
        pipeline: Box::new(pipeline),
        seed: 1,
        learned: Vec::new(),
        benched: Vec::new(),
        machine: Machine { memory_bytes: 1 << 30, processors: 2, scratches: 0 },
        unwanted: Vec::new(),
        durations: BTreeMap::new(),
        joins_failures: true,
        java_homes: Vec::new(),
        source: None,
        earlier: Default::default(),
    }
}

fn start(pipeline: Pipeline) -> (Run, Vec<Decision>) {
    Run::start(&started(pipeline), NOW).expect("a run starts with its first fact")
}

fn outcome(code: i32) -> Outcome {
    Outcome { exit_code: Some(code), cpu_ms: 10, duration_ms: 10, ..Outcome::default() }
}

fn ended(stage: &str, attempt: u32, purpose: Purpose, code: i32) -> Fact {
    Fact::AttemptEnded { stage: StageName::new(stage), attempt, purpose, outcome: outcome(code) }
}

fn incident() -> IncidentId {
    IncidentId::new("r-1.1")
}

fn trial() -> Purpose {
    Purpose::Trial { incident: incident() }
}

fn finding(code: &str, category: &str, disposition: Disposition) -> Finding {
    Finding {
        code: code.to_owned(),
        category: category.to_owned(),
        ecosystem: "any".to_owned(),
        severity: "error".to_owned(),
        confidence: 0.9,
        line: 1,
        text: "it broke".to_owned(),
        captures: BTreeMap::new(),
        disposition,
        strategies: Vec::new(),
        context: Vec::new(),
        rule: "test@0/rule".to_owned(),
        signature: Signature::new(format!("{code}:1")),
    }
}

fn diagnosed(stage: &str, attempt: u32, finding: Finding) -> Fact {
    let diagnosis = Diagnosis {
        outcome: DiagnosisOutcome::Failure,
        lines: 1,
        truncated: false,
        findings: vec![finding],
        runner_up: None,
        excerpt: Vec::new(),
    };
    let (stage, diagnosis) = (StageName::new(stage), Box::new(diagnosis));
    Fact::Diagnosed { incident: incident(), stage, attempt, diagnosis, faults: Vec::new() }
}

fn remedy(strategy: &str, actions: Vec<Action>) -> Remedy {
    Remedy {
        plugin: PluginId::new("heal-test"),
        strategy: strategy.to_owned(),
        title: format!("try {strategy}"),
        rationale: String::new(),
        confidence: 0.9,
        actions,
        reversible: true,
        expects: Vec::new(),
    }
}

fn wait() -> Remedy {
    remedy("retry", vec![Action::Wait { base_ms: 0, cap_ms: 0, asked_ms: None }])
}

fn edit() -> Remedy {
    remedy(
        "dependency",
        vec![Action::EditFile { path: "requirements.txt".to_owned(), find: String::new(), replace: "x".to_owned() }],
    )
}

fn proposed(remedies: Vec<Remedy>) -> Fact {
    let versioned = vec!["requirements.txt".to_owned()];
    Fact::RemediesProposed { incident: incident(), remedies, versioned, faults: Vec::new() }
}

fn prepared(changes: Vec<FileChange>) -> Fact {
    Fact::TrialPrepared { incident: incident(), scratch: ScratchKind::Overlay, changes, env: Vec::new(), problem: None }
}

fn change(path: &str) -> FileChange {
    FileChange {
        path: path.to_owned(),
        change: ChangeKind::Modified,
        is_versioned: true,
        removed_lines: Vec::new(),
        added_lines: vec!["x".to_owned()],
        is_abridged: false,
        is_binary: false,
    }
}

fn network() -> Finding {
    finding("system.dns", "network-transient", Disposition::Retry)
}

fn missing() -> Finding {
    finding("python.module-not-found", "dependency-missing", Disposition::Patch)
}

/// Short words for decisions.
fn words(decisions: &[Decision]) -> Vec<String> {
    decisions
        .iter()
        .map(|decision| match decision {
            Decision::StartAttempt { stage, attempt, purpose, .. } => {
                let word = match purpose {
                    Purpose::Plain => "start",
                    Purpose::Trial { .. } => "trial",
                    Purpose::Verify { .. } => "verify",
                    Purpose::Control { .. } => "control",
                };
                format!("{word} {stage}.{attempt}")
            }
            Decision::CheckCache { stage, .. } => format!("look up {stage}"),
            Decision::RestoreOutputs { stage, .. } => format!("restore {stage}"),
            Decision::StoreOutputs { stage, .. } => format!("store {stage}"),
            Decision::Diagnose { stage, attempt, .. } => format!("diagnose {stage}.{attempt}"),
            Decision::AskHealers { .. } => "ask".to_owned(),
            Decision::Vouched { licence, .. } => match licence {
                Licence::RunsAgain { days_left } => format!("vouched, {days_left} days left"),
                Licence::Expired => "vouched once".to_owned(),
                Licence::NotAlone { beside } => format!("not vouched beside {beside}"),
            },
            Decision::JoinIncident { stage, into, .. } => format!("join {stage} to {into}"),
            Decision::PrepareRerun { number, .. } => format!("rerun {number}"),
            Decision::Weighed { .. } => "weighed".to_owned(),
            Decision::PrepareTrial { remedy, .. } => format!("prepare {}", remedy.strategy),
            Decision::PutOff { .. } => "put off".to_owned(),
            Decision::InspectScratch { .. } => "inspect".to_owned(),
            Decision::CommitScratch { .. } => "commit".to_owned(),
            Decision::DropScratch { .. } => "drop".to_owned(),
            Decision::SavePatch { .. } => "patch".to_owned(),
            Decision::SaveTicket { .. } => "ticket".to_owned(),
            Decision::EndIncident { end, .. } => format!("incident {}", end.as_str()),
            Decision::EndStage { stage, result, qualifier, .. } => {
                format!("{stage} {} {}", result.as_str(), qualifier.as_str())
            }
            Decision::CancelAttempts => "cancel".to_owned(),
            Decision::EndRun { result, qualifier } => format!("run {} {}", result.as_str(), qualifier.as_str()),
        })
        .collect()
}

#[track_caller]
fn step(run: &mut Run, fact: Fact, expected: &[&str]) {
    let decisions = run.step(&fact, NOW).expect("the fact fits");
    assert_eq!(words(&decisions), expected, "after {fact:?}");
}

#[test]
fn a_transient_failure_is_retried_once_in_scratch_and_kept() {
    let (mut run, _) = start(pipeline(&[("test", &[])]));
    step(&mut run, ended("test", 1, Purpose::Plain, 1), &["diagnose test.1"]);
    step(&mut run, diagnosed("test", 1, network()), &["ask"]);
    step(&mut run, proposed(vec![wait()]), &["weighed", "prepare retry"]);
    step(&mut run, prepared(Vec::new()), &["trial test.2"]);
    step(&mut run, ended("test", 2, trial(), 0), &["inspect"]);
    step(&mut run, Fact::ScratchInspected { incident: incident(), changes: Vec::new() }, &["commit"]);
    let done = ["incident healed", "test success healed", "run success healed"];
    step(&mut run, Fact::ScratchCommitted { incident: incident() }, &done);
}

#[test]
fn the_same_failure_twice_is_not_retried_a_third_time() {
    let (mut run, _) = start(pipeline(&[("test", &[])]));
    step(&mut run, ended("test", 1, Purpose::Plain, 1), &["diagnose test.1"]);
    step(&mut run, diagnosed("test", 1, network()), &["ask"]);
    step(&mut run, proposed(vec![wait()]), &["weighed", "prepare retry"]);
    step(&mut run, prepared(Vec::new()), &["trial test.2"]);
    step(&mut run, ended("test", 2, trial(), 1), &["diagnose test.2"]);
    step(&mut run, diagnosed("test", 2, network()), &["drop"]);
    step(&mut run, Fact::ScratchDropped { incident: incident() }, &["ask"]);
    let later = remedy("retry", vec![Action::Wait { base_ms: 1, cap_ms: 1, asked_ms: None }]);
    step(&mut run, proposed(vec![later]), &["weighed", "incident reported", "test failure clean", "run failure clean"]);
}

#[test]
fn a_failed_assertion_is_never_healed() {
    let (mut run, _) = start(pipeline(&[("test", &[])]));
    step(&mut run, ended("test", 1, Purpose::Plain, 1), &["diagnose test.1"]);
    let assertion = finding("python.test-failed", "test-failure", Disposition::Never);
    step(&mut run, diagnosed("test", 1, assertion), &["ask"]);
    let ticket =
        remedy("escalate", vec![Action::Escalate { title: "t".to_owned(), body: "b".to_owned(), labels: Vec::new() }]);
    step(&mut run, proposed(vec![wait(), edit(), ticket]), &["weighed", "ticket"]);
    let done = ["incident escalated", "test failure clean", "run failure clean"];
    step(&mut run, Fact::TicketSaved { incident: incident(), path: "t.md".to_owned() }, &done);
}

#[test]
fn a_patch_is_verified_by_the_whole_pipeline_and_offered() {
    let (mut run, _) = start(pipeline(&[("install", &[]), ("test", &["install"]), ("gate", &["test"])]));
    step(&mut run, ended("install", 1, Purpose::Plain, 0), &["install success clean", "start test.1"]);
    step(&mut run, ended("test", 1, Purpose::Plain, 1), &["diagnose test.1"]);
    step(&mut run, diagnosed("test", 1, missing()), &["ask"]);
    step(&mut run, proposed(vec![edit()]), &["weighed", "prepare dependency"]);
    step(&mut run, prepared(vec![change("requirements.txt")]), &["trial test.2"]);
    step(&mut run, ended("test", 2, trial(), 0), &["verify install.2"]);
    let verify = || Purpose::Verify { incident: incident() };
    step(&mut run, ended("install", 2, verify(), 0), &["verify test.3"]);
    step(&mut run, ended("test", 3, verify(), 0), &["verify gate.1"]);
    step(&mut run, ended("gate", 1, verify(), 0), &["inspect"]);
    step(
        &mut run,
        Fact::ScratchInspected { incident: incident(), changes: vec![change("requirements.txt")] },
        &["patch"],
    );
    step(&mut run, Fact::PatchSaved { incident: incident(), path: "p".to_owned(), digest: String::new() }, &["drop"]);
    let done = ["incident proposed", "test failure clean", "gate skip clean", "run failure clean"];
    step(&mut run, Fact::ScratchDropped { incident: incident() }, &done);
}

#[test]
fn with_patches_apply_a_verified_patch_becomes_the_workspace() {
    let mut definition = pipeline(&[("test", &[])]);
    definition.healing.patches = Patches::Apply;
    let (mut run, _) = start(definition);
    step(&mut run, ended("test", 1, Purpose::Plain, 1), &["diagnose test.1"]);
    step(&mut run, diagnosed("test", 1, missing()), &["ask"]);
    step(&mut run, proposed(vec![edit()]), &["weighed", "prepare dependency"]);
    step(&mut run, prepared(vec![change("requirements.txt")]), &["trial test.2"]);
    step(&mut run, ended("test", 2, trial(), 0), &["inspect"]);
    step(
        &mut run,
        Fact::ScratchInspected { incident: incident(), changes: vec![change("requirements.txt")] },
        &["commit"],
    );
}

#[test]
fn with_patches_apply_a_patch_goes_before_a_variable_that_only_this_run_has() {
    let variable =
        || Remedy { confidence: 1.0, ..remedy("config", vec![Action::SetEnv { name: "A".into(), value: "1".into() }]) };
    let first_tried = |patches: Patches, other: Remedy| {
        let mut definition = pipeline(&[("test", &[])]);
        definition.healing.patches = patches;
        let (mut run, _) = start(definition);
        step(&mut run, ended("test", 1, Purpose::Plain, 1), &["diagnose test.1"]);
        step(&mut run, diagnosed("test", 1, missing()), &["ask"]);
        let decisions = run.step(&proposed(vec![other, variable()]), NOW).expect("the fact fits");
        words(&decisions).pop()
    };
    let weak = Remedy { confidence: 0.1, ..edit() };
    assert_eq!(first_tried(Patches::Apply, weak.clone()).as_deref(), Some("prepare dependency"));
    assert_eq!(first_tried(Patches::Propose, weak.clone()).as_deref(), Some("prepare config"));
    let elsewhere = Remedy { expects: vec![Signature::new("another:1")], ..weak };
    assert_eq!(first_tried(Patches::Apply, elsewhere).as_deref(), Some("prepare config"));
}

#[test]
fn a_remedy_that_breaks_what_passed_before_is_undone() {
    let (mut run, _) = start(pipeline(&[("install", &[]), ("test", &["install"])]));
    step(&mut run, ended("install", 1, Purpose::Plain, 0), &["install success clean", "start test.1"]);
    step(&mut run, ended("test", 1, Purpose::Plain, 1), &["diagnose test.1"]);
    step(&mut run, diagnosed("test", 1, missing()), &["ask"]);
    step(&mut run, proposed(vec![edit()]), &["weighed", "prepare dependency"]);
    step(&mut run, prepared(vec![change("requirements.txt")]), &["trial test.2"]);
    step(&mut run, ended("test", 2, trial(), 0), &["verify install.2"]);
    step(&mut run, ended("install", 2, Purpose::Verify { incident: incident() }, 1), &["drop"]);
    step(&mut run, Fact::ScratchDropped { incident: incident() }, &["ask"]);
    // The same steps are not tried again.
    let done = ["weighed", "incident reported", "test failure clean", "run failure clean"];
    step(&mut run, proposed(vec![edit()]), &done);
}

#[test]
fn a_result_that_touches_ci_files_is_undone_whatever_the_command_said() {
    let (mut run, _) = start(pipeline(&[("test", &[])]));
    step(&mut run, ended("test", 1, Purpose::Plain, 1), &["diagnose test.1"]);
    step(&mut run, diagnosed("test", 1, missing()), &["ask"]);
    step(&mut run, proposed(vec![edit()]), &["weighed", "prepare dependency"]);
    step(&mut run, prepared(vec![change(".github/workflows/ci.yml")]), &["drop"]);
}

#[test]
fn budgets_end_every_loop() {
    let mut definition = pipeline(&[("test", &[])]);
    definition.healing.max_attempts = 2;
    let (mut run, _) = start(definition);
    step(&mut run, ended("test", 1, Purpose::Plain, 1), &["diagnose test.1"]);
    let mut question = diagnosed("test", 1, missing());
    for round in 0..2 {
        step(&mut run, question, &["ask"]);
        let variable = Action::SetEnv { name: format!("ROUND_{round}"), value: "1".to_owned() };
        step(&mut run, proposed(vec![remedy("config", vec![variable])]), &["weighed", "prepare config"]);
        step(&mut run, prepared(Vec::new()), &[&format!("trial test.{}", round + 2)]);
        step(&mut run, ended("test", round + 2, trial(), 1), &[&format!("diagnose test.{}", round + 2)]);
        step(&mut run, diagnosed("test", round + 2, missing()), &["drop"]);
        if round == 0 {
            step(&mut run, Fact::ScratchDropped { incident: incident() }, &["ask"]);
            let variable = Action::SetEnv { name: "OTHER".to_owned(), value: "1".to_owned() };
            step(&mut run, proposed(vec![remedy("config", vec![variable])]), &["weighed", "prepare config"]);
            step(&mut run, prepared(Vec::new()), &["trial test.3"]);
            step(&mut run, ended("test", 3, trial(), 1), &["diagnose test.3"]);
            step(&mut run, diagnosed("test", 3, missing()), &["drop"]);
            step(&mut run, Fact::ScratchDropped { incident: incident() }, &["ask"]);
            break;
        }
        question = Fact::ScratchDropped { incident: incident() };
    }
    let variable = Action::SetEnv { name: "THIRD".to_owned(), value: "1".to_owned() };
    let done = ["weighed", "incident reported", "test failure clean", "run failure clean"];
    step(&mut run, proposed(vec![remedy("config", vec![variable])]), &done);
}

#[test]
fn a_pass_without_the_remedy_is_luck_and_never_clean() {
    let mut definition = pipeline(&[("test", &[])]);
    definition.healing.control_rate = 1.0;
    let (mut run, _) = start(definition);
    step(&mut run, ended("test", 1, Purpose::Plain, 1), &["diagnose test.1"]);
    step(&mut run, diagnosed("test", 1, missing()), &["ask"]);
    let variable = Action::SetEnv { name: "A".to_owned(), value: "1".to_owned() };
    step(&mut run, proposed(vec![remedy("config", vec![variable])]), &["weighed", "prepare config"]);
    step(&mut run, prepared(Vec::new()), &["trial test.2"]);
    step(&mut run, ended("test", 2, trial(), 0), &["control test.3"]);
    step(&mut run, ended("test", 3, Purpose::Control { incident: incident() }, 0), &["drop"]);
    step(&mut run, Fact::ScratchDropped { incident: incident() }, &["incident flaky-suspect", "start test.4"]);
    let done = ["test success flaky-suspect", "run success flaky-suspect"];
    step(&mut run, ended("test", 4, Purpose::Plain, 0), &done);
}

#[test]
fn suggest_and_shadow_weigh_and_change_nothing() {
    for mode in [Mode::Suggest, Mode::Shadow] {
        let mut definition = pipeline(&[("test", &[])]);
        definition.healing.mode = mode;
        let (mut run, _) = start(definition);
        step(&mut run, ended("test", 1, Purpose::Plain, 1), &["diagnose test.1"]);
        step(&mut run, diagnosed("test", 1, network()), &["ask"]);
        let done = ["weighed", "incident reported", "test failure clean", "run failure clean"];
        step(&mut run, proposed(vec![wait()]), &done);
    }
}

#[test]
fn off_diagnoses_and_asks_nobody() {
    let mut definition = pipeline(&[("test", &[])]);
    definition.healing.mode = Mode::Off;
    let (mut run, _) = start(definition);
    step(&mut run, ended("test", 1, Purpose::Plain, 1), &["diagnose test.1"]);
    step(&mut run, diagnosed("test", 1, network()), &["incident reported", "test failure clean", "run failure clean"]);
}

#[test]
fn a_remedy_that_uncovers_the_next_failure_is_kept_while_that_is_healed() {
    let (mut run, _) = start(pipeline(&[("test", &[])]));
    step(&mut run, ended("test", 1, Purpose::Plain, 1), &["diagnose test.1"]);
    step(&mut run, diagnosed("test", 1, missing()), &["ask"]);
    let variable = |name: &str| remedy("config", vec![Action::SetEnv { name: name.to_owned(), value: "1".to_owned() }]);
    step(&mut run, proposed(vec![variable("A")]), &["weighed", "prepare config"]);
    step(&mut run, prepared(Vec::new()), &["trial test.2"]);
    step(&mut run, ended("test", 2, trial(), 1), &["diagnose test.2"]);
    let next = finding("system.missing-env", "configuration", Disposition::Auto);
    step(&mut run, diagnosed("test", 2, next), &["ask"]);
    let decisions = run.step(&proposed(vec![variable("B")]), NOW).expect("the fact fits");
    assert!(matches!(&decisions[1], Decision::PrepareTrial { keeps_scratch: true, .. }), "{decisions:?}");
}

#[test]
fn other_stages_end_before_an_incident_is_worked_on() {
    let (mut run, first) = start(pipeline(&[("lint", &[]), ("test", &[]), ("docs", &[])]));
    assert_eq!(words(&first), ["start lint.1", "start test.1", "start docs.1"]);
    step(&mut run, ended("test", 1, Purpose::Plain, 1), &[]);
    step(&mut run, ended("docs", 1, Purpose::Plain, 0), &["docs success clean"]);
    step(&mut run, ended("lint", 1, Purpose::Plain, 0), &["lint success clean", "diagnose test.1"]);
}

#[test]
fn a_broken_plugin_is_an_error_and_not_a_failed_build() {
    let (mut run, _) = start(pipeline(&[("test", &[])]));
    let outcome = Outcome { fault: Some("plugin run-shell trapped".to_owned()), ..Outcome::default() };
    let fact = Fact::AttemptEnded { stage: StageName::new("test"), attempt: 1, purpose: Purpose::Plain, outcome };
    step(&mut run, fact, &["test error clean", "run error clean"]);
}

#[test]
fn a_remedy_that_did_harm_is_benched_for_the_rest_of_the_run() {
    let (mut run, _) = start(pipeline(&[("unit", &[]), ("e2e", &["unit"])]));
    step(&mut run, ended("unit", 1, Purpose::Plain, 0), &["unit success clean", "start e2e.1"]);
    step(&mut run, ended("e2e", 1, Purpose::Plain, 1), &["diagnose e2e.1"]);
    step(&mut run, diagnosed("e2e", 1, missing()), &["ask"]);
    step(&mut run, proposed(vec![edit()]), &["weighed", "prepare dependency"]);
    step(&mut run, prepared(vec![change("selfheal.toml")]), &["drop"]);
    assert!(run.benched.contains(&(missing().signature, edit().key())));
}

#[test]
fn a_wait_that_is_too_long_after_progress_gives_the_scratch_back_first() {
    let (mut run, _) = start(pipeline(&[("test", &[])]));
    step(&mut run, ended("test", 1, Purpose::Plain, 1), &["diagnose test.1"]);
    step(&mut run, diagnosed("test", 1, missing()), &["ask"]);
    let variable = remedy("config", vec![Action::SetEnv { name: "A".to_owned(), value: "1".to_owned() }]);
    step(&mut run, proposed(vec![variable]), &["weighed", "prepare config"]);
    step(&mut run, prepared(Vec::new()), &["trial test.2"]);
    step(&mut run, ended("test", 2, trial(), 1), &["diagnose test.2"]);
    step(&mut run, diagnosed("test", 2, network()), &["ask"]);
    let hours = remedy("retry", vec![Action::Wait { base_ms: 0, cap_ms: 0, asked_ms: Some(3_600_000) }]);
    step(&mut run, proposed(vec![hours]), &["weighed", "drop"]);
    step(&mut run, Fact::ScratchDropped { incident: incident() }, &["ask"]);
    step(&mut run, proposed(Vec::new()), &["weighed", "incident reported", "test failure clean", "run failure clean"]);
}
