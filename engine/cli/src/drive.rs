//! One run from definition to exit code: what `run` and `exec` share.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use driver::ports::{Executor, Journal, Observer, Plugins, Recovery, StatePaths, Stdin, Workspace};
use driver::{Driver, DriverError, Finished, Ports, Settings, effects};
use pipeline::definition::{Mode, Patches, Pipeline};
use pipeline::event::Fact;
use pipeline::id::{RunId, StageName};
use pipeline::incident::IncidentEnd;
use pipeline::outcome::{Qualifier, RunResult};
use pipeline::source::{Earlier, Source, suspects};
use store::Store;
use tokio::time::timeout;

use crate::args::{HealArgs, ModeArg, PatchesArg};
use crate::engine::{self, SystemClock};
use crate::exit::{self, Failure};
use crate::outputs;
use crate::people;
use crate::project::{self, Project};
use crate::signals;
use crate::summary::Scribe;

/// Green logs of a stage that a diagnosis is compared with.
const BASELINES: usize = 3;

/// How long the start of a run waits for version control to say whether the work tree is clean. Git needs milliseconds for
/// most projects; where it needs longer the run begins without, and is compared with no earlier one.
const LONGEST_LOOK: Duration = Duration::from_secs(2);

/// What a run is made of.
pub struct Job {
    /// The project.
    pub project: Project,
    /// The pipeline, overrides applied.
    pub pipeline: Pipeline,
    /// The plugins.
    pub plugins: Arc<dyn Plugins>,
    /// The project's files.
    pub workspace: Arc<dyn Workspace>,
    /// Starts commands.
    pub executor: Arc<dyn Executor>,
    /// The record.
    pub store: Arc<Store>,
    /// Standard input of the stages.
    pub stdin: Stdin,
    /// Whether trials' output is shown.
    pub shows_trials: bool,
    /// Whether a green run leaves a snapshot.
    pub keeps_last_good: bool,
    /// Seed from the command line.
    pub seed: Option<u64>,
    /// Digests of the runners, by id.
    pub runner_digests: BTreeMap<String, String>,
}

/// Puts the command line's wishes over the pipeline.
pub fn override_healing(pipeline: &mut Pipeline, args: &HealArgs) {
    if let Some(mode) = args.mode {
        pipeline.healing.limit_to(match mode {
            ModeArg::Off => Mode::Off,
            ModeArg::Shadow => Mode::Shadow,
            ModeArg::Suggest => Mode::Suggest,
            ModeArg::Auto => Mode::Auto,
        });
    }
    if let Some(patches) = args.patches {
        pipeline.healing.patches = match patches {
            PatchesArg::Propose => Patches::Propose,
            PatchesArg::Apply => Patches::Apply,
        };
    }
}

/// Opens the project's record.
pub fn open_store(state: &StatePaths) -> Result<Arc<Store>, Failure> {
    let store = Store::open(&state.database()).context("open the engine's record of this project")?;
    Ok(Arc::new(store))
}

impl Job {
    /// Id for a new run and the seed it gets.
    pub fn new_run(&self) -> (RunId, u64) {
        use driver::ports::Clock as _;
        let seed = self.seed.unwrap_or_else(engine::fresh_seed);
        (RunId::new(engine::run_id(SystemClock.now(), engine::fresh_seed())), seed)
    }

    fn settings(&self, run: &RunId) -> Settings {
        let environment = project::environment();
        let secrets = project::secret_values(&self.pipeline.secrets, &environment);
        Settings {
            run: run.to_string(),
            state: self.project.state.clone(),
            tools: engine::tools_for_healers(&self.project.root, &environment),
            env: environment,
            secrets: Arc::new(secrets),
            log_cap: engine::LOG_CAP,
            stdin: self.stdin,
            shows_trials: self.shows_trials,
            // Beside a command whose output passes through, nothing is said before it has failed.
            shows_live_findings: self.stdin == Stdin::Null,
            keeps_last_good: self.keeps_last_good,
            green_logs: self.green_logs(),
            facts: engine::facts(engine::machine()),
            runner_digests: self.runner_digests.clone(),
        }
    }

    /// Logs of earlier green attempts. What cannot be read is left out: they only sharpen the diagnosis.
    fn green_logs(&self) -> BTreeMap<StageName, Vec<std::path::PathBuf>> {
        let mut logs = BTreeMap::new();
        if self.stdin == Stdin::Inherit {
            return logs;
        }
        for stage in &self.pipeline.stages {
            let Ok(green) = self.store.green_attempts(&self.pipeline.name, &stage.name, BASELINES) else { continue };
            let paths = green
                .into_iter()
                .map(|one| effects::log_path(&self.project.state, one.run.as_str(), &stage.name, one.attempt))
                .filter(|path| path.is_file())
                .collect();
            logs.insert(stage.name.clone(), paths);
        }
        logs
    }

    fn ports(&self, run: &RunId, observer: Arc<dyn Observer>) -> Ports {
        let observer = self.scribe(run, observer);
        let journal: Box<dyn Journal> = Box::new(self.store.run_journal(run));
        Ports {
            plugins: Arc::clone(&self.plugins),
            executor: Arc::clone(&self.executor),
            workspace: Arc::clone(&self.workspace),
            cache: outputs::cache(&self.project),
            journal,
            clock: Arc::new(SystemClock),
            observer,
        }
    }

    /// The report, and beside it who writes summaries and tickets.
    fn scribe(&self, run: &RunId, inner: Arc<dyn Observer>) -> Arc<dyn Observer> {
        let (store, state) = (Arc::clone(&self.store), self.project.state.clone());
        Arc::new(Scribe { inner, store, state, root: self.project.root.clone(), run: run.clone() })
    }

    /// Runs the pipeline.
    pub async fn run(&self, run: &RunId, seed: u64, observer: Arc<dyn Observer>) -> Result<Finished, Failure> {
        // Asked beside the work until it is needed.
        let workspace = Arc::clone(&self.workspace);
        let source = tokio::spawn(async move { timeout(LONGEST_LOOK, workspace.source()).await });
        people::note_reverts(&self.project, &self.store)?;
        self.store.claim_run(run, std::process::id()).context("claim the run")?;
        let environment = project::environment();
        let (learned, benched, durations) =
            (self.learned(), self.store.benched().unwrap_or_default(), self.durations());
        let source = source.await.ok().and_then(Result::ok).flatten();
        let fact = Fact::RunStarted {
            run: run.clone(),
            pipeline: Box::new(self.pipeline.clone()),
            seed,
            learned: if self.pipeline.detection.learning { learned } else { Vec::new() },
            benched,
            machine: engine::machine(),
            unwanted: self.pipeline.unwanted(&environment),
            durations,
            joins_failures: true,
            java_homes: engine::java_homes(&self.project.root, &environment),
            earlier: Box::new(self.earlier(source.as_ref(), &environment)),
            source,
        };
        let driver = Driver::new(self.ports(run, observer), self.settings(run));
        let finished = driver.run(fact, signals::interrupts()).await.map_err(|error| engine_fault(error, run))?;
        self.store.release(run).context("release the run")?;
        Ok(finished)
    }

    /// How long stages took lately, so that the longest chain starts first. Unknown ones count as short.
    fn durations(&self) -> BTreeMap<StageName, u64> {
        let stages = self.pipeline.stages.iter().map(|stage| &stage.name);
        self.store.typical_durations(&self.pipeline.name, stages).unwrap_or_default().into_iter().collect()
    }

    /// What earlier runs have to do with one that begins now.
    fn earlier(&self, source: Option<&Source>, environment: &BTreeMap<String, String>) -> Earlier {
        let is_learning = self.pipeline.detection.learning;
        let floors = if is_learning { self.store.floors(&self.pipeline).unwrap_or_default() } else { Vec::new() };
        let past = source.and_then(Source::clean_commit).map(|commit| self.store.failures_on(commit, &self.pipeline));
        let past = past.and_then(Result::ok).unwrap_or_default();
        Earlier { failures: suspects(past, &self.pipeline, &floors, environment), floors }
    }

    fn learned(&self) -> Vec<pipeline::choice::ArmRecord> {
        use driver::ports::Clock as _;
        self.store.arms(SystemClock.now()).unwrap_or_default()
    }

    /// Goes on with a run whose engine died.
    pub async fn resume(
        &self,
        run: &RunId,
        observer: Arc<dyn Observer>,
        told: impl FnOnce(&Recovery),
    ) -> Result<Finished, Failure> {
        // Claimed first: of several processes that want to recover the run, one gets it, and reads what is there then.
        self.store.claim_run(run, std::process::id()).context("claim the run")?;
        let records = self.store.records(run).context("read the unfinished run")?;
        let driver = Driver::new(self.ports(run, observer), self.settings(run));
        let finished =
            driver.resume(&records, signals::interrupts(), told).await.map_err(|error| engine_fault(error, run))?;
        self.store.release(run).context("release the run")?;
        Ok(finished)
    }
}

fn engine_fault(error: DriverError, run: &RunId) -> Failure {
    Failure::from(anyhow::Error::new(error).context(format!("run {run}")))
        .hint(format!("this is a fault of the engine; please report it with the id {run}"))
}

/// The exit code of a run.
pub fn exit_code(finished: &Finished, is_strict: bool) -> u8 {
    if finished.run.incidents().iter().any(|incident| incident.end() == Some(IncidentEnd::Stuck)) {
        return exit::STUCK;
    }
    match finished.result {
        RunResult::Success if is_strict && finished.qualifier != Qualifier::Clean => exit::HEALED_STRICT,
        RunResult::Success | RunResult::Skip => exit::PASSED,
        RunResult::Failure | RunResult::Timeout => exit::FAILED,
        RunResult::Error => exit::ENGINE,
        RunResult::Cancellation => exit::INTERRUPTED,
    }
}
