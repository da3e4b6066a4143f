//! The report for people. It tells what happened, in the past tense, from the journal's records alone, so that `run`,
//! `exec` and `explain` tell the same story.

use std::collections::{BTreeMap, HashMap};
use std::io::Write as _;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use driver::effects::log_path;
use driver::ports::{Observer, SeenFinding, StatePaths, Stream};
use pipeline::definition::{Mode, Pipeline};
use pipeline::event::{Decision, Event, Fact, FaultNote, FileChange, Purpose, Record, ScratchKind};
use pipeline::finding::{Diagnosis, DiagnosisOutcome};
use pipeline::id::{IncidentId, StageName};
use pipeline::incident::IncidentEnd;
use pipeline::outcome::{Outcome, Qualifier, RunResult};
use pipeline::remedy::Action;
use pipeline::time::Timestamp;

use super::changes;
use super::diagnosis;
use super::flaky;
use super::incidents::Incidents;
use super::limits;
use super::live::Live;
use super::measures::measures;
use super::offer::Offer;
use super::paint::{FAILED, HEALED, NAME, PASSED, duration, harmless, paint};
use crate::pipeline_file::fault_text;
use crate::summary;

/// Most characters of a line of output on the live line of its stage.
const WIDEST_LIVE: usize = 80;

/// Most characters of a plugin's fault that are shown; its message is the plugin's own text.
const MOST_OF_FAULT: usize = 400;

/// Which of the streams the report goes to, and how much it says about what went well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// `run`: every stage, on standard output; stages' own output is not shown.
    Run,
    /// `exec`: only what went wrong and what was done, on standard error; the command's own output passes through.
    Exec,
    /// `explain`: as `run`, of a recorded run.
    Explain,
}

/// What is remembered between records.
#[derive(Default)]
struct Memory {
    run: String,
    mode: Mode,
    commands: HashMap<StageName, String>,
    logs: HashMap<(StageName, u32), String>,
    outcomes: HashMap<StageName, Outcome>,
    durations: BTreeMap<StageName, u64>,
    tried: HashMap<IncidentId, usize>,
    changes: HashMap<IncidentId, (ScratchKind, Vec<FileChange>)>,
    remedies: HashMap<IncidentId, (String, String)>,
    patches: Vec<(IncidentId, String)>,
    tickets: Vec<String>,
    problems: Vec<String>,
    /// Stages whose outputs were put back: how many files.
    cached: HashMap<StageName, u64>,
    /// Metrics and artifacts of the last attempt of each stage, one line each.
    measures: HashMap<StageName, Vec<String>>,
    /// Variables that remedies set, while their scratch is open.
    variables: HashMap<IncidentId, Vec<(String, String)>>,
    incidents: Incidents,
    /// What was said for incidents by a person, and suspects that nobody vouches for.
    flaky: flaky::Memory,
    /// Those that healed a stage and are gone after the run.
    passing: Vec<(StageName, String, String)>,
    started_ms: u64,
}

/// Tells the story of one run.
pub struct HumanReport {
    voice: Voice,
    /// Where the project's logs are, and of which run.
    paths: StatePaths,
    run: String,
    offer: Offer,
    state: Mutex<(Memory, Live)>,
}

impl HumanReport {
    /// Tells about runs of the project in `root`; `state` and `run` say where its logs are.
    pub fn new(voice: Voice, root: &Path, state: &StatePaths, run: &str) -> Self {
        let live = Live::new(voice == Voice::Run);
        let (run, offer) = (run.to_owned(), Offer::in_project(root));
        Self { voice, paths: state.clone(), run, offer, state: Mutex::new((Memory::default(), live)) }
    }

    fn say(&self, live: &Live, line: &str) {
        live.print(|| {
            // A reader that went away is not the run's concern.
            let _ = match self.voice {
                Voice::Exec => writeln!(anstream::stderr(), "selfheal: {line}"),
                Voice::Run | Voice::Explain => writeln!(anstream::stdout(), "{line}"),
            };
        });
    }

    fn say_all(&self, live: &Live, lines: impl IntoIterator<Item = String>) {
        lines.into_iter().for_each(|line| self.say(live, &line));
    }

    fn fact(&self, at: u64, fact: &Fact, memory: &mut Memory, live: &mut Live) {
        match fact {
            Fact::RunStarted { run, pipeline, source, earlier, .. } => {
                memory.flaky.begin(source.as_ref(), earlier);
                memory.run = run.to_string();
                memory.mode = pipeline.healing.mode;
                memory.started_ms = at;
                self.begin(run.as_str(), pipeline, memory, live);
                self.say_all(live, limits::given(pipeline, &earlier.floors));
            }
            Fact::AttemptEnded { stage, attempt, purpose, outcome } => {
                live.hide(stage);
                memory.logs.insert(
                    (stage.clone(), *attempt),
                    log_path(&self.paths, &self.run, stage, *attempt).display().to_string(),
                );
                *memory.durations.entry(stage.clone()).or_insert(0) += outcome.duration_ms;
                memory.measures.insert(stage.clone(), measures(outcome));
                if *purpose == Purpose::Plain {
                    memory.outcomes.insert(stage.clone(), outcome.clone());
                }
            }
            Fact::CacheChecked { stage, notice, .. } => {
                live.hide(stage);
                self.say_cache(stage, "not kept", notice.as_deref(), live);
            }
            Fact::OutputsRestored { stage, files, problem, .. } => {
                live.hide(stage);
                match problem {
                    Some(problem) => self.say_cache(stage, "not put back, so it runs", Some(problem), live),
                    None => drop(memory.cached.insert(stage.clone(), *files)),
                }
            }
            Fact::OutputsStored { stage, problem, .. } => {
                live.hide(stage);
                self.say_cache(stage, "not kept", problem.as_deref(), live);
            }
            Fact::Diagnosed { stage, attempt, diagnosis, faults, .. } => {
                let source = memory.logs.get(&(stage.clone(), *attempt)).cloned().unwrap_or_else(|| "log".to_owned());
                self.diagnosed(stage, diagnosis, &source, memory, live);
                self.say_faults(faults, live);
            }
            Fact::RemediesProposed { faults, .. } => self.say_faults(faults, live),
            Fact::TrialPrepared { incident, scratch, changes, .. } => {
                memory.changes.insert(incident.clone(), (*scratch, changes.clone()));
            }
            Fact::ScratchInspected { incident, changes } => {
                if let Some((_, known)) = memory.changes.get_mut(incident) {
                    known.clone_from(changes);
                }
            }
            Fact::ScratchCommitted { incident } => {
                if let Some((scratch, changes)) = memory.changes.get(incident) {
                    self.say_changes("changed in the workspace", *scratch, changes, live);
                }
            }
            Fact::ScratchUnread { problem, .. } => {
                self.say(live, &format!("  {} {}", paint(FAILED, "not kept:"), harmless(problem, 500)));
            }
            Fact::ScratchStuck { problem, .. } => {
                memory.problems.push(problem.clone());
                self.say(live, &format!("  {} {}", paint(FAILED, "could not be undone:"), harmless(problem, 500)));
            }
            Fact::PatchSaved { incident, path, .. } => {
                if let Some((scratch, changes)) = memory.changes.get(incident) {
                    // What is ignored stays in the scratch and goes with it.
                    let versioned: Vec<FileChange> = changes.iter().filter(|one| one.is_versioned).cloned().collect();
                    self.say_changes("changed by the patch", *scratch, &versioned, live);
                }
                memory.patches.push((incident.clone(), path.clone()));
            }
            Fact::TicketSaved { path, .. } => {
                self.say(live, &format!("  ticket {}", paint(NAME, path)));
                memory.tickets.push(path.clone());
            }
            Fact::Interrupted => self.say(live, "interrupted: stopping what runs"),
            Fact::DeadlineReached => self.say(live, "the run's time is up: stopping what runs"),
            Fact::Resumed { lost } => {
                let names: Vec<&str> = lost.iter().map(|attempt| attempt.stage.as_str()).collect();
                let lost = if names.is_empty() {
                    "nothing was running".to_owned()
                } else {
                    format!("lost: {}", names.join(", "))
                };
                self.say(live, &format!("resumed a run whose engine had died ({lost})"));
            }
            // What follows from these is told as a decision.
            Fact::ScratchRefused { .. } | Fact::ScratchOverlaps { .. } | Fact::ScratchDropped { .. } => {}
        }
    }

    fn begin(&self, run: &str, pipeline: &Pipeline, memory: &mut Memory, live: &Live) {
        for stage in &pipeline.stages {
            memory.commands.insert(stage.name.clone(), stage.command.to_string());
        }
        if self.voice != Voice::Exec {
            let count = pipeline.stages.len();
            let plural = if count == 1 { "stage" } else { "stages" };
            self.say(live, &format!("{} {count} {plural}, run {}", pipeline.name, paint(NAME, run)));
        }
    }

    fn diagnosed(&self, stage: &StageName, diagnosis: &Diagnosis, source: &str, memory: &mut Memory, live: &Live) {
        if let Some(outcome) = memory.outcomes.remove(stage) {
            let command = memory.commands.get(stage).map_or("", String::as_str);
            let first = command.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
            let what = match self.voice {
                Voice::Exec => format!("{} ({outcome}, {})", harmless(first, 120), duration(outcome.duration_ms)),
                _ => format!("{stage}  {outcome}, {}  $ {}", duration(outcome.duration_ms), harmless(first, 120)),
            };
            self.say(live, &format!("{} {what}", paint(FAILED, "✗ failed")));
        } else {
            self.say(live, "  the next failure of the same stage:");
        }
        let lines = match diagnosis.outcome {
            DiagnosisOutcome::Failure => {
                diagnosis.findings.first().map(|root| diagnosis::cause(root, source, "  ")).unwrap_or_default()
            }
            DiagnosisOutcome::Unknown | DiagnosisOutcome::NoFailure => {
                let mut lines = vec![format!(
                    "  {} the log does not show it with enough certainty",
                    paint(HEALED, "cause unknown:")
                )];
                lines.extend(diagnosis::excerpt(&diagnosis.excerpt, source));
                lines
            }
        };
        self.say_all(live, lines);
    }

    /// What to do so that the next run does not need the same remedy again.
    fn lasting(&self, stage: &StageName, name: &str, value: &str) -> String {
        let value = harmless(value, 200);
        match self.voice {
            Voice::Exec => {
                let assignment = format!("{name}={}", pipeline::remedy::quote(&value));
                format!("export {assignment} where this command is run: healing set it for this run only")
            }
            Voice::Run | Voice::Explain => format!(
                "add env = {{ {name} = {value:?} }} to stage {stage} in selfheal.toml: healing set it for this run only"
            ),
        }
    }

    /// Why outputs are not used, or will not be: a person may want to mend it, the run does not suffer.
    fn say_cache(&self, stage: &StageName, what: &str, problem: Option<&str>, live: &Live) {
        if let Some(problem) = problem {
            let line = format!("{} outputs of {stage} {what}: {}", paint(HEALED, "!"), harmless(problem, 300));
            self.say(live, &line);
        }
    }

    fn say_faults(&self, faults: &[FaultNote], live: &Live) {
        for fault in faults {
            self.say(live, &format!("  {} {}", paint(HEALED, "!"), harmless(&fault_text(fault), MOST_OF_FAULT)));
        }
    }

    fn say_changes(&self, title: &str, scratch: ScratchKind, changes: &[FileChange], live: &Live) {
        self.say_all(live, changes::lines(title, scratch, changes));
    }

    fn decision(&self, at: u64, decision: &Decision, memory: &mut Memory, live: &mut Live) {
        match decision {
            Decision::StartAttempt { stage, purpose, .. } => {
                if *purpose == Purpose::Plain {
                    // It left its cluster and runs again: what helped the others has not healed it.
                    memory.passing.retain(|(healed, ..)| healed != stage);
                }
                let text = match purpose {
                    Purpose::Plain => format!("{stage}"),
                    Purpose::Trial { .. } => format!("{stage}: trying the remedy in scratch"),
                    Purpose::Verify { .. } => format!("{stage}: verifying in scratch"),
                    Purpose::Control { .. } => format!("{stage}: control attempt without the remedy"),
                };
                live.show(stage, text);
            }
            Decision::Diagnose { incident, stage, .. } => {
                memory.incidents.begin(incident, stage);
            }
            Decision::CheckCache { stage, .. } => live.show(stage, format!("{stage}: looking for its outputs")),
            Decision::RestoreOutputs { stage, .. } => live.show(stage, format!("{stage}: putting its outputs back")),
            Decision::StoreOutputs { stage, .. } => live.show(stage, format!("{stage}: keeping its outputs")),
            Decision::AskHealers { incident, tried, .. } => {
                let told = memory.tried.entry(incident.clone()).or_insert(0);
                for note in tried.iter().skip(*told) {
                    self.say(live, &memory.incidents.tried(incident, &note.ended, &note.reason));
                }
                *told = tried.len();
            }
            Decision::Weighed { incident, proposals } => {
                let of = memory.incidents.label(incident);
                for note in proposals {
                    let line = match &note.refused {
                        Some(reason) if note.strategy != "escalate" => {
                            format!(
                                "  not tried{of}: {} ({}): {}",
                                harmless(&note.title, 160),
                                note.strategy,
                                harmless(reason, 200)
                            )
                        }
                        None if note.is_shadowed => {
                            format!(
                                "  would try{of}: {} ({}, {})",
                                harmless(&note.title, 160),
                                note.strategy,
                                note.disposition.as_str()
                            )
                        }
                        _ => continue,
                    };
                    self.say(live, &line);
                }
            }
            Decision::JoinIncident { incident, stage, into } => {
                memory.incidents.join(incident, stage, into);
            }
            Decision::Vouched { incident, entry, licence } => {
                self.say_all(live, memory.flaky.vouched(incident, entry, licence, memory.mode));
            }
            Decision::PutOff { incident, reason } => {
                self.say(live, &memory.incidents.tried(incident, "put off", reason));
            }
            Decision::PrepareRerun { incident, stage, number, .. } => {
                let line = memory.flaky.rerun(incident, &memory.incidents.label(incident), *number);
                self.say(live, &line);
                live.show(stage, format!("{stage}: preparing another attempt"));
            }
            Decision::PrepareTrial { incident, stage, remedy, disposition, delay_ms, keeps_scratch, .. } => {
                let set = memory.variables.entry(incident.clone()).or_default();
                if !keeps_scratch {
                    set.clear();
                }
                set.extend(remedy.actions.iter().filter_map(|action| match action {
                    Action::SetEnv { name, value } => Some((name.clone(), value.clone())),
                    _ => None,
                }));
                let delay = if *delay_ms > 0 { format!(", after {}", duration(*delay_ms)) } else { String::new() };
                self.say(
                    live,
                    &format!(
                        "  {}{} {} ({}, {}{delay})",
                        paint(HEALED, "tried"),
                        memory.incidents.label(incident),
                        harmless(&remedy.title, 200),
                        remedy.strategy,
                        disposition.as_str()
                    ),
                );
                memory.remedies.insert(incident.clone(), (remedy.title.clone(), remedy.strategy.clone()));
                live.show(stage, format!("{stage}: preparing the remedy"));
            }
            Decision::EndIncident { incident, stage, end, signature, .. } => {
                live.hide(stage);
                // The stage of `exec` is none that a pipeline file could name.
                let signature = signature.as_ref().filter(|_| self.voice != Voice::Exec);
                self.say_all(live, memory.flaky.ended(incident, stage, *end, signature));
                if *end == IncidentEnd::Healed {
                    let set = memory.variables.remove(incident).unwrap_or_default();
                    let healed = std::iter::once(stage).chain(memory.incidents.joined(incident));
                    for stage in healed {
                        let own = set.iter().map(|(name, value)| (stage.clone(), name.clone(), value.clone()));
                        memory.passing.extend(own);
                    }
                }
                let title = memory.remedies.get(incident).map_or("", |(title, _)| title.as_str());
                let line = memory.incidents.end(incident, stage, *end, title, memory.mode);
                self.say(live, &line);
                if *end == IncidentEnd::Proposed {
                    let summary = summary::path_of(&self.paths, incident);
                    self.say(live, &format!("  summary {}", paint(NAME, summary.display())));
                }
            }
            Decision::EndStage { stage, result, qualifier, reason } => {
                live.hide(stage);
                if *result == RunResult::Success {
                    memory.flaky.passed(stage, *qualifier);
                }
                self.end_stage(stage, *result, *qualifier, reason, memory, live);
            }
            Decision::EndRun { result, qualifier } => self.end_run(at, *result, *qualifier, memory, live),
            _ => {}
        }
    }

    fn end_stage(
        &self,
        stage: &StageName,
        result: RunResult,
        qualifier: Qualifier,
        reason: &str,
        memory: &Memory,
        live: &Live,
    ) {
        if self.voice == Voice::Exec {
            return;
        }
        let spent = duration(memory.durations.get(stage).copied().unwrap_or_default());
        let line = match (result, qualifier) {
            (RunResult::Success, _) if memory.cached.contains_key(stage) => {
                format!("{} {stage}  {}", paint(PASSED, "✓ cached"), harmless(reason, 200))
            }
            (RunResult::Success, Qualifier::Clean) => format!("{} {stage}  {spent}", paint(PASSED, "✓ passed")),
            (RunResult::Success, qualifier) => {
                format!("{} {stage}  {spent}", paint(HEALED, format!("✓ {}", qualifier.as_str())))
            }
            (RunResult::Skip, _) => format!("- skipped {stage}  {}", harmless(reason, 200)),
            (RunResult::Cancellation, _) => format!("- cancelled {stage}"),
            // The diagnosis has told it.
            (RunResult::Failure | RunResult::Timeout, _) => return,
            (RunResult::Error, _) => format!("{} {stage}  {}", paint(FAILED, "✗ error"), harmless(reason, 500)),
        };
        self.say(live, &line);
        for measure in memory.measures.get(stage).into_iter().flatten() {
            self.say(live, &format!("    {measure}"));
        }
    }

    fn end_run(&self, at: u64, result: RunResult, qualifier: Qualifier, memory: &Memory, live: &Live) {
        let spent = duration(at.saturating_sub(memory.started_ms));
        if self.voice != Voice::Exec {
            let word = match (result, qualifier) {
                (RunResult::Success, Qualifier::Clean) => paint(PASSED, "passed"),
                (RunResult::Success, qualifier) => paint(HEALED, format!("passed, {}", qualifier.as_str())),
                (result, _) => paint(FAILED, result.as_str()),
            };
            self.say(live, &format!("{word} in {spent}"));
        }
        for (stage, name, value) in &memory.passing {
            self.say(live, &format!("hint: {}", self.lasting(stage, name, value)));
        }
        self.say_all(live, memory.flaky.at_end(at, &memory.run));
        for (incident, patch) in &memory.patches {
            for hint in self.offer.hints(incident, patch) {
                self.say(live, &hint);
            }
        }
        if memory.patches.is_empty() && result != RunResult::Success {
            let next = match (memory.tickets.first(), self.voice) {
                (Some(ticket), _) => Some(format!("hint: read {}", pipeline::remedy::quote(ticket))),
                (None, Voice::Explain) => None,
                (None, _) => Some(format!("hint: selfheal explain {}", memory.run)),
            };
            if let Some(next) = next {
                self.say(live, &next);
            }
        }
    }
}

impl Observer for HumanReport {
    fn record(&self, record: &Record) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (memory, live) = &mut *state;
        match &record.event {
            Event::Fact(fact) => self.fact(record.at.0, fact, memory, live),
            Event::Decision(decision) => self.decision(record.at.0, decision, memory, live),
        }
    }

    fn finding_seen(&self, _at: Timestamp, seen: &SeenFinding) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, live) = &mut *state;
        let text = format!("{}: {} {}", seen.stage, seen.code, harmless(&seen.text, WIDEST_LIVE));
        if live.is_shown() {
            live.show_if_running(&seen.stage, text);
        } else {
            let _ = writeln!(anstream::stderr(), "selfheal: still running, first error so far in {text}");
        }
    }

    fn output(&self, _stage: &StageName, stream: Stream, bytes: &[u8]) {
        if self.voice != Voice::Exec {
            return;
        }
        // The command's output passes through as it is; a reader that went away is the command's concern, not ours.
        let _ = match stream {
            Stream::Stdout => {
                let mut out = std::io::stdout().lock();
                out.write_all(bytes).and_then(|()| out.flush())
            }
            Stream::Stderr => {
                let mut out = std::io::stderr().lock();
                out.write_all(bytes).and_then(|()| out.flush())
            }
        };
    }
}
