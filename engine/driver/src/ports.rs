//! What the driver needs from the world. Each port has one implementation for real and one fake for tests.

mod cancel;
mod outputs;
mod workspace_error;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use pipeline::event::{FaultNote, FileChange, Record, ScratchKind};
use pipeline::finding::Finding;
use pipeline::id::{IncidentId, PluginId, StageName};
use pipeline::outcome::Outcome;
use pipeline::remedy::{CommandLine, Limits, Remedy};
use pipeline::source::Source;
use pipeline::time::Timestamp;
use serde::Serialize;

pub use cancel::{Cancel, CancelSource};
pub use outputs::{CacheError, Kept, OutputCache};
pub use workspace_error::WorkspaceError;

/// Where commands run and files are touched: the workspace itself or a scratch of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The workspace's path as commands see it.
    pub root: PathBuf,
    /// The same directory as the engine sees it: `root`, or a path through `/proc/PID/root` into a scratch's namespace.
    pub visible_root: PathBuf,
    /// Process that holds the user and mount namespaces which commands have to join; `None` for the engine's own.
    pub namespace: Option<u32>,
}

/// Which of a command's streams a piece of output came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// Receives a command's output as it comes. Called from the thread that reads the pipe: it must not block for long.
pub trait OutputSink: Send + Sync {
    /// One piece, in the order in which it was read. Pieces are not lines.
    fn output(&self, stream: Stream, bytes: &[u8]);
}

/// What a command's standard input is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stdin {
    /// Nothing.
    Null,
    /// The engine's own, and the command stays in the engine's process group when that is a terminal (`selfheal exec`).
    Inherit,
}

/// A command to run to its end.
#[derive(Clone)]
pub struct CommandRequest {
    /// Program and arguments; never empty; no shell.
    pub argv: Vec<String>,
    /// The whole environment: nothing else is passed on.
    pub env: BTreeMap<String, String>,
    /// Directory relative to the place's root.
    pub directory: String,
    /// Where.
    pub place: Place,
    /// Limits.
    pub limits: Limits,
    /// File that gets both streams, appended, up to `log_cap` bytes: the first half and the last half are kept, with a
    /// line between them that says how much is missing.
    pub log: PathBuf,
    /// Cap of `log` in bytes.
    pub log_cap: u64,
    /// Values that are masked in `log` (not in what `sink` gets).
    pub secrets: Arc<Vec<String>>,
    /// Gets the output as it comes.
    pub sink: Option<Arc<dyn OutputSink>>,
    /// Standard input.
    pub stdin: Stdin,
    /// How many bytes of the end of standard output to return.
    pub capture_bytes: u32,
}

/// How a command ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CommandEnd {
    /// Measured facts.
    pub outcome: Outcome,
    /// End of standard output, as asked for.
    pub stdout_tail: Vec<u8>,
}

/// Runs commands.
#[async_trait]
pub trait Executor: Send + Sync {
    /// Runs a command in a process group of its own and returns when all of it is gone. A command that cannot be started
    /// is an outcome (`not_started`), a timeout too (`timed_out`: TERM, grace, KILL to the group). Cancelling does the
    /// same as a timeout and sets `cancelled`. An engine fault (no pipe, no log file) sets `fault`.
    async fn run(&self, request: CommandRequest, cancel: Cancel) -> CommandEnd;
    /// A TCP port on the loopback address that was free a moment ago.
    fn free_port(&self) -> std::io::Result<u16>;
    /// Returns whether something on this machine accepted a TCP connection within the time; looks once in any case. Other
    /// hosts than `localhost`, `127.0.0.1` and `::1` never do.
    async fn wait_for_service(&self, host: &str, port: u16, timeout_ms: u64, cancel: Cancel) -> bool;
    /// Whether an `http` address of this machine (see [`pipeline::definition::local_address`]) answers a GET with a status
    /// below 400 within a moment. An executor that cannot tell says no.
    async fn answers_http(&self, _url: &str) -> bool {
        false
    }
}

/// An open scratch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scratch {
    /// Name it was opened with.
    pub id: String,
    /// Where its commands run.
    pub place: Place,
    /// Which kind it is.
    pub kind: ScratchKind,
}

/// What [`Workspace::recover`] did about leftovers of an engine that was killed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovery {
    /// For people, one line each: what was found and what was done.
    pub done: Vec<String>,
    /// What could not be undone.
    pub stuck: Vec<String>,
}

/// The project's files. All paths in arguments are relative to the workspace root and are checked: no `..`, nothing
/// absolute, nothing over a symbolic link out of the workspace, not `.git`.
#[async_trait]
pub trait Workspace: Send + Sync {
    /// The workspace itself.
    fn place(&self) -> Place;
    /// `git` or `none`.
    fn version_control(&self) -> &'static str;
    /// The commit that the workspace stands on; `None` where there is none or nobody can tell.
    async fn source(&self) -> Option<Source> {
        None
    }
    /// Records all versioned and untracked (not ignored) files under a name; a name that exists is replaced. The user's
    /// index and refs stay as they are.
    async fn snapshot(&self, name: &str) -> Result<(), WorkspaceError>;
    /// Whether a snapshot of that name exists.
    async fn has_snapshot(&self, name: &str) -> bool;
    /// Opens a scratch. `name` is a file name, unique among open scratches.
    async fn open_scratch(&self, name: &str) -> Result<Scratch, WorkspaceError>;
    /// Opens one that neither the workspace nor another scratch notices, or none ([`WorkspaceError::NoRoom`]).
    async fn open_beside(&self, name: &str) -> Result<Scratch, WorkspaceError>;
    /// Writes a file in a place (`scratch` or the workspace).
    async fn write_file(
        &self,
        place: &Place,
        path: &str,
        content: &[u8],
        executable: Option<bool>,
    ) -> Result<(), WorkspaceError>;
    /// Replaces a text that occurs exactly once; an empty `find` appends (after a line break where one is missing).
    async fn edit_file(&self, place: &Place, path: &str, find: &str, replace: &str) -> Result<(), WorkspaceError>;
    /// Removes a file.
    async fn remove_file(&self, place: &Place, path: &str) -> Result<(), WorkspaceError>;
    /// Removes a file or directory that version control ignores; refuses any other. A stale lock of git itself
    /// (`….lock` directly under a `.git` directory, older than 10 s or owned by no live process) is allowed.
    async fn clear_path(&self, place: &Place, path: &str) -> Result<(), WorkspaceError>;
    /// Files and symbolic links of the workspace itself that version control tracks, or would (not ignored), relative to its
    /// root and sorted. Names that are no Unicode are left out.
    async fn files(&self) -> Result<Vec<String>, WorkspaceError>;
    /// Brings paths (all, if empty) in a place to how they are in a snapshot.
    async fn restore_paths(&self, place: &Place, snapshot: &str, paths: &[String]) -> Result<(), WorkspaceError>;
    /// What differs between a scratch and the workspace as it was when the scratch was opened; sorted by path. Of what is
    /// below `.git` only files that steer git (hooks, config, …) of repositories that were there before are listed.
    async fn changes(&self, scratch: &Scratch) -> Result<Vec<FileChange>, WorkspaceError>;
    /// The versioned part of the same as a patch that `git apply` accepts in the workspace; empty when there is none.
    async fn patch(&self, scratch: &Scratch) -> Result<Vec<u8>, WorkspaceError>;
    /// Makes the scratch the workspace; after a crash in the middle [`Workspace::recover`] finishes it. Others are closed first
    /// and can only be committed or discarded then: if they touch a path of it, never committed ([`WorkspaceError::Overlaps`]).
    async fn commit(&self, scratch: &Scratch) -> Result<(), WorkspaceError>;
    /// Throws the scratch away; afterwards the workspace is as it was when the scratch was opened. Repeatable.
    async fn discard(&self, scratch: &Scratch) -> Result<(), WorkspaceError>;
    /// Those of the given paths that are versioned in a place, or would be if they existed (not ignored). A path that is
    /// refused counts as versioned.
    async fn versioned(&self, place: &Place, paths: &[String]) -> Vec<String>;
    /// Finishes or undoes what an engine left behind that was killed: half-committed scratches are committed to the end,
    /// others are discarded.
    async fn recover(&self) -> Result<Recovery, WorkspaceError>;
    /// Reads at most `max` bytes of a file of a place from `offset`; the flag tells whether the file ends there. Same
    /// checks as for writing.
    fn read(&self, place: &Place, path: &str, offset: u64, max: usize) -> Result<(Vec<u8>, bool), WorkspaceError>;
}

/// A failed attempt's log as plugins may read it: normalised, secrets masked.
pub trait LogText: Send + Sync {
    /// Number of lines.
    fn line_count(&self) -> u64;
    /// At most `count` lines from the 1-based line `first` on.
    fn lines(&self, first: u64, count: u32) -> Vec<(u64, String)>;
    /// Numbers of the first `limit` lines at or after `first` that contain `text`.
    fn find(&self, text: &str, first: u64, limit: u32) -> Vec<u64>;
}

/// A program that is installed on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tool {
    /// Name as typed.
    pub name: String,
    /// Absolute path.
    pub path: String,
}

/// A stage as plugins see it. Mirrors `stage` of `wit/v0/types.wit`.
#[derive(Clone, Debug, PartialEq)]
pub struct StageView {
    /// Name.
    pub name: StageName,
    /// What it runs, with replacements applied.
    pub command: CommandLine,
    /// Directory relative to the root.
    pub directory: String,
    /// Names of declared variables.
    pub env_names: Vec<String>,
    /// Limits in force.
    pub limits: Limits,
    /// Further facts.
    pub attrs: Vec<(String, String)>,
}

/// What healers are asked about. Mirrors `incident` of `wit/v0/healer.wit`.
#[derive(Clone)]
pub struct IncidentView {
    /// Id.
    pub id: IncidentId,
    /// The stage that failed.
    pub stage: StageView,
    /// How its last attempt ended.
    pub outcome: Outcome,
    /// Root cause first.
    pub findings: Vec<Finding>,
    /// What was tried.
    pub tried: Vec<pipeline::event::TriedNote>,
    /// Attempts that remain.
    pub attempts_left: u32,
    /// Installed programs.
    pub tools: Vec<Tool>,
    /// Further facts.
    pub attrs: Vec<(String, String)>,
    /// The failed attempt's log.
    pub log: Arc<dyn LogText>,
    /// Files the healer may look at, where it is granted that: the failed attempt's place.
    pub place: Place,
}

/// The healers' answers, joined.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Proposals {
    /// Remedies in the order of plugin id, then the plugin's own order.
    pub remedies: Vec<Remedy>,
    /// Plugins that broke their contract.
    pub faults: Vec<FaultNote>,
}

/// What planners are asked about.
#[derive(Clone, Debug)]
pub struct ProjectView {
    /// Name of the workspace's directory.
    pub name: String,
    /// Installed programs.
    pub tools: Vec<Tool>,
    /// Further facts.
    pub attrs: Vec<(String, String)>,
    /// The files.
    pub place: Place,
}

/// A stage that a planner proposes. Mirrors `planned-stage` of `wit/v0/planner.wit`.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedStage {
    /// The planner.
    pub plugin: PluginId,
    /// Name.
    pub name: String,
    /// Shell script.
    pub run: String,
    /// Directory relative to the root.
    pub directory: String,
    /// Stages that have to pass first.
    pub needs: Vec<String>,
    /// Variables.
    pub env: Vec<(String, String)>,
    /// Limits.
    pub limits: Limits,
    /// What it is for.
    pub purpose: String,
    /// Ecosystem code.
    pub ecosystem: String,
    /// Why it is there.
    pub reason: String,
    /// Files that show it.
    pub evidence: Vec<String>,
}

/// One attempt for a runner.
pub struct RunnerRequest {
    /// Id of the runner plugin.
    pub runner: PluginId,
    /// The stage.
    pub stage: StageView,
    /// The only program(s) that this attempt may start besides granted ones: those of the stage's own command.
    pub template: CommandRequest,
    /// Stops it.
    pub cancel: Cancel,
}

/// Something worth telling people or a plugin that learns. Mirrors `event` of `wit/v0/notifier.wit`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    /// Kind code, e.g. `incident-ended`.
    pub kind: String,
    /// Id of the run; empty where there is none.
    pub run: String,
    /// One line.
    pub title: String,
    /// Markdown.
    pub body: String,
    /// Further facts.
    pub attrs: Vec<(String, String)>,
}

/// The plugins, whoever runs them.
#[async_trait]
pub trait Plugins: Send + Sync {
    /// Asks every planner.
    async fn plan(&self, project: &ProjectView) -> (Vec<PlannedStage>, Vec<FaultNote>);
    /// Runs one attempt through a runner. The outcome is what `executor` measured for the runner's last process; a plugin
    /// that breaks its contract gives an outcome with `fault`.
    async fn run(&self, request: RunnerRequest, executor: Arc<dyn Executor>) -> Outcome;
    /// Reads a log with the rules of all classifiers and asks those whose rules want to be asked.
    async fn diagnose(&self, request: DiagnoseRequest) -> (pipeline::finding::Diagnosis, Vec<FaultNote>);
    /// Asks every healer that handles one of the findings.
    async fn propose(&self, incident: &IncidentView) -> Proposals;
    /// Tells every notifier. Nothing depends on it: whoever implements this says to the user what went wrong.
    async fn tell(&self, _news: &News) {}
    /// The rules of all classifiers, for a look at output that is still coming; `None` where there are none to look with.
    async fn rules(&self) -> Option<log_scan::RuleSet> {
        None
    }
}

/// A log to read.
pub struct DiagnoseRequest {
    /// The log file.
    pub log: PathBuf,
    /// How the attempt ended; `None` for a log of somebody else's.
    pub outcome: Option<Outcome>,
    /// Logs of green runs, whose lines weigh nothing.
    pub baselines: Vec<PathBuf>,
    /// Findings below it are `unknown`.
    pub confidence_threshold: f64,
    /// Whether rules are used.
    pub pattern_matching: bool,
}

/// A failure of the journal: nothing may happen that is not recorded, so the run stops.
#[derive(Debug, thiserror::Error)]
#[error("write the journal: {0}")]
pub struct JournalError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// Where records go before anything happens.
pub trait Journal: Send {
    /// Appends records of one run; they are on disk when this returns (to the degree the store promises).
    fn append(&mut self, records: &[Record]) -> Result<(), JournalError>;
}

/// The time.
#[async_trait]
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
    /// Returns after `ms` milliseconds.
    async fn sleep(&self, ms: u64);
}

/// Follows a run: human report, JSON stream, progress.
pub trait Observer: Send + Sync {
    /// A record was journaled.
    fn record(&self, record: &Record);
    /// Output of an attempt that is shown as it comes.
    fn output(&self, stage: &StageName, stream: Stream, bytes: &[u8]);
    /// The first error that the rules see in the output of an attempt that is still running. It is provisional: not in the
    /// journal, nothing is decided by it, and the diagnosis may say something else or the attempt may pass.
    fn finding_seen(&self, _at: Timestamp, _seen: &SeenFinding) {}
}

/// What was seen in output that is still coming.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SeenFinding {
    /// The stage.
    pub stage: StageName,
    /// The attempt.
    pub attempt: u32,
    /// Dotted code.
    pub code: String,
    /// Category code.
    pub category: String,
    /// 1-based line of the stream (standard output or error) it came from; the log holds both.
    pub line: u64,
    /// The line, secrets masked.
    pub text: String,
}

/// Folder layout of one project's state, outside the workspace.
#[derive(Clone, Debug)]
pub struct StatePaths {
    /// `$XDG_STATE_HOME/selfheal/<name>-<hash>/`.
    pub root: PathBuf,
}

impl StatePaths {
    /// The journal's database.
    pub fn database(&self) -> PathBuf {
        self.root.join("journal.db")
    }

    /// Logs of a run's attempts.
    pub fn logs(&self, run: &str) -> PathBuf {
        self.root.join("logs").join(run)
    }

    /// Patches that were proposed.
    pub fn patches(&self) -> PathBuf {
        self.root.join("patches")
    }

    /// Tickets that were written.
    pub fn tickets(&self) -> PathBuf {
        self.root.join("tickets")
    }

    /// Snapshots and scratches: what the workspace port owns.
    pub fn workspace(&self) -> PathBuf {
        self.root.join("workspace")
    }

    /// Outputs of stages that need not run again.
    pub fn cache(&self) -> PathBuf {
        self.root.join("cache")
    }

    /// Folder under which `path` lies, if it does.
    pub fn contains(&self, path: &Path) -> bool {
        path.starts_with(&self.root)
    }
}
