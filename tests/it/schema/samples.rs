//! A line of the event stream for every kind of fact and decision, with every optional part present, made by the engine's
//! own types.

use pipeline::choice::ArmRecord;
use pipeline::definition::{Grant, Pipeline, Quarantine, Ready, Service, Stage, When, WorkspaceGrant};
use pipeline::event::{
    ChangeKind, Decision, Event, Fact, FaultNote, FileChange, Licence, LostAttempt, Machine, Purpose, Record,
    ScratchKind, TriedNote, WeighedNote,
};
use pipeline::finding::{Diagnosis, DiagnosisOutcome, Disposition, Finding, LogLine};
use pipeline::floor::GivenFloor;
use pipeline::id::{IncidentId, RemedyKey, RunId, Signature, StageName};
use pipeline::incident::IncidentEnd;
use pipeline::outcome::{Artifact, Metric, Outcome, Qualifier, RunResult};
use pipeline::remedy::{Action, CommandLine, Limits, Remedy};
use pipeline::source::{Earlier, EarlierFailure, Source};
use pipeline::time::Timestamp;
use serde_json::{Value, json};

fn incident() -> IncidentId {
    IncidentId::new("r-1.1")
}

fn stage() -> StageName {
    StageName::new("test")
}

fn signature() -> Signature {
    Signature::new("python.module-not-found:4f1e")
}

fn line(number: u64) -> LogLine {
    LogLine { line: number, text: "ModuleNotFoundError: No module named 'PIL'".to_owned() }
}

fn finding() -> Finding {
    Finding {
        code: "python.module-not-found".to_owned(),
        category: "dependency-missing".to_owned(),
        ecosystem: "python".to_owned(),
        severity: "error".to_owned(),
        confidence: 0.97,
        line: 118,
        text: line(118).text,
        captures: [("module".to_owned(), "PIL".to_owned())].into(),
        disposition: Disposition::Auto,
        strategies: vec!["dependency".to_owned()],
        context: vec![line(117)],
        rule: "classify-python@0.1.0/module-not-found".to_owned(),
        signature: signature(),
    }
}

fn diagnosis() -> Diagnosis {
    Diagnosis {
        outcome: DiagnosisOutcome::Failure,
        lines: 412,
        truncated: false,
        findings: vec![finding()],
        runner_up: Some(finding()),
        excerpt: vec![line(1)],
    }
}

fn limits() -> Limits {
    Limits { timeout_ms: Some(1), memory_bytes: Some(1), cpu_ms: Some(1), open_files: Some(1), jobs: None }
}

fn outcome() -> Outcome {
    Outcome {
        exit_code: Some(-1),
        signal: Some(9),
        peak_memory_bytes: Some(1),
        oom_kills: Some(1),
        not_started: Some("no such program".to_owned()),
        fault: Some("run-shell: trap".to_owned()),
        failed_gates: vec!["coverage: 70 < 80".to_owned()],
        failed_service: Some("service db ended before it was ready (exit code 1)".to_owned()),
        memory_limit_bytes: Some(1 << 30),
        metrics: vec![Metric { name: "coverage.line-percent".to_owned(), value: 70.5, unit: "%".to_owned() }],
        artifacts: vec![Artifact {
            path: "coverage.xml".to_owned(),
            media_type: "application/xml".to_owned(),
            title: "coverage".to_owned(),
        }],
        ..Outcome::default()
    }
}

fn change() -> FileChange {
    FileChange {
        path: "requirements.txt".to_owned(),
        change: ChangeKind::Modified,
        is_versioned: true,
        removed_lines: vec!["pillow".to_owned()],
        added_lines: vec!["pillow>=11".to_owned()],
        is_abridged: false,
        is_binary: false,
    }
}

/// One of each kind of step.
fn actions() -> Vec<Action> {
    let text = str::to_owned;
    vec![
        Action::Wait { base_ms: 2_000, cap_ms: 300_000, asked_ms: Some(5_000) },
        Action::SetEnv { name: text("A"), value: text("b") },
        Action::SetLimit { limits: limits() },
        Action::ReplaceCommand { command: CommandLine::Argv(vec![text("pytest")]) },
        Action::RunCommand {
            argv: vec![text("pip"), text("install"), text("pillow")],
            directory: text("."),
            env: vec![(text("A"), text("b"))],
            timeout_ms: 1,
        },
        Action::WriteFile { path: text("a"), content: text("b"), executable: Some(true) },
        Action::EditFile { path: text("a"), find: text("b"), replace: text("c") },
        Action::RemoveFile { path: text("a") },
        Action::ClearPath { path: text("a") },
        Action::RestoreSnapshot { paths: vec![text("a")] },
        Action::MovePort { taken: 80, variable: text("PORT") },
        Action::WaitForService { host: text("localhost"), port: 80, timeout_ms: 1 },
        Action::Escalate { title: text("a"), body: text("b"), labels: vec![text("c")] },
    ]
}

fn remedy() -> Remedy {
    Remedy {
        plugin: "heal-dependency".into(),
        strategy: "dependency".to_owned(),
        title: "install pillow".to_owned(),
        rationale: "the project declares it".to_owned(),
        confidence: 0.9,
        actions: actions(),
        reversible: true,
        expects: vec![signature()],
    }
}

fn pipeline() -> Pipeline {
    let mut test = Stage::new(stage(), CommandLine::Shell("pytest -q".to_owned()));
    test.env.insert("CI".to_owned(), "true".to_owned());
    test.when = Some("env.CI".parse::<When>().expect("a condition"));
    test.reason = Some("there is a folder of tests".to_owned());
    test.limits = limits();
    test.inputs = vec!["src".to_owned()];
    test.outputs = vec!["dist".to_owned()];
    let signs = [
        Ready::Port { port: 5432 },
        Ready::PortOf { variable: "PORT".to_owned() },
        Ready::Http { url: "http://127.0.0.1/".to_owned() },
        Ready::Command { command: CommandLine::Shell("pg_isready".to_owned()) },
        Ready::Log { text: "ready".to_owned() },
    ];
    test.services = signs.map(|sign| Service::new("db", CommandLine::Shell("db".to_owned()), sign)).into();
    test.services[0].env.insert("A".to_owned(), "b".to_owned());
    let mut pipeline = Pipeline::named("shop");
    pipeline.timeout_ms = Some(1);
    pipeline.stages = vec![test];
    pipeline.uses_cache = false;
    pipeline.quarantine = vec![quarantine()];
    pipeline.plugins.dir = Some("ci/plugins".to_owned());
    let grant = Grant {
        digest: Some("sha256:00".to_owned()),
        process: vec!["terraform".to_owned()],
        workspace: Some(WorkspaceGrant::Read),
        http: vec!["api.example".to_owned()],
        state: true,
        clock: true,
    };
    pipeline.plugins.grants.insert("acme/heal-terraform".to_owned(), grant);
    pipeline.plugins.grants.insert("acme/nothing".to_owned(), Grant::default());
    pipeline.plugins.config.insert("heal-retry".to_owned(), "{}".to_owned());
    pipeline
}

fn quarantine() -> Quarantine {
    Quarantine {
        stage: stage(),
        signature: signature(),
        owner: "ada".to_owned(),
        until: "2026-12-31".parse().expect("a day"),
        reason: "it races".to_owned(),
    }
}

fn vouched(licence: Licence) -> Decision {
    Decision::Vouched { incident: incident(), entry: Box::new(quarantine()), licence }
}

fn fault() -> FaultNote {
    FaultNote { plugin: "heal-config".to_owned(), code: "timeout".to_owned(), message: "used up its time".to_owned() }
}

fn facts() -> Vec<Fact> {
    let purposes = [
        Purpose::Plain,
        Purpose::Trial { incident: incident() },
        Purpose::Verify { incident: incident() },
        Purpose::Control { incident: incident() },
    ];
    let ended = |purpose| Fact::AttemptEnded { stage: stage(), attempt: 1, purpose, outcome: outcome() };
    let mut facts: Vec<Fact> = purposes.into_iter().map(ended).collect();
    facts.extend([
        Fact::AttemptEnded { stage: stage(), attempt: 2, purpose: Purpose::Plain, outcome: Outcome::default() },
        Fact::RunStarted {
            run: RunId::new("r-1"),
            pipeline: Box::new(pipeline()),
            seed: u64::MAX,
            learned: vec![ArmRecord {
                code: "python.module-not-found".to_owned(),
                strategy: "dependency".to_owned(),
                healed: 1.5,
                failed: 0.0,
            }],
            benched: vec![(signature(), RemedyKey::new("dependency:00"))],
            machine: Machine { memory_bytes: 0, processors: 2, scratches: 4 },
            unwanted: vec![stage()],
            durations: [(stage(), 1_500)].into(),
            joins_failures: true,
            java_homes: Vec::new(),
            source: Some(Source { commit: "c0ffee".to_owned(), is_dirty: false }),
            earlier: Box::new(Earlier {
                failures: vec![EarlierFailure {
                    stage: stage(),
                    run: RunId::new("r-0"),
                    code: Some("python.module-not-found".to_owned()),
                    category: Some("dependency-missing".to_owned()),
                }],
                floors: vec![GivenFloor { stage: stage(), limits: limits(), run: RunId::new("r-0"), is_probe: true }],
            }),
        },
        Fact::CacheChecked { stage: stage(), key: Some("00".into()), is_hit: true, notice: None },
        Fact::CacheChecked { stage: stage(), key: None, is_hit: false, notice: Some("no file".to_owned()) },
        Fact::OutputsRestored { stage: stage(), key: "00".into(), files: 1, problem: Some("damaged".to_owned()) },
        Fact::OutputsStored { stage: stage(), key: "00".into(), files: 1, bytes: 1, problem: Some("full".to_owned()) },
        Fact::Diagnosed {
            incident: incident(),
            stage: stage(),
            attempt: 1,
            diagnosis: Box::new(diagnosis()),
            faults: vec![fault()],
        },
        Fact::Diagnosed {
            incident: incident(),
            stage: stage(),
            attempt: 1,
            diagnosis: Box::new(diagnosis()),
            faults: Vec::new(),
        },
        Fact::RemediesProposed {
            incident: incident(),
            remedies: vec![remedy()],
            versioned: vec!["a".to_owned()],
            faults: vec![fault()],
        },
        Fact::TrialPrepared {
            incident: incident(),
            scratch: ScratchKind::InPlace,
            changes: vec![change()],
            env: vec![("PORT".to_owned(), "40001".to_owned())],
            problem: Some("pip: exit code 1".to_owned()),
        },
        Fact::ScratchRefused { incident: incident(), problem: "there is no overlay".to_owned() },
        Fact::ScratchOverlaps { incident: incident(), path: "target/lock".to_owned() },
        Fact::ScratchInspected { incident: incident(), changes: vec![change()] },
        Fact::ScratchUnread { incident: incident(), problem: "the disk is full".to_owned() },
        Fact::ScratchCommitted { incident: incident() },
        Fact::ScratchDropped { incident: incident() },
        Fact::ScratchStuck { incident: incident(), problem: "the disk is full".to_owned() },
        Fact::PatchSaved {
            incident: incident(),
            path: "/state/patches/r-1.1.patch".to_owned(),
            digest: "00".repeat(32),
        },
        Fact::TicketSaved { incident: incident(), path: "/state/tickets/r-1.1.md".to_owned() },
        Fact::Interrupted,
        Fact::DeadlineReached,
        Fact::Resumed { lost: vec![LostAttempt { stage: stage(), attempt: 1 }] },
    ]);
    facts
}

fn ends() -> Vec<Decision> {
    let ends = [
        IncidentEnd::Healed,
        IncidentEnd::FlakySuspect,
        IncidentEnd::Quarantined,
        IncidentEnd::Proposed,
        IncidentEnd::Reported,
        IncidentEnd::Escalated,
        IncidentEnd::Joined,
        IncidentEnd::Stuck,
        IncidentEnd::Superseded,
    ];
    let decision = |end| Decision::EndIncident {
        incident: incident(),
        stage: stage(),
        end,
        signature: Some(signature()),
        category: Some("dependency-missing".to_owned()),
        code: None,
        remedy: Some(RemedyKey::new("dependency:00")),
        strategy: Some("dependency".to_owned()),
    };
    ends.into_iter().map(decision).collect()
}

fn tried(ended: &str) -> TriedNote {
    TriedNote {
        key: RemedyKey::new("retry:00"),
        strategy: "retry".to_owned(),
        title: "try again later".to_owned(),
        disposition: Disposition::Retry,
        ended: ended.to_owned(),
        reason: "the stage failed the same way".to_owned(),
        signature: Some(signature()),
    }
}

fn decisions() -> Vec<Decision> {
    let mut decisions = ends();
    decisions.extend([
        Decision::StartAttempt {
            stage: stage(),
            attempt: 1,
            purpose: Purpose::Plain,
            command: CommandLine::Shell("pytest -q".to_owned()),
            env: vec![("A".to_owned(), "b".to_owned())],
            limits: limits(),
        },
        Decision::CheckCache { stage: stage(), recipe: "00".to_owned() },
        Decision::RestoreOutputs { stage: stage(), key: "00".into() },
        Decision::StoreOutputs { stage: stage(), recipe: "00".to_owned(), key: "00".into() },
        Decision::Diagnose { incident: incident(), stage: stage(), attempt: 1 },
        Decision::AskHealers {
            incident: incident(),
            stage: stage(),
            attempt: 1,
            findings: vec![finding()],
            tried: ["ineffective", "worsened", "refused", "progressed", "flaky-suspect"].map(tried).into(),
            attempts_left: 2,
        },
        Decision::Weighed {
            incident: incident(),
            proposals: vec![WeighedNote {
                key: RemedyKey::new("retry:00"),
                plugin: "heal-retry".to_owned(),
                strategy: "retry".to_owned(),
                title: "try again later".to_owned(),
                disposition: Disposition::Never,
                refused: Some("blind retry".to_owned()),
                is_chosen: true,
                is_shadowed: true,
            }],
        },
        vouched(Licence::RunsAgain { days_left: 38 }),
        Decision::JoinIncident { incident: incident(), stage: stage(), into: IncidentId::new("r-1.2") },
        vouched(Licence::Expired),
        vouched(Licence::NotAlone { beside: "python.unknown-exception: KeyError".to_owned() }),
        Decision::PrepareRerun { incident: incident(), stage: stage(), number: 1, is_beside_others: false },
        Decision::PrepareRerun { incident: incident(), stage: stage(), number: 2, is_beside_others: true },
        Decision::PutOff { incident: incident(), reason: "another remedy was committed first".to_owned() },
        Decision::PrepareTrial {
            incident: incident(),
            stage: stage(),
            remedy: Box::new(remedy()),
            disposition: Disposition::Patch,
            delay_ms: 0,
            keeps_scratch: false,
            is_beside_others: true,
        },
        Decision::InspectScratch { incident: incident() },
        Decision::CommitScratch { incident: incident() },
        Decision::DropScratch { incident: incident() },
        Decision::SavePatch { incident: incident() },
        Decision::SaveTicket {
            incident: incident(),
            title: "shop: test fails".to_owned(),
            body: "# Cause".to_owned(),
            labels: vec!["selfheal".to_owned()],
        },
        Decision::EndStage {
            stage: stage(),
            result: RunResult::Success,
            qualifier: Qualifier::FlakySuspect,
            reason: "exit code 0".to_owned(),
        },
        Decision::CancelAttempts,
        Decision::EndRun { result: RunResult::Cancellation, qualifier: Qualifier::Clean },
    ]);
    decisions
}

/// A line of the stream as `selfheal run --format json` prints it: the record with version and run beside its fields.
fn streamed(event: Event) -> Value {
    let record = Record { seq: 1, at: Timestamp(1_795_440_000_000), event };
    let mut line = serde_json::to_value(record).expect("a record is JSON");
    let fields = line.as_object_mut().expect("a record is an object");
    fields.insert("version".to_owned(), json!(1));
    fields.insert("run".to_owned(), json!("r-1"));
    line
}

/// Lines for all of them.
pub fn lines() -> Vec<Value> {
    let facts = facts().into_iter().map(Event::Fact);
    facts.chain(decisions().into_iter().map(Event::Decision)).map(streamed).collect()
}

/// What `selfheal diagnose --format json` prints.
pub fn diagnosis_answer() -> Value {
    let mut answer = serde_json::to_value(diagnosis()).expect("a diagnosis is JSON");
    answer.as_object_mut().expect("a diagnosis is an object").insert("version".to_owned(), json!(1));
    answer
}
