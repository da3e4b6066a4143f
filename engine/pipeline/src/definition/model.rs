//! What a pipeline file says, once it is checked.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::quarantine::Quarantine;
use super::when::When;
use crate::id::StageName;
use crate::remedy::{CommandLine, Limits};

/// Runner of a stage that names none.
pub const DEFAULT_RUNNER: &str = "run-shell";

/// Name of a pipeline that has none.
pub const DEFAULT_NAME: &str = "pipeline";

/// Stages at the same time where the file says nothing. Small, because most tools that stages start are parallel
/// themselves; the pure crate cannot ask for the number of processors.
pub const DEFAULT_MAX_PARALLEL: u32 = 4;

/// A checked pipeline: names are unique, needs exist and form no circle, numbers are in range.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pipeline {
    /// Name for people.
    pub name: String,
    /// Time for the whole run in milliseconds.
    pub timeout_ms: Option<u64>,
    /// Stages that may run at the same time, at least 1.
    pub max_parallel: u32,
    /// Which of several ready stages starts first.
    #[serde(default)]
    pub order: StageOrder,
    /// The stages, in the order of the file.
    pub stages: Vec<Stage>,
    /// How failures are read.
    pub detection: Detection,
    /// What may be done about them.
    pub healing: Healing,
    /// Failures that a person vouches for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quarantine: Vec<Quarantine>,
    /// Plugins of the project's own.
    pub plugins: PluginSettings,
    /// Names of environment variables whose values are masked everywhere.
    pub secrets: Vec<String>,
    /// Whether outputs of stages are kept and put back; the command line can switch it off.
    #[serde(default = "is_on", skip_serializing_if = "is_on_already")]
    pub uses_cache: bool,
}

fn is_on() -> bool {
    true
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde asks for")]
fn is_on_already(flag: &bool) -> bool {
    *flag
}

impl Pipeline {
    /// A pipeline without stages, with the default settings.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            timeout_ms: None,
            max_parallel: DEFAULT_MAX_PARALLEL,
            order: StageOrder::default(),
            stages: Vec::new(),
            detection: Detection::default(),
            healing: Healing::default(),
            quarantine: Vec::new(),
            plugins: PluginSettings::default(),
            secrets: Vec::new(),
            uses_cache: true,
        }
    }

    /// Names of the stages whose `when` does not hold, in the order of the file; they are skipped, and what needs them runs
    /// as if they had passed.
    ///
    /// A stage's own `env` counts before `environment`, so that a matrix can leave out one combination.
    pub fn unwanted(&self, environment: &BTreeMap<String, String>) -> Vec<StageName> {
        let is_unwanted = |stage: &&Stage| {
            let value = |name: &str| stage.env.get(name).or_else(|| environment.get(name)).map(String::as_str);
            stage.when.as_ref().is_some_and(|when| !when.holds(value))
        };
        self.stages.iter().filter(is_unwanted).map(|stage| stage.name.clone()).collect()
    }
}

/// Which of several ready stages starts first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StageOrder {
    /// The one with the longest measured chain of work behind it.
    #[default]
    CriticalPath,
    /// The one that stands first in the file.
    File,
}

/// One stage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// Unique name.
    pub name: StageName,
    /// What it runs.
    pub command: CommandLine,
    /// Id of the runner plugin; `None` means the host starts the command by itself (`selfheal exec`).
    pub runner: Option<String>,
    /// Directory relative to the workspace root; `.` for the root.
    pub directory: String,
    /// Stages that have to pass first.
    pub needs: Vec<StageName>,
    /// Variables on top of the environment the engine was started with.
    pub env: BTreeMap<String, String>,
    /// Limits of one attempt.
    pub limits: Limits,
    /// Whether it is safe to run it again after the engine was killed.
    pub is_idempotent: bool,
    /// Whether the run goes on without it.
    pub may_fail: bool,
    /// Condition without which it is skipped; see [`Pipeline::unwanted`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<When>,
    /// Patterns of the files that its result depends on; with none its outputs are not kept. See [`crate::cache`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<String>,
    /// Patterns of the files that it makes, kept after a clean success and put back when nothing has changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<String>,
    /// What runs beside it, in the order in which it is started.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<Service>,
    /// Why the stage is there, when a planner made it.
    pub reason: Option<String>,
    /// Files that show it.
    pub evidence: Vec<String>,
}

impl Stage {
    /// A stage that runs a command in the workspace root with [`DEFAULT_RUNNER`] and no limits.
    pub fn new(name: impl Into<StageName>, command: CommandLine) -> Self {
        Self {
            name: name.into(),
            command,
            runner: Some(DEFAULT_RUNNER.to_owned()),
            directory: ".".to_owned(),
            needs: Vec::new(),
            env: BTreeMap::new(),
            limits: Limits::default(),
            is_idempotent: true,
            may_fail: false,
            when: None,
            inputs: Vec::new(),
            outputs: Vec::new(),
            services: Vec::new(),
            reason: None,
            evidence: Vec::new(),
        }
    }
}

/// Time in which a service has to become ready where the file says nothing.
pub const DEFAULT_READY_TIMEOUT_MS: u64 = 60_000;

/// A process that a stage needs beside it, e.g. a database: started before the stage, stopped with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Service {
    /// Name, unique in its stage.
    pub name: String,
    /// What it runs; it stays in the foreground.
    pub command: CommandLine,
    /// How it shows that it is ready.
    pub ready: Ready,
    /// Time until it has to be ready, in milliseconds.
    pub timeout_ms: u64,
    /// Variables on top of the stage's.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, String>,
}

impl Service {
    /// A service with the default time and no variables of its own.
    pub fn new(name: impl Into<String>, command: CommandLine, ready: Ready) -> Self {
        Self { name: name.into(), command, ready, timeout_ms: DEFAULT_READY_TIMEOUT_MS, env: BTreeMap::new() }
    }
}

/// How a service shows that it is ready.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Ready {
    /// This port of this machine accepts TCP connections.
    Port { port: u16 },
    /// The port that this variable of the service names does so. A remedy that gives the stage another port by the variable
    /// moves the service with it.
    PortOf { variable: String },
    /// This address of this machine answers with a status below 400. `http` only, without credentials.
    Http { url: String },
    /// This command succeeds.
    Command { command: CommandLine },
    /// The service's output holds this text.
    Log { text: String },
}

impl std::fmt::Display for Ready {
    /// For a person, after "waited for": `port 5432`, `http://127.0.0.1/`, …
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Port { port } => write!(f, "port {port}"),
            Self::PortOf { variable } => write!(f, "the port in ${variable}"),
            Self::Http { url } => f.write_str(url),
            Self::Command { command } => write!(f, "`{command}`"),
            Self::Log { text } => write!(f, "{text:?} in its output"),
        }
    }
}

/// How failures are read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Detection {
    /// Findings below it are `unknown`, 0 to 1.
    pub confidence_threshold: f64,
    /// Whether rules are used; without them only exit code and signal count.
    pub pattern_matching: bool,
    /// Whether outcomes of remedies are remembered.
    pub learning: bool,
}

impl Default for Detection {
    fn default() -> Self {
        Self { confidence_threshold: 0.5, pattern_matching: true, learning: true }
    }
}

/// How far healing goes; the later, the further.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Diagnose only.
    Off,
    /// Decide and record, do nothing.
    Shadow,
    /// Show what would be tried.
    Suggest,
    /// Try, verify, keep or undo.
    #[default]
    Auto,
}

impl Mode {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Shadow => "shadow",
            Self::Suggest => "suggest",
            Self::Auto => "auto",
        }
    }
}

/// Strategy codes: the keys that `[healing.modes]` may have.
pub const STRATEGIES: [&str; 7] = ["retry", "dependency", "resource", "config", "rollback", "alternative", "escalate"];

/// What happens to a verified patch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Patches {
    /// It is offered as a file; the workspace stays as it was.
    #[default]
    Propose,
    /// It is applied to the workspace.
    Apply,
}

/// What may be done about failures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Healing {
    /// How far healing goes.
    pub mode: Mode,
    /// How far it goes for remedies of a strategy, where that differs.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub modes: BTreeMap<String, Mode>,
    /// Trials of one incident.
    pub max_attempts: u32,
    /// What happens to a verified patch.
    pub patches: Patches,
    /// Processor time that the trials of one incident may use together, in milliseconds.
    pub cpu_budget_ms: u64,
    /// Wall-clock time that one incident may take, in milliseconds.
    pub time_budget_ms: u64,
    /// Share of successful trials that are checked by a control attempt, 0 to 1.
    pub control_rate: f64,
    /// Whether `rollback` remedies may be tried.
    pub rollback: bool,
}

impl Default for Healing {
    fn default() -> Self {
        Self {
            mode: Mode::Auto,
            modes: BTreeMap::new(),
            max_attempts: 3,
            patches: Patches::Propose,
            cpu_budget_ms: 3_600_000,
            time_budget_ms: 3_600_000,
            control_rate: 0.1,
            rollback: true,
        }
    }
}

impl Healing {
    /// How far healing goes for remedies of a strategy.
    pub fn mode_of(&self, strategy: &str) -> Mode {
        self.modes.get(strategy).copied().unwrap_or(self.mode)
    }

    /// Whether no healer needs to be asked.
    pub fn is_off(&self) -> bool {
        self.mode == Mode::Off && self.modes.values().all(|mode| *mode == Mode::Off)
    }

    /// Goes as far as `mode` and no further: what a strategy is trusted with less stays.
    pub fn limit_to(&mut self, mode: Mode) {
        self.mode = mode;
        self.modes.retain(|_, of_strategy| *of_strategy < mode);
    }
}

/// Plugins of the project's own.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PluginSettings {
    /// Directory with `.wasm` files, relative to the workspace root.
    pub dir: Option<String>,
    /// What the user lets each plugin do, by plugin id.
    pub grants: BTreeMap<String, Grant>,
    /// Each plugin's own configuration as JSON text, by plugin id.
    pub config: BTreeMap<String, String>,
    /// Ids of plugins that are not used.
    pub disabled: Vec<String>,
}

/// What the user lets one plugin do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Grant {
    /// `sha256:…` of the component; a plugin with other bytes gets nothing.
    pub digest: Option<String>,
    /// Programs it may run.
    pub process: Vec<String>,
    /// `read` to see the project.
    pub workspace: Option<WorkspaceGrant>,
    /// Hosts it may talk to.
    pub http: Vec<String>,
    /// Whether it may keep state.
    pub state: bool,
    /// Whether it may know the time.
    pub clock: bool,
}

impl Grant {
    /// What both allow: what was granted of what was asked for. The digest is this one's.
    pub fn and(&self, other: &Self) -> Self {
        let both = |own: &[String], others: &[String]| -> Vec<String> {
            own.iter().filter(|name| others.contains(name)).cloned().collect()
        };
        Self {
            digest: self.digest.clone(),
            process: both(&self.process, &other.process),
            workspace: self.workspace.and(other.workspace),
            http: both(&self.http, &other.http),
            state: self.state && other.state,
            clock: self.clock && other.clock,
        }
    }
}

/// How much of the project a plugin may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WorkspaceGrant {
    /// Everything but `.git`, read-only.
    Read,
}
