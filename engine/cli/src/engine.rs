//! Puts the engine together: ports, plugins, store.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use async_trait::async_trait;
use bundle::trust::TrustPolicy;
use driver::ports::{Clock, Executor, Tool};
use exec::{LocalExecutor, LocalOptions};
use pipeline::definition::{Pipeline, PluginSettings};
use pipeline::event::Machine;
use pipeline::time::{Timestamp, millis};
use plugin_host::reload::ReloadingHost;
use plugin_host::{HostOptions, Network, Notice, PluginHost, Programs};
use workspace::{HolderCommand, LocalWorkspace, ScratchPreference};

use crate::args::HealArgs;
use crate::exit::Failure;
use crate::pipeline_file;
use crate::project::{self, Project};
use crate::report::paint::{HEALED, paint};
use crate::sharing::gate::{LOCK, LockGate, read_lock};
use crate::sharing::installed::Installed;
use crate::sharing::trust;
use crate::standard;

/// Cap of one attempt's log.
pub const LOG_CAP: u64 = 64 << 20;

/// The machine's clock.
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Timestamp(millis(since_epoch))
    }

    async fn sleep(&self, ms: u64) {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
}

/// A runtime for one command.
pub fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    Ok(runtime.context("start the runtime")?)
}

/// The plugins of a command that starts no programs. `dirs` are folders from the command line; the pipeline file's comes
/// before them.
pub fn plugins(project: &Project, pipeline: &Pipeline, dirs: &[PathBuf]) -> Result<Arc<PluginHost>, Failure> {
    plugins_with(project, &in_use(pipeline), dirs, None, Tracing::Off)
}

/// The plugins with the one that learns, even where learning is switched off: what was learned can be seen and forgotten.
pub fn plugins_and_learner(project: &Project, pipeline: &Pipeline) -> Result<Arc<PluginHost>, Failure> {
    let mut settings = pipeline.plugins.clone();
    settings.disabled.retain(|id| id != standard::LEARNER);
    plugins_with(project, &settings, &[], None, Tracing::Off)
}

/// The settings of plugins: without learning, the plugin that learns is neither asked nor told anything.
fn in_use(pipeline: &Pipeline) -> PluginSettings {
    let mut settings = pipeline.plugins.clone();
    if !pipeline.detection.learning {
        settings.disabled.push(standard::LEARNER.to_owned());
    }
    settings
}

/// The plugins of a command that runs stages: those that were granted programs may start them.
pub fn plugins_of_a_run(
    project: &Project,
    pipeline: &Pipeline,
    heal: &HealArgs,
    executor: &Arc<LocalExecutor>,
) -> Result<Arc<PluginHost>, Failure> {
    let mut env = project::environment();
    env.insert(driver::INSIDE.to_owned(), "1".to_owned());
    let programs = Programs {
        executor: Arc::clone(executor) as Arc<dyn Executor>,
        secrets: Arc::new(project::secret_values(&pipeline.secrets, &env)),
        env,
        scratch: project.state.root.join("programs"),
    };
    let tracing = if heal.trace_plugins { Tracing::EachCall } else { Tracing::Off };
    plugins_with(project, &in_use(pipeline), &heal.plugins, Some(programs), tracing)
}

/// Whether calls of plugins are told one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tracing {
    /// They are not.
    Off,
    /// A line for each on standard error, with the plugin's own messages of every level.
    EachCall,
}

/// The same, with plugins that are replaced taken up while the run goes on: in their folders, or by a new approval.
pub fn watching(
    project: &Project,
    pipeline: &Pipeline,
    host: Arc<PluginHost>,
    heal: &HealArgs,
    executor: &Arc<LocalExecutor>,
) -> ReloadingHost {
    let mut watched = vec![project.root.join(LOCK), project.root.join(pipeline_file::NATIVE)];
    watched.extend(pipeline.plugins.dir.iter().map(|dir| project.root.join(dir)));
    watched.extend(heal.plugins.iter().cloned());
    let (project, heal, executor) = (project.clone(), heal.clone(), Arc::clone(executor));
    let remake = move || {
        let remade = || {
            let (source, _warnings) = pipeline_file::read_settings(&project.root)?;
            let settings = pipeline_file::settings(&source, &project.name);
            plugins_of_a_run(&project, &settings, &heal, &executor)
        };
        remade().map_err(|failure: Failure| format!("{:#}", failure.error))
    };
    ReloadingHost::new(host, watched, Arc::new(remake), Arc::new(show_notice))
}

fn plugins_with(
    project: &Project,
    settings: &PluginSettings,
    dirs: &[PathBuf],
    programs: Option<Programs>,
    tracing: Tracing,
) -> Result<Arc<PluginHost>, Failure> {
    let mut directories: Vec<PathBuf> = settings.dir.iter().map(|dir| project.root.join(dir)).collect();
    for dir in dirs {
        if !dir.is_dir() {
            return Err(Failure::bad_input(anyhow::anyhow!("the plugin folder {} does not exist", dir.display()))
                .hint("give --plugins a folder with .wasm files"));
        }
        directories.push(dir.clone());
    }
    let lock = read_lock(project)?;
    // Somebody who uses nothing from outside need not have a policy that can be read.
    let policy = if lock.is_some() { trust::read(None)?.policy } else { TrustPolicy::default() };
    let installed = lock.as_ref().map(|lock| Installed::of(project).approved(lock, &policy)).unwrap_or_default();
    let options = HostOptions {
        installed,
        gate: Arc::new(LockGate { lock, policy }),
        embedded: standard::embedded(),
        embedded_grants: standard::grants(),
        directories,
        grants: settings.grants.clone(),
        config: settings.config.clone(),
        disabled: settings.disabled.clone(),
        cache_dir: project.cache.clone(),
        state_dir: Some(project.state.root.join("plugins")),
        compile_child: std::env::current_exe().ok(),
        programs,
        network: network(),
        traces_calls: tracing == Tracing::EachCall,
        on_notice: match tracing {
            Tracing::Off => Arc::new(show_notice),
            Tracing::EachCall => Arc::new(trace_notice),
        },
        ..HostOptions::default()
    };
    Ok(Arc::new(PluginHost::new(options).map_err(Failure::plugin)?))
}

/// Offline with `SELFHEAL_OFFLINE=1`: no plugin reaches a server, whatever it was granted.
fn network() -> Network {
    match std::env::var_os("SELFHEAL_OFFLINE") {
        Some(value) if !value.is_empty() && value != "0" => Network::Offline,
        _ => Network::Online,
    }
}

/// The executor. Made first of all: it forks a watchdog, which is cheap while the process is small.
pub fn executor() -> Result<Arc<LocalExecutor>, Failure> {
    Ok(Arc::new(LocalExecutor::new(LocalOptions::default()).context("start the process supervisor")?))
}

/// The workspace of a project. `words` are those of the command line to run, where it is not one of the project's files.
pub fn workspace(project: &Project, words: &[String]) -> Result<Arc<LocalWorkspace>, Failure> {
    let preference = std::env::var("SELFHEAL_SCRATCH").ok().filter(|value| !value.is_empty());
    let scratch = match preference.map(|value| value.parse::<ScratchPreference>()).transpose() {
        Ok(preference) => preference.unwrap_or_default(),
        Err(unknown) => return Err(Failure::bad_input(anyhow::Error::new(unknown).context("read SELFHEAL_SCRATCH"))),
    };
    // A shell sets these to where it is, whatever they were; a command that is started without one takes them as they are.
    let is_of_shell = |name: &str| words.is_empty() && matches!(name, "PWD" | "OLDPWD" | "_");
    let told = project::environment().into_iter().filter(|(name, _)| !is_of_shell(name)).map(|(_, value)| value);
    let options = workspace::Options {
        holder: std::env::current_exe().ok().map(|program| HolderCommand::new(program, ["hold-scratch"])),
        scratch,
        mentions: told.chain(words.iter().cloned()).collect(),
    };
    let opened = LocalWorkspace::open(project.root.clone(), project.state.workspace(), options);
    Ok(Arc::new(opened.context("open the workspace")?))
}

/// Programs that are installed.
pub fn tools(environment: &BTreeMap<String, String>) -> Vec<Tool> {
    let path = environment.get("PATH").map_or("", String::as_str);
    exec::find_tools(path, &exec::WELL_KNOWN_TOOLS)
}

/// Homes of the Java development kits that a remedy may choose.
pub fn java_homes(root: &Path, environment: &BTreeMap<String, String>) -> Vec<String> {
    exec::find_java_homes(environment, root).into_iter().map(|kit| kit.home).collect()
}

/// Programs that are installed, and the compilers of all Java development kits, as healers see them.
pub fn tools_for_healers(root: &Path, environment: &BTreeMap<String, String>) -> Vec<Tool> {
    let kits = exec::find_java_homes(environment, root);
    tools(environment).into_iter().chain(kits.iter().map(exec::JavaHome::compiler)).collect()
}

/// Most scratches that are open at once, whatever `max-parallel` allows: each may hold as much as its stages and a package
/// manager write, and all lie on the disk at the same time.
const MOST_SCRATCHES: u32 = 8;

/// The machine.
pub fn machine() -> Machine {
    let processors = std::thread::available_parallelism().map_or(1, |count| u32::try_from(count.get()).unwrap_or(1));
    let memory_bytes = memory_bytes(Path::new("/proc/meminfo")).unwrap_or(0);
    Machine { memory_bytes, processors, scratches: MOST_SCRATCHES }
}

fn memory_bytes(meminfo: &Path) -> Option<u64> {
    let text = std::fs::read_to_string(meminfo).ok()?;
    let line = text.lines().find(|line| line.starts_with("MemTotal:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib * 1024)
}

/// Facts for healers and planners about machine and engine.
pub fn facts(machine: Machine) -> Vec<(String, String)> {
    vec![
        ("os".to_owned(), std::env::consts::OS.to_owned()),
        ("processors".to_owned(), machine.processors.to_string()),
        ("memory-bytes".to_owned(), machine.memory_bytes.to_string()),
    ]
}

/// A fresh seed.
pub fn fresh_seed() -> u64 {
    use std::hash::{BuildHasher as _, Hasher as _};
    // `RandomState` is seeded by the operating system; the time and the process keep two runs of one process apart.
    let mut hasher = std::collections::hash_map::RandomState::new().build_hasher();
    hasher.write_u64(SystemClock.now().0);
    hasher.write_u32(std::process::id());
    // Kept below 2^53 so that every reader of the JSON journal sees the same number.
    hasher.finish() >> 11
}

/// A run's id: time and part of the seed.
pub fn run_id(now: Timestamp, seed: u64) -> String {
    let text = now.to_string();
    let digits: String = text.chars().filter(char::is_ascii_digit).take(14).collect();
    format!("r-{}-{}-{:04x}", &digits[..8], &digits[8..], (seed ^ u64::from(std::process::id())) & 0xffff)
}

/// Shows everything that plugins did, said and asked for.
fn trace_notice(notice: Notice) {
    match &notice {
        Notice::Called(_) | Notice::Log { .. } | Notice::Request { .. } => tell!("trace: {notice}"),
        _ => show_notice(notice),
    }
}

fn show_notice(notice: Notice) {
    let mark = match &notice {
        Notice::Log { level, .. } if level != "error" && level != "warn" => return,
        Notice::Request { .. } | Notice::Called(_) => return,
        Notice::Compiling { .. } | Notice::Compiled { .. } | Notice::Replaced { .. } | Notice::Log { .. } => {
            String::new()
        }
        _ => format!("{} ", paint(HEALED, "!")),
    };
    tell!("selfheal: {mark}{notice}");
}
