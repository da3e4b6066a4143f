//! What a [`PluginHost`](crate::PluginHost) is started with.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use driver::ports::Executor;
use pipeline::definition::{Grant, WorkspaceGrant};
use pipeline::time::{Timestamp, millis};

use crate::compile::CHILD_DEADLINE;
use crate::gate::{Gate, OpenGate};
use crate::notice::Notice;
use crate::sandbox::CallLimits;

/// A plugin that is part of the program.
#[derive(Clone, Copy)]
pub struct EmbeddedPlugin {
    /// Id, e.g. `heal-retry`.
    pub id: &'static str,
    /// Version, e.g. `0.1.0`.
    pub version: &'static str,
    /// `sha256:…` of the component, where the build has computed it; part of the program like the component itself, so it
    /// is believed. `None` has it computed when it is needed.
    pub digest: Option<&'static str>,
    /// The component.
    pub bytes: &'static [u8],
}

impl fmt::Debug for EmbeddedPlugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{} ({} bytes)", self.id, self.version, self.bytes.len())
    }
}

/// A plugin from outside whose bytes the caller has already read and compared with what was approved.
#[derive(Clone)]
pub struct InstalledPlugin {
    /// Its id.
    pub id: String,
    /// The file that it was read from.
    pub file: PathBuf,
    /// The component, or why it cannot be used.
    pub component: Result<Arc<[u8]>, String>,
}

impl fmt::Debug for InstalledPlugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.id, self.file.display())
    }
}

/// Whether plugins that were granted hosts may reach them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Network {
    /// They may.
    #[default]
    Online,
    /// The run stays on this machine: every request is answered with `unreachable`.
    Offline,
}

/// What a program needs that a planner, classifier, healer or notifier runs where it was granted one.
///
/// It starts in an empty directory of its own that is removed with the call, never in the project: what such a plugin may
/// learn from a program, it asks with arguments, e.g. `pip index versions NAME`.
#[derive(Clone)]
pub struct Programs {
    /// Runs it; the same as for stages.
    pub executor: Arc<dyn Executor>,
    /// Its environment. Variables that hold one of `secrets` are left out, and so are those that name the working
    /// directory.
    pub env: BTreeMap<String, String>,
    /// Values that are nobody's business.
    pub secrets: Arc<Vec<String>>,
    /// Where the empty directories are made.
    pub scratch: PathBuf,
}

/// Receives notices. Called from any thread; must not block for long.
pub type OnNotice = Arc<dyn Fn(Notice) + Send + Sync>;

/// The time as plugins see it. A replay passes the time of the run that it replays.
pub type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What the host is started with.
#[derive(Clone)]
pub struct HostOptions {
    /// Plugins that are part of the program.
    pub embedded: Vec<EmbeddedPlugin>,
    /// What embedded plugins may do, by id. The same type as a user's grants: a user's plugin can be given as much.
    pub embedded_grants: BTreeMap<String, Grant>,
    /// Plugins that the caller has read, e.g. out of bundles. They win over embedded ones of the same id.
    pub installed: Vec<InstalledPlugin>,
    /// Directories with `.wasm` files. A grant for one of them has to name its digest. A plugin of a later directory wins over one of the same id in an earlier one, and
    /// both over an installed and an embedded one.
    pub directories: Vec<PathBuf>,
    /// Single files, e.g. for `plugin inspect`. The id is the file's name without `.wasm`; they win over directories.
    pub files: Vec<PathBuf>,
    /// What the user lets plugins do, by id. For an embedded plugin it replaces the entry of `embedded_grants`.
    pub grants: BTreeMap<String, Grant>,
    /// Each plugin's own configuration as JSON text, by id.
    pub config: BTreeMap<String, String>,
    /// Ids of plugins that are not used.
    pub disabled: Vec<String>,
    /// Is asked about every plugin that is not embedded.
    pub gate: Arc<dyn Gate>,
    /// Where compiled code is kept, e.g. `$XDG_CACHE_HOME/selfheal`; `None` keeps nothing.
    pub cache_dir: Option<PathBuf>,
    /// Where plugins that were granted `state` keep it, one file each; `None` makes the interface answer `failed`.
    pub state_dir: Option<PathBuf>,
    /// Program that is started as `PROGRAM compile-plugin` to compile plugins that are not embedded; it has to call
    /// [`compile_child_main`](crate::compile_child_main). `None` compiles them in this process.
    pub compile_child: Option<PathBuf>,
    /// Wall-clock time of that child for one plugin; then it is killed.
    pub compile_deadline: Duration,
    /// Runs the granted programs of other roles than runners; `None` denies them all.
    pub programs: Option<Programs>,
    /// Whether granted hosts are reached.
    pub network: Network,
    /// Limits of one call.
    pub limits: CallLimits,
    /// Whether every call of a role function is told as a [`Notice::Called`].
    pub traces_calls: bool,
    /// Receives notices.
    pub on_notice: OnNotice,
    /// The time.
    pub now: Now,
}

impl Default for HostOptions {
    fn default() -> Self {
        Self {
            embedded: Vec::new(),
            embedded_grants: BTreeMap::new(),
            installed: Vec::new(),
            directories: Vec::new(),
            files: Vec::new(),
            grants: BTreeMap::new(),
            config: BTreeMap::new(),
            disabled: Vec::new(),
            gate: Arc::new(OpenGate),
            cache_dir: None,
            state_dir: None,
            compile_child: None,
            compile_deadline: CHILD_DEADLINE,
            programs: None,
            network: Network::default(),
            limits: CallLimits::default(),
            traces_calls: false,
            on_notice: Arc::new(|_| {}),
            now: Arc::new(system_time),
        }
    }
}

impl HostOptions {
    /// For a look at one file, e.g. its rules. Everything that it may import is linked, so that it can be called, and
    /// nothing is behind it: no files, no programs, no hosts that answer, no state.
    pub fn for_inspection(file: PathBuf) -> Self {
        let id = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let grant = Grant {
            digest: None,
            process: vec!["none".to_owned()],
            workspace: Some(WorkspaceGrant::Read),
            http: vec!["none.invalid".to_owned()],
            state: true,
            clock: true,
        };
        let grants = BTreeMap::from([(id, grant)]);
        Self { files: vec![file], grants, network: Network::Offline, ..Self::default() }
    }
}

impl fmt::Debug for HostOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostOptions")
            .field("embedded", &self.embedded)
            .field("installed", &self.installed)
            .field("directories", &self.directories)
            .field("files", &self.files)
            .field("grants", &self.grants)
            .field("disabled", &self.disabled)
            .field("cache_dir", &self.cache_dir)
            .field("state_dir", &self.state_dir)
            .field("compile_child", &self.compile_child)
            .field("network", &self.network)
            .finish_non_exhaustive()
    }
}

/// The machine's clock.
fn system_time() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp(millis(since_epoch))
}
