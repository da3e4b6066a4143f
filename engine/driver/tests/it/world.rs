//! One world per run: a scenario, the fakes of the ports over it, and what is asked about how a run ended.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use driver::fakes::{
    Files, MemoryCache, MemoryJournal, MemoryWorkspace, ScriptedExecutor, ScriptedPlugins, Silent, StillClock,
};
use driver::ports::{Cancel, CancelSource, Clock as _, CommandRequest, Journal, Plugins, Recovery, Stdin, Workspace};
use driver::{Driver, DriverError, Finished, Ports, Settings};
use pipeline::definition::Pipeline;
use pipeline::event::{Decision, Event, Fact, Machine, Record};
use pipeline::finding::Finding;
use pipeline::id::RunId;
use pipeline::incident::IncidentEnd;
use pipeline::outcome::{Outcome, Qualifier, RunResult};
use pipeline::remedy::Remedy;
use pipeline::replay::replay;
use tempfile::TempDir;

/// What a run meets.
#[derive(Clone)]
pub struct Scenario {
    pub name: &'static str,
    pub files: Vec<(&'static str, &'static str)>,
    pub pipeline: Pipeline,
    /// How a command ends, from its attempt, its environment and the files it sees.
    pub script: fn(&Seen<'_>, &mut Files) -> i32,
    /// Findings by exit code.
    pub findings: Vec<(i32, Finding)>,
    pub remedies: Vec<Remedy>,
    /// How long each command takes, in milliseconds.
    pub takes_ms: u64,
}

/// A command as a script sees it.
pub struct Seen<'a> {
    request: &'a CommandRequest,
}

impl Seen<'_> {
    /// The stage that runs; every stage runs `make NAME`.
    pub fn stage(&self) -> &str {
        self.request.argv.last().and_then(|script| script.strip_prefix("make ")).unwrap_or_default()
    }

    pub fn attempt(&self) -> u32 {
        let name = self.request.log.file_stem().unwrap().to_string_lossy().into_owned();
        name.rsplit('.').next().unwrap().parse().unwrap()
    }

    /// Whether the command is marked as one of the engine's.
    pub fn is_marked(&self) -> bool {
        self.request.env.get(driver::INSIDE).is_some_and(|mark| mark == "1")
    }

    pub fn has_env(&self, name: &str) -> bool {
        self.request.env.contains_key(name)
    }
}

pub struct World {
    pub workspace: Arc<MemoryWorkspace>,
    pub cache: Arc<MemoryCache>,
    pub executor: Arc<ScriptedExecutor>,
    pub plugins: Arc<ScriptedPlugins>,
    pub clock: Arc<StillClock>,
    pub interrupt: CancelSource,
    pub folder: TempDir,
    pipeline: Pipeline,
}

impl World {
    pub fn new(scenario: &Scenario) -> Self {
        Self::over(scenario, MemoryWorkspace::new(&scenario.files))
    }

    /// A world whose scratches cannot be open beside each other.
    pub fn without_room(scenario: &Scenario) -> Self {
        Self::over(scenario, MemoryWorkspace::new(&scenario.files).without_room())
    }

    fn over(scenario: &Scenario, workspace: MemoryWorkspace) -> Self {
        let workspace = Arc::new(workspace);
        let script = scenario.script;
        let run = move |request: &CommandRequest, files: &mut Files| -> Outcome {
            driver::fakes::exited(script(&Seen { request }, files))
        };
        let executor = ScriptedExecutor::new(Arc::clone(&workspace), run).taking(scenario.takes_ms);
        let plugins = ScriptedPlugins {
            findings: scenario.findings.iter().cloned().collect(),
            remedies: scenario.remedies.clone(),
            ..ScriptedPlugins::default()
        };
        Self {
            cache: Arc::new(MemoryCache::new(Arc::clone(&workspace))),
            workspace,
            executor: Arc::new(executor),
            plugins: Arc::new(plugins),
            clock: Arc::new(StillClock::default()),
            interrupt: CancelSource::new(),
            folder: tempfile::tempdir().unwrap(),
            pipeline: scenario.pipeline.clone(),
        }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn driver(&self, journal: impl Journal + 'static) -> Driver {
        self.driver_with(Arc::clone(&self.plugins) as _, journal)
    }

    fn driver_with(&self, plugins: Arc<dyn Plugins>, journal: impl Journal + 'static) -> Driver {
        let settings = Settings {
            run: "r-1".to_owned(),
            state: driver::fakes::state_in(self.path()),
            env: BTreeMap::new(),
            tools: Vec::new(),
            secrets: Arc::default(),
            log_cap: 1 << 20,
            stdin: Stdin::Null,
            shows_trials: false,
            shows_live_findings: true,
            keeps_last_good: true,
            green_logs: BTreeMap::new(),
            facts: Vec::new(),
            runner_digests: BTreeMap::new(),
        };
        let ports = Ports {
            plugins,
            executor: Arc::clone(&self.executor) as _,
            workspace: Arc::clone(&self.workspace) as Arc<dyn Workspace>,
            cache: Arc::clone(&self.cache) as _,
            journal: Box::new(journal),
            clock: Arc::clone(&self.clock) as _,
            observer: Arc::new(Silent),
        };
        Driver::new(ports, settings)
    }

    pub fn start(&self) -> Fact {
        Fact::RunStarted {
            run: RunId::new("r-1"),
            pipeline: Box::new(self.pipeline.clone()),
            seed: 1,
            learned: Vec::new(),
            benched: Vec::new(),
            machine: Machine { memory_bytes: 1 << 30, processors: 2, scratches: 4 },
            unwanted: Vec::new(),
            durations: BTreeMap::new(),
            joins_failures: true,
            java_homes: Vec::new(),
            source: None,
            earlier: Default::default(),
        }
    }

    pub fn interrupts(&self) -> Cancel {
        self.interrupt.handle()
    }

    /// Runs to the end.
    pub async fn run(&self) -> Ended {
        let journal = MemoryJournal::default();
        let finished = self.driver(journal.clone()).run(self.start(), self.interrupts()).await.unwrap();
        self.end(finished, &journal)
    }

    /// Runs to the end with other plugins than the scenario's.
    pub async fn run_with(&self, plugins: Arc<dyn Plugins>) -> Result<Ended, DriverError> {
        let journal = MemoryJournal::default();
        let driver = self.driver_with(plugins, journal.clone());
        let finished = driver.run(self.start(), self.interrupts()).await?;
        Ok(self.end(finished, &journal))
    }

    /// Goes on with a run whose engine died.
    pub async fn resume(&self, journal: &MemoryJournal) -> Ended {
        let finished = self.try_resume(journal).await.unwrap();
        self.end(finished, journal)
    }

    pub async fn try_resume(&self, journal: &MemoryJournal) -> Result<Finished, DriverError> {
        let told = |recovery: &Recovery| assert_eq!(recovery.stuck, Vec::<String>::new());
        let journal = journal.reopened();
        self.driver(journal.clone()).resume(&journal.records(), self.interrupts(), told).await
    }

    fn end(&self, finished: Finished, journal: &MemoryJournal) -> Ended {
        let records = journal.records();
        check_journal(&records);
        assert_eq!(self.executor.running(), 0, "a command still runs");
        let incidents: Vec<_> = finished.run.incidents().iter().filter_map(|incident| incident.end()).collect();
        Ended {
            result: finished.result,
            qualifier: finished.qualifier,
            incidents,
            files: self.workspace.files(),
            records,
            at: self.clock.now().0,
        }
    }
}

/// How a run ended.
#[derive(Debug)]
pub struct Ended {
    pub result: RunResult,
    pub qualifier: Qualifier,
    pub incidents: Vec<IncidentEnd>,
    pub files: Files,
    pub records: Vec<Record>,
    pub at: u64,
}

impl Ended {
    pub fn facts(&self) -> impl Iterator<Item = &Fact> {
        self.records.iter().filter_map(|record| match &record.event {
            Event::Fact(fact) => Some(fact),
            Event::Decision(_) => None,
        })
    }

    pub fn decisions(&self) -> impl Iterator<Item = &Decision> {
        decisions(&self.records)
    }

    /// How each remedy ended, as the healers were last told.
    pub fn tried(&self) -> Vec<String> {
        let asked = self.decisions().filter_map(|decision| match decision {
            Decision::AskHealers { tried, .. } => Some(tried),
            _ => None,
        });
        asked.last().map(|tried| tried.iter().map(|note| note.ended.clone()).collect()).unwrap_or_default()
    }
}

pub fn decisions(records: &[Record]) -> impl Iterator<Item = &Decision> {
    records.iter().filter_map(|record| match &record.event {
        Event::Decision(decision) => Some(decision),
        Event::Fact(_) => None,
    })
}

/// Every journal, however it came to be: numbered without gaps, read back exactly, reproduced by a replay, ended once.
pub fn check_journal(records: &[Record]) {
    let numbers: Vec<u64> = records.iter().map(|record| record.seq).collect();
    assert_eq!(numbers, (1..=records.len() as u64).collect::<Vec<_>>());
    let json = serde_json::to_string(records).unwrap();
    let read: Vec<Record> = serde_json::from_str(&json).unwrap();
    assert_eq!(read, records, "a record is not read as it was written");
    let replayed = replay(&read).unwrap();
    assert_eq!(replayed.divergence, None);
    let ends = decisions(records).filter(|decision| matches!(decision, Decision::EndRun { .. })).count();
    assert_eq!(ends, 1, "a run ends once");
    assert!(matches!(records.last().unwrap().event, Event::Decision(Decision::EndRun { .. })));
}

/// Files as a map.
pub fn files(of: &[(&str, &str)]) -> Files {
    of.iter().map(|(path, content)| ((*path).to_owned(), (*content).to_owned())).collect()
}
