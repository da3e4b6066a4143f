//! Fakes of the ports: scripted, in memory, with a clock that only moves when something sleeps.

mod memory_cache;
mod memory_journal;

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use pipeline::event::{ChangeKind, FaultNote, FileChange, Record, ScratchKind};
use pipeline::finding::{Diagnosis, DiagnosisOutcome, Disposition, Finding};
use pipeline::id::{Signature, StageName};
use pipeline::outcome::Outcome;
use pipeline::remedy::Remedy;
use pipeline::time::Timestamp;

use crate::ports::{
    Cancel, Clock, CommandEnd, CommandRequest, DiagnoseRequest, Executor, IncidentView, News, Observer, Place,
    PlannedStage, Plugins, ProjectView, Proposals, Recovery, RunnerRequest, Scratch, Stream, Workspace, WorkspaceError,
};

pub use memory_cache::MemoryCache;
pub use memory_journal::MemoryJournal;

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

/// A workspace in memory. A scratch is a copy of its files.
#[derive(Debug, Default)]
pub struct MemoryWorkspace {
    root: PathBuf,
    files: Mutex<Files>,
    scratches: Mutex<HashMap<String, Files>>,
    snapshots: Mutex<HashMap<String, Files>>,
    /// Operations that may fail, counted from 1; and the one that does.
    operations: Mutex<(usize, Option<usize>)>,
}

impl MemoryWorkspace {
    /// A workspace with files.
    pub fn new(files: &[(&str, &str)]) -> Self {
        let this = Self { root: "workspace".into(), ..Self::default() };
        *lock(&this.files) = files.iter().map(|(path, content)| ((*path).to_owned(), (*content).to_owned())).collect();
        this
    }

    /// Says that commands run in a real folder; the files stay in memory.
    pub fn at(mut self, root: &Path) -> Self {
        self.root = root.to_owned();
        self
    }

    /// Makes the `number`th operation from the start fail, as a full disk would; `None` for none.
    pub fn fail_at(&self, number: Option<usize>) {
        lock(&self.operations).1 = number;
    }

    /// Operations so far that could have failed.
    pub fn operations(&self) -> usize {
        lock(&self.operations).0
    }

    fn operate(&self, action: &'static str, path: &str) -> Result<(), WorkspaceError> {
        let mut operations = lock(&self.operations);
        operations.0 += 1;
        if operations.1 == Some(operations.0) {
            let source = std::io::Error::other("no space left on device");
            return Err(WorkspaceError::Io { action, path: path.into(), source });
        }
        Ok(())
    }

    /// Its files now.
    pub fn files(&self) -> Files {
        lock(&self.files).clone()
    }

    /// Names of open scratches.
    pub fn open_scratches(&self) -> BTreeSet<String> {
        lock(&self.scratches).keys().cloned().collect()
    }

    /// Reads or changes the files of a place.
    pub fn with<T>(&self, place: &Place, change: impl FnOnce(&mut Files) -> T) -> T {
        let name = place.root.to_string_lossy().into_owned();
        match lock(&self.scratches).get_mut(&name) {
            Some(files) => change(files),
            None => change(&mut lock(&self.files)),
        }
    }
}

#[async_trait]
impl Workspace for MemoryWorkspace {
    fn place(&self) -> Place {
        Place { root: self.root.clone(), visible_root: self.root.clone(), namespace: None }
    }

    fn version_control(&self) -> &'static str {
        "git"
    }

    async fn snapshot(&self, name: &str) -> Result<(), WorkspaceError> {
        self.operate("snapshot", name)?;
        let files = self.files();
        lock(&self.snapshots).insert(name.to_owned(), files);
        Ok(())
    }

    async fn has_snapshot(&self, name: &str) -> bool {
        lock(&self.snapshots).contains_key(name)
    }

    async fn open_scratch(&self, name: &str) -> Result<Scratch, WorkspaceError> {
        self.operate("open", name)?;
        let files = self.files();
        lock(&self.scratches).insert(name.to_owned(), files);
        let place = Place { root: name.into(), visible_root: name.into(), namespace: None };
        Ok(Scratch { id: name.to_owned(), place, kind: ScratchKind::Overlay })
    }

    async fn write_file(
        &self,
        place: &Place,
        path: &str,
        content: &[u8],
        _: Option<bool>,
    ) -> Result<(), WorkspaceError> {
        self.operate("write", path)?;
        let content = String::from_utf8_lossy(content).into_owned();
        self.with(place, |files| files.insert(path.to_owned(), content));
        Ok(())
    }

    async fn edit_file(&self, place: &Place, path: &str, find: &str, replace: &str) -> Result<(), WorkspaceError> {
        self.operate("edit", path)?;
        self.with(place, |files| {
            let content = files.entry(path.to_owned()).or_default();
            let count = content.matches(find).count();
            if find.is_empty() {
                content.push_str(replace);
            } else if count == 1 {
                *content = content.replace(find, replace);
            } else {
                return Err(WorkspaceError::NotUnique { path: path.to_owned(), count });
            }
            Ok(())
        })
    }

    async fn remove_file(&self, place: &Place, path: &str) -> Result<(), WorkspaceError> {
        self.operate("remove", path)?;
        self.with(place, |files| files.remove(path));
        Ok(())
    }

    async fn clear_path(&self, place: &Place, path: &str) -> Result<(), WorkspaceError> {
        self.operate("clear", path)?;
        self.with(place, |files| files.retain(|name, _| !name.starts_with(path)));
        Ok(())
    }

    async fn files(&self) -> Result<Vec<String>, WorkspaceError> {
        Ok(lock(&self.files).keys().filter(|path| !path.starts_with("ignored/")).cloned().collect())
    }

    async fn restore_paths(&self, place: &Place, snapshot: &str, paths: &[String]) -> Result<(), WorkspaceError> {
        self.operate("restore", snapshot)?;
        let Some(saved) = lock(&self.snapshots).get(snapshot).cloned() else {
            return Err(WorkspaceError::NoSnapshot(snapshot.to_owned()));
        };
        self.with(place, |files| {
            for (path, content) in saved {
                if paths.is_empty() || paths.contains(&path) {
                    files.insert(path, content);
                }
            }
        });
        Ok(())
    }

    async fn changes(&self, scratch: &Scratch) -> Result<Vec<FileChange>, WorkspaceError> {
        self.operate("list", &scratch.id)?;
        let before = self.files();
        let after = self.with(&scratch.place, |files| files.clone());
        let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        let change_of = |path: &&String| match (before.get(*path), after.get(*path)) {
            (None, Some(_)) => Some(ChangeKind::Added),
            (Some(_), None) => Some(ChangeKind::Removed),
            (Some(old), Some(new)) if old != new => Some(ChangeKind::Modified),
            _ => None,
        };
        Ok(paths
            .iter()
            .filter_map(|path| {
                Some(FileChange {
                    path: (*path).clone(),
                    change: change_of(path)?,
                    is_versioned: !path.starts_with("ignored/"),
                    removed_lines: before
                        .get(*path)
                        .map(|text| text.lines().map(str::to_owned).collect())
                        .unwrap_or_default(),
                    added_lines: after
                        .get(*path)
                        .map(|text| text.lines().map(str::to_owned).collect())
                        .unwrap_or_default(),
                    is_abridged: false,
                    is_binary: false,
                })
            })
            .collect())
    }

    async fn patch(&self, scratch: &Scratch) -> Result<Vec<u8>, WorkspaceError> {
        self.operate("diff", &scratch.id)?;
        let changes = self.changes(scratch).await?;
        let paths: Vec<&str> = changes.iter().map(|change| change.path.as_str()).collect();
        Ok(paths.join("\n").into_bytes())
    }

    async fn commit(&self, scratch: &Scratch) -> Result<(), WorkspaceError> {
        self.operate("commit", &scratch.id)?;
        if let Some(files) = lock(&self.scratches).remove(&scratch.id) {
            *lock(&self.files) = files;
        }
        Ok(())
    }

    async fn discard(&self, scratch: &Scratch) -> Result<(), WorkspaceError> {
        self.operate("discard", &scratch.id)?;
        lock(&self.scratches).remove(&scratch.id);
        Ok(())
    }

    async fn versioned(&self, _place: &Place, paths: &[String]) -> Vec<String> {
        paths.iter().filter(|path| !path.starts_with("ignored/")).cloned().collect()
    }

    async fn recover(&self) -> Result<Recovery, WorkspaceError> {
        let names: Vec<String> = lock(&self.scratches).drain().map(|(name, _)| name).collect();
        Ok(Recovery {
            done: names.into_iter().map(|name| format!("dropped scratch {name}")).collect(),
            stuck: Vec::new(),
        })
    }

    fn read(&self, place: &Place, path: &str, offset: u64, max: usize) -> Result<(Vec<u8>, bool), WorkspaceError> {
        let content = self.with(place, |files| files.get(path).cloned()).unwrap_or_default().into_bytes();
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(content.len());
        let end = start.saturating_add(max).min(content.len());
        Ok((content[start..end].to_vec(), end == content.len()))
    }
}

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
