//! A host with the standard plugins, and an executor that runs nothing.

#![allow(dead_code, reason = "each test binary uses its own part")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex};

use async_trait::async_trait;
use driver::ports::{
    Cancel, CommandEnd, CommandRequest, DiagnoseRequest, Executor, IncidentView, LogText, Place, RunnerRequest,
    StageView, Stdin,
};
use pipeline::definition::{Grant, WorkspaceGrant};
use pipeline::finding::{Disposition, Finding};
use pipeline::outcome::Outcome;
use pipeline::remedy::{CommandLine, Limits};
use plugin_host::{EmbeddedPlugin, HostOptions, Notice, PluginHost};

/// Compiled code for all tests of this process. Nobody removes it at the end, so it lies in the target folder.
pub fn cache() -> PathBuf {
    static CACHE: LazyLock<tempfile::TempDir> =
        LazyLock::new(|| tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory"));
    CACHE.path().to_owned()
}

/// Options with all standard plugins.
pub fn options() -> HostOptions {
    HostOptions {
        embedded: standard_plugins::all()
            .iter()
            .map(|plugin| EmbeddedPlugin {
                id: plugin.id,
                version: plugin.version,
                digest: Some(plugin.digest),
                bytes: plugin.bytes,
            })
            .collect(),
        embedded_grants: grants(),
        cache_dir: Some(cache()),
        ..HostOptions::default()
    }
}

/// A host with all standard plugins.
pub fn host() -> PluginHost {
    PluginHost::new(options()).expect("the catalog loads")
}

/// What the standard plugins need.
pub fn grants() -> BTreeMap<String, Grant> {
    let everything_local = Grant {
        process: vec!["sh".to_owned()],
        workspace: Some(WorkspaceGrant::Read),
        state: true,
        clock: true,
        ..Grant::default()
    };
    standard_plugins::all().iter().map(|plugin| (plugin.id.to_owned(), everything_local.clone())).collect()
}

/// Collects notices.
#[derive(Clone, Default)]
pub struct Notices(Arc<Mutex<Vec<Notice>>>);

impl Notices {
    /// Makes options tell this.
    pub fn listen(&self, options: &mut HostOptions) {
        let sink = Arc::clone(&self.0);
        options.on_notice = Arc::new(move |notice| sink.lock().expect("nobody panicked").push(notice));
    }

    /// What was told since the last call.
    pub fn take(&self) -> Vec<Notice> {
        std::mem::take(&mut *self.0.lock().expect("nobody panicked"))
    }
}

/// Answers every request with one outcome.
pub struct FakeExecutor {
    outcome: Outcome,
    requests: Mutex<Vec<CommandRequest>>,
}

impl FakeExecutor {
    /// An executor with one answer.
    pub fn answering(outcome: Outcome) -> Self {
        Self { outcome, requests: Mutex::default() }
    }

    /// What it was asked for.
    pub fn requests(&self) -> Vec<CommandRequest> {
        self.requests.lock().expect("nobody panicked").clone()
    }
}

#[async_trait]
impl Executor for FakeExecutor {
    async fn run(&self, request: CommandRequest, _: Cancel) -> CommandEnd {
        self.requests.lock().expect("nobody panicked").push(request);
        CommandEnd { outcome: self.outcome.clone(), stdout_tail: Vec::new() }
    }

    fn free_port(&self) -> std::io::Result<u16> {
        Err(std::io::ErrorKind::Unsupported.into())
    }

    async fn wait_for_service(&self, _: &str, _: u16, _: u64, _: Cancel) -> bool {
        false
    }
}

/// A place that no test looks at.
pub fn place() -> Place {
    Place { root: PathBuf::from("/nowhere"), visible_root: PathBuf::from("/nowhere"), namespace: None }
}

/// A stage.
pub fn stage(command: CommandLine) -> StageView {
    StageView {
        name: "test".into(),
        command,
        directory: ".".to_owned(),
        env_names: vec!["GREETING".to_owned()],
        limits: Limits::default(),
        attrs: Vec::new(),
    }
}

/// An attempt for a runner.
pub fn runner_request(runner: &str, command: CommandLine, cancel: Cancel) -> RunnerRequest {
    let argv = match &command {
        CommandLine::Shell(script) => vec!["sh".to_owned(), "-c".to_owned(), script.clone()],
        CommandLine::Argv(argv) => argv.clone(),
    };
    RunnerRequest {
        runner: runner.into(),
        stage: stage(command),
        template: CommandRequest {
            argv,
            env: BTreeMap::from([("GREETING".to_owned(), "hello".to_owned())]),
            directory: ".".to_owned(),
            place: place(),
            limits: Limits::default(),
            log: PathBuf::from("/nowhere/log"),
            log_cap: 1 << 20,
            secrets: Arc::default(),
            sink: None,
            stdin: Stdin::Null,
            capture_bytes: 0,
        },
        cancel,
    }
}

/// A finding with a code and a category.
pub fn finding(code: &str, category: &str) -> Finding {
    Finding {
        code: code.to_owned(),
        category: category.to_owned(),
        ecosystem: "generic".to_owned(),
        severity: "error".to_owned(),
        confidence: 0.9,
        line: 1,
        text: "it broke".to_owned(),
        captures: BTreeMap::new(),
        disposition: Disposition::Retry,
        strategies: vec!["retry".to_owned()],
        context: Vec::new(),
        rule: format!("test@0.1.0/{code}"),
        signature: "s".into(),
    }
}

/// An incident of a stage that failed with exit code 75.
pub fn incident(findings: Vec<Finding>) -> IncidentView {
    IncidentView {
        id: "r.1".into(),
        stage: stage(CommandLine::Shell("make test".to_owned())),
        outcome: Outcome { exit_code: Some(75), ..Outcome::default() },
        findings,
        tried: Vec::new(),
        attempts_left: 3,
        tools: Vec::new(),
        attrs: Vec::new(),
        log: Arc::new(NoLog),
        place: place(),
    }
}

/// A log without lines.
pub struct NoLog;

impl LogText for NoLog {
    fn line_count(&self) -> u64 {
        0
    }

    fn lines(&self, _: u64, _: u32) -> Vec<(u64, String)> {
        Vec::new()
    }

    fn find(&self, _: &str, _: u64, _: u32) -> Vec<u64> {
        Vec::new()
    }
}

/// A question about a log of an attempt that ended with an exit code.
pub fn diagnose_request(log: &Path, exit_code: i32) -> DiagnoseRequest {
    DiagnoseRequest {
        log: log.to_owned(),
        outcome: Some(Outcome { exit_code: Some(exit_code), ..Outcome::default() }),
        baselines: Vec::new(),
        confidence_threshold: 0.5,
        pattern_matching: true,
    }
}
