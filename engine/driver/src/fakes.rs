//! Fakes of the ports: scripted, in memory, with a clock that only moves when something sleeps.

mod memory_cache;
mod memory_journal;
mod memory_workspace;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use pipeline::event::{FaultNote, Record};
use pipeline::finding::{Diagnosis, DiagnosisOutcome, Disposition, Finding};
use pipeline::id::{Signature, StageName};
use pipeline::outcome::Outcome;
use pipeline::remedy::Remedy;
use pipeline::time::Timestamp;

use crate::ports::{
    Cancel, Clock, CommandEnd, CommandRequest, DiagnoseRequest, Executor, IncidentView, News, Observer, PlannedStage,
    Plugins, ProjectView, Proposals, RunnerRequest, Stream,
};

pub use memory_cache::MemoryCache;
pub use memory_journal::MemoryJournal;
pub use memory_workspace::MemoryWorkspace;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A clock that follows tokio's, for tests under a paused runtime (`start_paused`): it stands still while anything can be
/// done, and jumps to the next moment that somebody waits for. It begins at 0.
#[derive(Debug)]
pub struct StillClock(tokio::time::Instant);

impl Default for StillClock {
    fn default() -> Self {
        Self(tokio::time::Instant::now())
    }
}

#[async_trait]
impl Clock for StillClock {
    fn now(&self) -> Timestamp {
        Timestamp(pipeline::time::millis(self.0.elapsed()))
    }

    async fn sleep(&self, ms: u64) {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
}

/// Files in memory: path → content.
pub type Files = BTreeMap<String, String>;

/// Decides how a command ends, from the command line, its environment and the files it sees.
pub type Script = dyn Fn(&CommandRequest, &mut Files) -> Outcome + Send + Sync;

/// How long a command of a [`ScriptedExecutor`] lives on after it was told to stop.
pub const GRACE_MS: u64 = 50;

/// Runs commands by asking a script.
pub struct ScriptedExecutor {
    workspace: Arc<MemoryWorkspace>,
    script: Box<Script>,
    duration_ms: u64,
    most_at_once: Mutex<(usize, usize)>,
    /// Command lines in the order in which they were run.
    ran: Mutex<Vec<String>>,
}

impl ScriptedExecutor {
    /// An executor over a workspace.
    pub fn new(
        workspace: Arc<MemoryWorkspace>,
        script: impl Fn(&CommandRequest, &mut Files) -> Outcome + Send + Sync + 'static,
    ) -> Self {
        Self {
            workspace,
            script: Box::new(script),
            duration_ms: 0,
            most_at_once: Mutex::default(),
            ran: Mutex::default(),
        }
    }

    /// Makes every command take that long, on tokio's clock. One that is stopped takes [`GRACE_MS`] more, and writes the
    /// file `last-words` before it is gone, as a command does that was not waited for.
    pub fn taking(mut self, duration_ms: u64) -> Self {
        self.duration_ms = duration_ms;
        self
    }

    /// Most commands that ran at the same time.
    pub fn most_at_once(&self) -> usize {
        lock(&self.most_at_once).1
    }

    /// Commands that run now.
    pub fn running(&self) -> usize {
        lock(&self.most_at_once).0
    }

    /// What was run, in order.
    pub fn ran(&self) -> Vec<String> {
        lock(&self.ran).clone()
    }
}

#[async_trait]
impl Executor for ScriptedExecutor {
    async fn run(&self, request: CommandRequest, mut cancel: Cancel) -> CommandEnd {
        if cancel.is_cancelled() {
            return CommandEnd { outcome: stopped(), stdout_tail: Vec::new() };
        }
        lock(&self.ran).push(request.argv.join(" "));
        let _counted = Counted::new(&self.most_at_once);
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(self.duration_ms)), if self.duration_ms > 0 => {}
            () = cancel.cancelled(), if self.duration_ms > 0 => {
                tokio::time::sleep(Duration::from_millis(GRACE_MS)).await;
                self.workspace.with(&request.place, |files| files.insert("last-words".to_owned(), String::new()));
                return CommandEnd { outcome: stopped(), stdout_tail: Vec::new() };
            }
            else => {}
        }
        let outcome = self.workspace.with(&request.place, |files| (self.script)(&request, files));
        CommandEnd { outcome, stdout_tail: Vec::new() }
    }

    fn free_port(&self) -> std::io::Result<u16> {
        Ok(40_000)
    }

    async fn wait_for_service(&self, _host: &str, port: u16, _timeout_ms: u64, _cancel: Cancel) -> bool {
        port != 0
    }
}

/// Counts a command while it runs.
struct Counted<'a>(&'a Mutex<(usize, usize)>);

impl<'a> Counted<'a> {
    fn new(counts: &'a Mutex<(usize, usize)>) -> Self {
        let mut now = lock(counts);
        now.0 += 1;
        now.1 = now.1.max(now.0);
        drop(now);
        Self(counts)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        lock(self.0).0 -= 1;
    }
}

fn stopped() -> Outcome {
    Outcome { cancelled: true, ..Outcome::default() }
}

/// An outcome with an exit code.
pub fn exited(code: i32) -> Outcome {
    Outcome { exit_code: Some(code), duration_ms: 10, cpu_ms: 10, ..Outcome::default() }
}

/// A finding with a signature made of its code and text.
pub fn finding(code: &str, category: &str, disposition: Disposition) -> Finding {
    Finding {
        code: code.to_owned(),
        category: category.to_owned(),
        ecosystem: "any".to_owned(),
        severity: "error".to_owned(),
        confidence: 0.9,
        line: 1,
        text: format!("{code} happened"),
        captures: BTreeMap::new(),
        disposition,
        strategies: Vec::new(),
        context: Vec::new(),
        rule: format!("fake@0/{code}"),
        signature: Signature::new(format!("{code}:1")),
    }
}

/// Answers with scripted findings and remedies.
#[derive(Default)]
pub struct ScriptedPlugins {
    /// Findings by exit code; any other exit code is unknown.
    pub findings: HashMap<i32, Finding>,
    /// Remedies offered at each question.
    pub remedies: Vec<Remedy>,
    /// Faults reported at each question, whatever it asks for.
    pub faults: Vec<FaultNote>,
    /// What was asked, in order.
    pub asked: Mutex<VecDeque<String>>,
    /// How long a notifier takes, on tokio's clock.
    pub telling_ms: u64,
    /// What notifiers were told, in order; what they were too slow for is not in it.
    pub told: Mutex<Vec<News>>,
}

#[async_trait]
impl Plugins for ScriptedPlugins {
    async fn plan(&self, _project: &ProjectView) -> (Vec<PlannedStage>, Vec<FaultNote>) {
        (Vec::new(), self.faults.clone())
    }

    async fn run(&self, request: RunnerRequest, executor: Arc<dyn Executor>) -> Outcome {
        executor.run(request.template, request.cancel).await.outcome
    }

    async fn diagnose(&self, request: DiagnoseRequest) -> (Diagnosis, Vec<FaultNote>) {
        let code = request.outcome.as_ref().and_then(|outcome| outcome.exit_code).unwrap_or(-1);
        let found = self.findings.get(&code).cloned();
        let outcome = if found.is_some() { DiagnosisOutcome::Failure } else { DiagnosisOutcome::Unknown };
        let diagnosis = Diagnosis {
            outcome,
            lines: 1,
            truncated: false,
            findings: found.into_iter().collect(),
            runner_up: None,
            excerpt: Vec::new(),
        };
        (diagnosis, self.faults.clone())
    }

    async fn propose(&self, incident: &IncidentView) -> Proposals {
        lock(&self.asked).push_back(incident.findings[0].code.clone());
        Proposals { remedies: self.remedies.clone(), faults: self.faults.clone() }
    }

    async fn tell(&self, news: &News) {
        tokio::time::sleep(Duration::from_millis(self.telling_ms)).await;
        lock(&self.told).push(news.clone());
    }
}

/// Follows nothing.
pub struct Silent;

impl Observer for Silent {
    fn record(&self, _record: &Record) {}

    fn output(&self, _stage: &StageName, _stream: Stream, _bytes: &[u8]) {}
}

/// A state folder for tests.
pub fn state_in(folder: &std::path::Path) -> crate::ports::StatePaths {
    crate::ports::StatePaths { root: PathBuf::from(folder) }
}
