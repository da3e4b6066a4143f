//! Effects around an attempt: running it, reading its evidence, asking the healers.

use std::collections::BTreeMap;
use std::sync::Arc;

use pipeline::definition::{Detection, Stage};
use pipeline::event::{Decision, Fact, Purpose};
use pipeline::id::{PluginId, StageName};
use pipeline::outcome::Outcome;
use pipeline::policy;
use pipeline::remedy::{CommandLine, Limits, Remedy};

use crate::effects::{LAST_GOOD, Reach};
use crate::live::LiveScan;
use crate::log_text::FileLog;
use crate::ports::{
    Cancel, CommandRequest, DiagnoseRequest, IncidentView, LogText, Observer, OutputSink, Place, RunnerRequest,
    StageView, Stream,
};
use crate::services::{self, Scene};

/// Passes an attempt's output on to the observer, and to who looks for findings in it.
struct Tee {
    stage: StageName,
    observer: Arc<dyn Observer>,
    live: Option<LiveScan>,
}

impl OutputSink for Tee {
    fn output(&self, stream: Stream, bytes: &[u8]) {
        self.observer.output(&self.stage, stream, bytes);
        if let Some(live) = &self.live {
            live.push(stream, bytes);
        }
    }
}

/// Runs one attempt.
pub(crate) async fn run(reach: &Reach, decision: Decision, stage: Option<Stage>) -> Option<Fact> {
    let Decision::StartAttempt { stage: name, attempt, purpose, command, env, limits } = decision else { return None };
    let outcome = match stage {
        None => broken(format!("the pipeline has no stage {name}")),
        Some(stage) => match &purpose {
            Purpose::Control { incident } => {
                let scratch_name = format!("{incident}-control-{attempt}");
                match reach.workspace.open_scratch(&scratch_name).await {
                    Err(error) => broken(error.to_string()),
                    Ok(scratch) => {
                        let place = scratch.place.clone();
                        let outcome = run_in(reach, &stage, attempt, &purpose, place, command, env, limits).await;
                        match reach.workspace.discard(&scratch).await {
                            Ok(()) => outcome,
                            Err(error) => broken(error.to_string()),
                        }
                    }
                }
            }
            _ => {
                let place = reach.place(&purpose);
                run_in(reach, &stage, attempt, &purpose, place, command, env, limits).await
            }
        },
    };
    reach.board.put_outcome(&name, attempt, &outcome, &purpose);
    Some(Fact::AttemptEnded { stage: name, attempt, purpose, outcome })
}

#[allow(clippy::too_many_arguments, reason = "the parts of one decision, taken apart by its only caller")]
async fn run_in(
    reach: &Reach,
    stage: &Stage,
    attempt: u32,
    purpose: &Purpose,
    place: Place,
    command: CommandLine,
    env: Vec<(String, String)>,
    limits: Limits,
) -> Outcome {
    let log = reach.log(&stage.name, attempt);
    if let Some(folder) = log.parent()
        && let Err(error) = std::fs::create_dir_all(folder)
    {
        return broken(format!("create {}: {error}", folder.display()));
    }
    let is_shown = matches!(purpose, Purpose::Plain) || reach.settings.shows_trials;
    let sink: Option<Arc<dyn OutputSink>> = if is_shown {
        let is_watched = reach.settings.shows_live_findings;
        Some(Arc::new(Tee {
            stage: stage.name.clone(),
            observer: Arc::clone(&reach.observer),
            live: is_watched.then(|| LiveScan::of(reach, &stage.name, attempt)),
        }))
    } else {
        None
    };
    let given = env;
    let env = environment(reach, stage, &given);
    let scene = Scene { stage, attempt, place: &place.clone(), env: &env.clone(), given: &given, log: &log.clone() };
    let memory_limit_bytes = limits.memory_bytes;
    let request = CommandRequest {
        argv: argv_of(&command),
        env,
        directory: stage.directory.clone(),
        place,
        limits: limits.clone(),
        log,
        log_cap: reach.settings.log_cap,
        secrets: Arc::clone(&reach.settings.secrets),
        sink,
        stdin: reach.settings.stdin,
        capture_bytes: 0,
    };
    let work = |cancel: Cancel| async move {
        match &stage.runner {
            None => reach.executor.run(request, cancel).await.outcome,
            Some(runner) => {
                let request = RunnerRequest {
                    runner: PluginId::new(runner.clone()),
                    stage: view_of(stage, command, limits),
                    template: request,
                    cancel,
                };
                reach.plugins.run(request, Arc::clone(&reach.executor)).await
            }
        }
    };
    let mut outcome = services::beside(reach, &scene, work).await;
    outcome.memory_limit_bytes = memory_limit_bytes;
    outcome.bound_measures();
    outcome
}

pub(crate) fn argv_of(command: &CommandLine) -> Vec<String> {
    match command {
        CommandLine::Shell(script) => vec!["sh".to_owned(), "-c".to_owned(), script.clone()],
        CommandLine::Argv(argv) => argv.clone(),
    }
}

/// Set in the environment of every process that the engine starts, so that none of them can speak for a person: `selfheal
/// approve` refuses where it is set.
pub const INSIDE: &str = "SELFHEAL_INSIDE";

/// The engine's own environment, then the stage's, then what remedies gave it, and last the mark that nobody can take away.
pub(crate) fn environment(reach: &Reach, stage: &Stage, extra: &[(String, String)]) -> BTreeMap<String, String> {
    let mut env = reach.settings.env.clone();
    env.extend(stage.env.iter().map(|(name, value)| (name.clone(), value.clone())));
    env.extend(extra.iter().cloned());
    env.insert(INSIDE.to_owned(), "1".to_owned());
    env
}

fn view_of(stage: &Stage, command: CommandLine, limits: Limits) -> StageView {
    StageView {
        name: stage.name.clone(),
        command,
        directory: stage.directory.clone(),
        env_names: stage.env.keys().cloned().collect(),
        limits,
        attrs: stage.runner.iter().map(|runner| ("runner".to_owned(), runner.clone())).collect(),
    }
}

fn broken(reason: String) -> Outcome {
    Outcome { fault: Some(reason), ..Outcome::default() }
}

/// Reads the evidence of a failed attempt.
pub(crate) async fn diagnose(reach: &Reach, decision: Decision, detection: &Detection) -> Option<Fact> {
    let Decision::Diagnose { incident, stage, attempt } = decision else { return None };
    let request = DiagnoseRequest {
        log: reach.log(&stage, attempt),
        outcome: reach.board.outcome(&stage, attempt).map(|(outcome, _)| outcome),
        baselines: reach.settings.green_logs.get(&stage).cloned().unwrap_or_default(),
        confidence_threshold: detection.confidence_threshold,
        pattern_matching: detection.pattern_matching,
    };
    let (diagnosis, faults) = reach.plugins.diagnose(request).await;
    Some(Fact::Diagnosed { incident, stage, attempt, diagnosis: Box::new(diagnosis), faults })
}

/// Asks the healers.
pub(crate) async fn ask(reach: &Reach, decision: Decision, stage: Option<Stage>) -> Option<Fact> {
    let Decision::AskHealers { incident, stage: name, attempt, findings, tried, attempts_left } = decision else {
        return None;
    };
    let Some(stage) = stage else {
        let (remedies, versioned, faults) = (Vec::new(), Vec::new(), Vec::new());
        return Some(Fact::RemediesProposed { incident, remedies, versioned, faults });
    };
    let (outcome, purpose) = reach.board.outcome(&name, attempt).unwrap_or((Outcome::default(), Purpose::Plain));
    let place = reach.place(&purpose);
    let log: Arc<dyn LogText> = Arc::new(FileLog::open(&reach.log(&name, attempt)));
    let mut attrs = reach.settings.facts.clone();
    attrs.push(("version-control".to_owned(), reach.workspace.version_control().to_owned()));
    if reach.workspace.has_snapshot(LAST_GOOD).await {
        attrs.push(("last-good".to_owned(), LAST_GOOD.to_owned()));
    }
    let view = IncidentView {
        id: incident.clone(),
        stage: view_of(&stage, stage.command.clone(), stage.limits.clone()),
        outcome,
        findings,
        tried,
        attempts_left,
        tools: reach.settings.tools.clone(),
        attrs,
        log,
        place: place.clone(),
    };
    let proposals = reach.plugins.propose(&view).await;
    let versioned = reach.workspace.versioned(&place, &mentioned_paths(&proposals.remedies)).await;
    Some(Fact::RemediesProposed { incident, remedies: proposals.remedies, versioned, faults: proposals.faults })
}

/// Paths that the actions of remedies name, sorted, each once.
fn mentioned_paths(remedies: &[Remedy]) -> Vec<String> {
    let mut paths: Vec<String> = remedies.iter().flat_map(|remedy| policy::paths_named(&remedy.actions)).collect();
    paths.sort();
    paths.dedup();
    paths
}
