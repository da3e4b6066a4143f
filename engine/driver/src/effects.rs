//! Carrying decisions out. Every effect runs as a task of its own and ends by sending exactly one fact.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use pipeline::definition::{Pipeline, Stage};
use pipeline::event::{Decision, Event, Fact, Purpose, Record};
use pipeline::id::{IncidentId, Signature, StageName};
use pipeline::outcome::{Outcome, RunResult};
use pipeline::run::Run;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;
use tokio::task::{JoinError, JoinSet};

use crate::ports::{
    Cancel, Clock, Executor, Journal, News, Observer, OutputCache, Place, Plugins, Recovery, Scratch, StatePaths,
    Stdin, Tool, Workspace, WorkspaceError,
};

/// Name of the snapshot that a green run leaves behind.
pub const LAST_GOOD: &str = "last-good";

/// How long a run that has ended waits for notifiers that are still telling, in milliseconds. What they tell is in the journal
/// anyway.
const TELLING_MS: u64 = 5_000;

/// What a driver works with.
pub struct Ports {
    /// The plugins.
    pub plugins: Arc<dyn Plugins>,
    /// Starts commands.
    pub executor: Arc<dyn Executor>,
    /// The project's files.
    pub workspace: Arc<dyn Workspace>,
    /// Outputs of stages that need not run again.
    pub cache: Arc<dyn OutputCache>,
    /// Where events go first.
    pub journal: Box<dyn Journal>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Follows the run.
    pub observer: Arc<dyn Observer>,
}

/// What stays the same for a whole run and is not part of its definition.
#[derive(Clone)]
pub struct Settings {
    /// Id of the run.
    pub run: String,
    /// Where the engine keeps its state.
    pub state: StatePaths,
    /// Environment of every command, before the stage's own variables.
    pub env: BTreeMap<String, String>,
    /// Installed programs.
    pub tools: Vec<Tool>,
    /// Values that are masked in logs and everything made from them.
    pub secrets: Arc<Vec<String>>,
    /// Cap of one attempt's log in bytes.
    pub log_cap: u64,
    /// Standard input of attempts in the workspace and of trials.
    pub stdin: Stdin,
    /// Whether a trial's output is shown too.
    pub shows_trials: bool,
    /// Whether the output of attempts in the workspace is looked at while it comes; see [`Observer::finding_seen`].
    pub shows_live_findings: bool,
    /// Whether a green run leaves a snapshot for `rollback` remedies.
    pub keeps_last_good: bool,
    /// Logs of earlier green attempts, by stage: what they hold weighs nothing in a diagnosis.
    pub green_logs: BTreeMap<StageName, Vec<PathBuf>>,
    /// Further facts for healers, e.g. `os`.
    pub facts: Vec<(String, String)>,
    /// Digests of the runner plugins, by id: a stage's outputs are kept for one version of its runner.
    pub runner_digests: BTreeMap<String, String>,
}

/// State of the effects that are under way. The locks are private to this struct and never held across an await.
#[derive(Default)]
pub(crate) struct Board {
    scratches: Mutex<HashMap<IncidentId, Scratch>>,
    outcomes: Mutex<HashMap<(StageName, u32), (Outcome, Purpose)>>,
    /// The failure that each incident was opened by.
    signatures: Mutex<HashMap<IncidentId, Signature>>,
}

impl Board {
    pub(crate) fn scratch(&self, incident: &IncidentId) -> Option<Scratch> {
        self.scratches.lock().unwrap_or_else(PoisonError::into_inner).get(incident).cloned()
    }

    pub(crate) fn put_scratch(&self, incident: &IncidentId, scratch: Scratch) {
        self.scratches.lock().unwrap_or_else(PoisonError::into_inner).insert(incident.clone(), scratch);
    }

    pub(crate) fn take_scratch(&self, incident: &IncidentId) -> Option<Scratch> {
        self.scratches.lock().unwrap_or_else(PoisonError::into_inner).remove(incident)
    }

    fn open_scratches(&self) -> Vec<Scratch> {
        self.scratches.lock().unwrap_or_else(PoisonError::into_inner).drain().map(|(_, scratch)| scratch).collect()
    }

    pub(crate) fn signature(&self, incident: &IncidentId) -> Option<Signature> {
        self.signatures.lock().unwrap_or_else(PoisonError::into_inner).get(incident).cloned()
    }

    /// Remembers the first failure that the healers are asked about.
    fn note_question(&self, decision: &Decision) {
        let Decision::AskHealers { incident, findings, .. } = decision else { return };
        let Some(root) = findings.first() else { return };
        let mut signatures = self.signatures.lock().unwrap_or_else(PoisonError::into_inner);
        signatures.entry(incident.clone()).or_insert_with(|| root.signature.clone());
    }

    pub(crate) fn outcome(&self, stage: &StageName, attempt: u32) -> Option<(Outcome, Purpose)> {
        let outcomes = self.outcomes.lock().unwrap_or_else(PoisonError::into_inner);
        outcomes.get(&(stage.clone(), attempt)).cloned()
    }

    pub(crate) fn put_outcome(&self, stage: &StageName, attempt: u32, outcome: &Outcome, purpose: &Purpose) {
        let mut outcomes = self.outcomes.lock().unwrap_or_else(PoisonError::into_inner);
        outcomes.insert((stage.clone(), attempt), (outcome.clone(), purpose.clone()));
    }
}

/// What every task gets a copy of.
#[derive(Clone)]
pub(crate) struct Reach {
    pub(crate) plugins: Arc<dyn Plugins>,
    pub(crate) executor: Arc<dyn Executor>,
    pub(crate) workspace: Arc<dyn Workspace>,
    pub(crate) cache: Arc<dyn OutputCache>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) observer: Arc<dyn Observer>,
    pub(crate) settings: Arc<Settings>,
    pub(crate) board: Arc<Board>,
    pub(crate) cancel: Cancel,
}

impl Reach {
    /// Where an attempt of the given purpose runs.
    pub(crate) fn place(&self, purpose: &Purpose) -> Place {
        match purpose {
            Purpose::Plain | Purpose::Control { .. } => self.workspace.place(),
            Purpose::Trial { incident } | Purpose::Verify { incident } => {
                self.board.scratch(incident).map_or_else(|| self.workspace.place(), |scratch| scratch.place)
            }
        }
    }

    /// Log file of an attempt.
    pub(crate) fn log(&self, stage: &StageName, attempt: u32) -> PathBuf {
        log_path(&self.settings.state, &self.settings.run, stage, attempt)
    }
}

/// Log file of an attempt. Characters of a stage's name that are awkward in a file name are replaced.
pub fn log_path(state: &StatePaths, run: &str, stage: &StageName, attempt: u32) -> PathBuf {
    state.logs(run).join(format!("{}.{attempt}.log", plain(stage.as_str())))
}

/// Ticket of a failure, by its signature; of an incident without one, by its id.
pub fn ticket_path(state: &StatePaths, signature: &str) -> PathBuf {
    state.tickets().join(format!("{}.md", plain(signature)))
}

fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' }).collect()
}

/// Starts effects.
pub(crate) struct Effects {
    reach: Reach,
    facts: UnboundedSender<Fact>,
    tasks: JoinSet<()>,
    /// News on their way to notifiers: beside the run, which never waits for them.
    telling: JoinSet<()>,
    /// By incident: ends when the effect that was started last for it has ended.
    latest: HashMap<IncidentId, oneshot::Receiver<()>>,
}

impl Effects {
    #[allow(clippy::too_many_arguments, reason = "one argument per port, named by its type; called once")]
    pub(crate) fn new(
        plugins: Arc<dyn Plugins>,
        executor: Arc<dyn Executor>,
        workspace: Arc<dyn Workspace>,
        cache: Arc<dyn OutputCache>,
        clock: Arc<dyn Clock>,
        observer: Arc<dyn Observer>,
        settings: Settings,
        facts: UnboundedSender<Fact>,
        cancel: Cancel,
    ) -> Self {
        let reach = Reach {
            plugins,
            executor,
            workspace,
            cache,
            clock,
            observer,
            settings: Arc::new(settings),
            board: Arc::new(Board::default()),
            cancel,
        };
        Self { reach, facts, tasks: JoinSet::new(), telling: JoinSet::new(), latest: HashMap::new() }
    }

    pub(crate) async fn recover(&self) -> Result<Recovery, WorkspaceError> {
        self.reach.workspace.recover().await
    }

    /// Remembers how attempts of a resumed run ended, for diagnoses that are still to come, and what its incidents are about.
    pub(crate) fn restore_attempts(&self, records: &[Record]) {
        for record in records {
            if let Event::Decision(decision) = &record.event {
                self.reach.board.note_question(decision);
            }
            if let Event::Fact(Fact::AttemptEnded { stage, attempt, purpose, outcome }) = &record.event {
                self.reach.board.put_outcome(stage, *attempt, outcome, purpose);
            }
        }
    }

    /// Starts the work of one decision. Decisions without an effect of their own are the caller's.
    pub(crate) fn perform(&mut self, decision: Decision, definition: &Pipeline) {
        let stage_of = |name: &StageName| definition.stages.iter().find(|stage| &stage.name == name).cloned();
        let reach = self.reach.clone();
        reach.board.note_question(&decision);
        let facts = self.facts.clone();
        let stage: Option<Stage> = match &decision {
            Decision::StartAttempt { stage, .. }
            | Decision::CheckCache { stage, .. }
            | Decision::RestoreOutputs { stage, .. }
            | Decision::StoreOutputs { stage, .. }
            | Decision::Diagnose { stage, .. }
            | Decision::AskHealers { stage, .. }
            | Decision::PrepareTrial { stage, .. } => stage_of(stage),
            _ => None,
        };
        let detection = definition.detection.clone();
        // Effects of one incident run in the order of their decisions: a scratch is not dropped while an attempt that was
        // told to stop still writes in it.
        let (ended, end) = oneshot::channel::<()>();
        let before = decision.incident().and_then(|incident| self.latest.insert(incident.clone(), end));
        self.tasks.spawn(async move {
            // Dropped when this effect ends, also by a panic.
            let _ended = ended;
            if let Some(before) = before {
                let _ = before.await;
            }
            let fact = match decision {
                Decision::StartAttempt { .. } => crate::attempt::run(&reach, decision, stage).await,
                Decision::CheckCache { stage: name, recipe } => {
                    Some(crate::caching::check(&reach, name, &recipe, stage).await)
                }
                Decision::RestoreOutputs { stage: name, key } => {
                    Some(crate::caching::restore(&reach, name, key, stage).await)
                }
                Decision::StoreOutputs { stage: name, recipe, key } => {
                    Some(crate::caching::store(&reach, name, &recipe, key, stage).await)
                }
                Decision::Diagnose { .. } => crate::attempt::diagnose(&reach, decision, &detection).await,
                Decision::AskHealers { .. } => crate::attempt::ask(&reach, decision, stage).await,
                Decision::PrepareRerun { incident, is_beside_others, .. } => {
                    crate::trial::prepare_rerun(&reach, incident, is_beside_others).await
                }
                Decision::PrepareTrial { .. } => crate::trial::prepare(&reach, decision, stage).await,
                Decision::InspectScratch { incident } => crate::trial::inspect(&reach, incident).await,
                Decision::CommitScratch { incident } => crate::trial::commit(&reach, incident).await,
                Decision::DropScratch { incident } => crate::trial::discard(&reach, incident).await,
                Decision::SavePatch { incident } => crate::trial::save_patch(&reach, incident).await,
                Decision::SaveTicket { incident, title, body, labels } => {
                    crate::trial::save_ticket(&reach, incident, &title, &body, &labels)
                }
                Decision::Weighed { .. }
                | Decision::Vouched { .. }
                | Decision::JoinIncident { .. }
                | Decision::PutOff { .. }
                | Decision::EndIncident { .. }
                | Decision::EndStage { .. }
                | Decision::CancelAttempts
                | Decision::EndRun { .. } => None,
            };
            if let Some(fact) = fact {
                // The receiver is gone only when the run has ended; then nobody waits for the fact.
                let _ = facts.send(fact);
            }
        });
    }

    /// Tells the notifiers, in the background. News end in no fact.
    pub(crate) fn tell(&mut self, news: Option<News>) {
        let Some(news) = news else { return };
        let plugins = Arc::clone(&self.reach.plugins);
        self.telling.spawn(async move { plugins.tell(&news).await });
    }

    /// Gives notifiers a moment after the end of the run; one that takes longer is cut off.
    async fn finish_telling(&mut self) {
        let clock = Arc::clone(&self.reach.clock);
        let telling = &mut self.telling;
        let told = async { while telling.join_next().await.is_some() {} };
        tokio::select! {
            biased;
            () = told => {}
            () = clock.sleep(TELLING_MS) => self.telling.abort_all(),
        }
    }

    /// Whether nothing is under way.
    pub(crate) fn is_idle(&self) -> bool {
        self.tasks.is_empty()
    }

    /// Waits for an effect to end; for ever when none is under way. Its fact was sent before.
    pub(crate) async fn next_end(&mut self) -> Result<(), JoinError> {
        match self.tasks.join_next().await {
            Some(ended) => ended,
            None => std::future::pending().await,
        }
    }

    /// Waits for what is still under way, drops scratches that the end overtook, and keeps the last good state.
    pub(crate) async fn close(&mut self, run: &Run, result: Option<RunResult>) {
        while self.tasks.join_next().await.is_some() {}
        for scratch in self.reach.board.open_scratches() {
            // A failure is found and finished by the next start's recovery.
            let _ = self.reach.workspace.discard(&scratch).await;
        }
        let is_green = result == Some(RunResult::Success);
        if is_green && self.reach.settings.keeps_last_good && run.pipeline().healing.rollback {
            // A missing snapshot only means that nothing can be rolled back to.
            let _ = self.reach.workspace.snapshot(LAST_GOOD).await;
        }
        self.finish_telling().await;
    }
}
