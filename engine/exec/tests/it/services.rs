//! Services beside a stage: the driver over this executor, with real processes.

use std::collections::BTreeMap;
use std::ffi::CString;
use std::net::TcpListener;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use driver::fakes::{MemoryCache, MemoryJournal, MemoryWorkspace, ScriptedPlugins, Silent, StillClock, state_in};
use driver::ports::{CancelSource, Stdin};
use driver::{Driver, Ports, Settings, effects};
use exec::{LocalExecutor, LocalOptions};
use pipeline::definition::{Pipeline, Ready, Service, Stage};
use pipeline::event::{Event, Fact, Machine};
use pipeline::id::{RunId, StageName};
use pipeline::outcome::{Outcome, RunResult};
use pipeline::remedy::CommandLine;
use tempfile::TempDir;

struct World {
    folder: TempDir,
    interrupt: CancelSource,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("temporary directory");
        std::fs::create_dir(folder.path().join("work")).expect("create");
        Self { folder, interrupt: CancelSource::new() }
    }

    fn work(&self, name: &str) -> PathBuf {
        self.folder.path().join("work").join(name)
    }

    /// Something to wait at without spending time.
    fn pipe(&self, name: &str) {
        let path = CString::new(self.work(name).as_os_str().as_bytes()).expect("a path");
        assert_eq!(unsafe { libc::mkfifo(path.as_ptr(), 0o600) }, 0);
    }

    /// Runs one stage with services; returns how its attempt ended and what its log says.
    async fn run(&self, script: &str, services: Vec<Service>) -> (Outcome, String) {
        let mut stage = Stage::new("test", CommandLine::Shell(script.to_owned()));
        stage.runner = None;
        stage.services = services;
        let mut definition = Pipeline::named("shop");
        definition.stages = vec![stage];
        definition.healing.mode = pipeline::definition::Mode::Off;
        let workspace = Arc::new(MemoryWorkspace::new(&[]).at(&self.folder.path().join("work")));
        let journal = MemoryJournal::default();
        let state = state_in(&self.folder.path().join("state"));
        let options = LocalOptions { grace: Duration::from_millis(200), ..LocalOptions::default() };
        let ports = Ports {
            plugins: Arc::new(ScriptedPlugins::default()),
            executor: Arc::new(LocalExecutor::new(options).expect("executor")),
            cache: Arc::new(MemoryCache::new(Arc::clone(&workspace))),
            workspace,
            journal: Box::new(journal.clone()),
            clock: Arc::new(StillClock::default()),
            observer: Arc::new(Silent),
        };
        let settings = Settings {
            run: "r-1".to_owned(),
            state: state.clone(),
            env: BTreeMap::from([("PATH".to_owned(), std::env::var("PATH").expect("PATH"))]),
            tools: Vec::new(),
            secrets: Arc::default(),
            log_cap: 1 << 20,
            stdin: Stdin::Null,
            shows_trials: false,
            shows_live_findings: false,
            keeps_last_good: false,
            green_logs: BTreeMap::new(),
            facts: Vec::new(),
            runner_digests: BTreeMap::new(),
        };
        let start = Fact::RunStarted {
            run: RunId::new("r-1"),
            pipeline: Box::new(definition),
            seed: 1,
            learned: Vec::new(),
            benched: Vec::new(),
            machine: Machine { memory_bytes: 1 << 30, processors: 2, scratches: 0 },
            unwanted: Vec::new(),
            durations: BTreeMap::new(),
            joins_failures: true,
            java_homes: Vec::new(),
            source: None,
            earlier: Default::default(),
        };
        Driver::new(ports, settings).run(start, self.interrupt.handle()).await.expect("the run ends");
        let mut ends = journal.records().into_iter().filter_map(|record| match record.event {
            Event::Fact(Fact::AttemptEnded { outcome, .. }) => Some(outcome),
            _ => None,
        });
        let log = effects::log_path(&state, "r-1", &StageName::new("test"), 1);
        (ends.next_back().expect("an attempt"), std::fs::read_to_string(log).unwrap_or_default())
    }

    /// Whether the process that wrote its id there is gone.
    fn is_gone(&self, name: &str) -> bool {
        let text = std::fs::read_to_string(self.work(name)).expect("the service wrote its id");
        let id: libc::pid_t = text.trim().parse().expect("an id");
        unsafe { libc::kill(id, 0) == -1 }
    }
}

fn service(name: &str, script: &str, ready: Ready) -> Service {
    Service::new(name, CommandLine::Shell(script.to_owned()), ready)
}

fn says(text: &str) -> Ready {
    Ready::Log { text: text.to_owned() }
}

#[tokio::test]
async fn services_run_beside_the_stage_in_order_and_end_with_it() {
    let world = World::new();
    world.pipe("never");
    let db = service("db", "echo $$ > db; echo ready; read x < never", says("ready"));
    let look = Ready::Command { command: CommandLine::Shell("test -e web".to_owned()) };
    let web = service("web", "test -e db && echo $$ > web; read x < never", look);
    let (outcome, log) =
        world.run("kill -0 $(cat db) && kill -0 $(cat web) && echo both are there", vec![db, web]).await;
    assert_eq!((outcome.result(), log.as_str()), (RunResult::Success, "both are there\n"), "{outcome:?}");
    assert!(world.is_gone("db") && world.is_gone("web"));
}

#[tokio::test]
async fn a_service_that_ends_before_it_is_ready_fails_the_attempt_with_its_words() {
    let world = World::new();
    let db = service("db", "echo 'bind: Address already in use' >&2; exit 3", says("accepting"));
    let (outcome, log) = world.run("touch ran", vec![db]).await;
    assert_eq!((outcome.result(), outcome.exit_code), (RunResult::Failure, Some(3)), "{outcome:?}");
    let said = outcome.failed_service.expect("it is named");
    assert_eq!(said, "service db ended before it was ready (exit code 3)");
    assert!(log.contains(&said) && log.contains("\nbind: Address already in use\n"), "{log}");
    assert!(!world.work("ran").exists(), "the stage ran without its service");
}

#[tokio::test]
async fn a_service_that_does_not_become_ready_in_time_fails_the_attempt_and_is_stopped() {
    let world = World::new();
    world.pipe("never");
    let mut db = service("db", "echo $$ > db; echo starting; read x < never", says("ready"));
    db.timeout_ms = 300;
    let (outcome, log) = world.run("true", vec![db]).await;
    assert_eq!((outcome.result(), outcome.exit_code), (RunResult::Failure, Some(1)), "{outcome:?}");
    let said = outcome.failed_service.expect("it is named");
    assert_eq!(said, "service db was not ready within 0.3 s (waited for \"ready\" in its output)");
    assert!(log.contains("\nstarting\n"), "{log}");
    assert!(world.is_gone("db"));
}

#[tokio::test]
async fn a_service_that_ends_under_its_stage_ends_the_attempt() {
    let world = World::new();
    world.pipe("go");
    world.pipe("never");
    let db = service("db", "echo ready; read x < go; echo out of connections; exit 9", says("ready"));
    let (outcome, log) = world.run("echo working; echo > go; read x < never", vec![db]).await;
    assert_eq!((outcome.result(), outcome.exit_code), (RunResult::Failure, Some(9)), "{outcome:?}");
    assert!(log.starts_with("working\n--- service db ended while the stage ran (exit code 9)"), "{log}");
    assert!(log.contains("\nout of connections\n"), "{log}");
}

#[tokio::test]
async fn a_port_that_somebody_else_answers_on_is_no_sign_of_readiness() {
    let world = World::new();
    let taken = TcpListener::bind("127.0.0.1:0").expect("bind");
    let port = taken.local_addr().expect("address").port();
    let db = service("db", "exit 1", Ready::Port { port });
    let (outcome, log) = world.run("touch ran", vec![db]).await;
    assert_eq!(outcome.result(), RunResult::Failure, "{outcome:?}");
    assert!(log.contains(&format!("port {port} is already in use")), "{log}");
    assert!(!world.work("ran").exists());
}

#[tokio::test]
async fn a_port_that_the_service_opens_is_its_sign_of_readiness() {
    let world = World::new();
    world.pipe("never");
    let port = exec::free_port().expect("a port");
    let other = {
        // Somebody who listens once the service says so: a shell cannot by itself.
        let go = world.work("go");
        world.pipe("go");
        std::thread::spawn(move || {
            let _said = std::fs::read(&go).expect("the service speaks");
            TcpListener::bind(("127.0.0.1", port)).expect("bind")
        })
    };
    let mut db = service("db", "echo $$ > db; echo up > go; read x < never", Ready::PortOf { variable: "PORT".into() });
    db.env.insert("PORT".to_owned(), port.to_string());
    let (outcome, _) = world.run("true", vec![db]).await;
    assert_eq!(outcome.result(), RunResult::Success, "{outcome:?}");
    drop(other.join().expect("it listened"));
    assert!(world.is_gone("db"));
}

#[tokio::test]
async fn a_program_that_is_not_there_is_the_attempts_failure_and_not_the_engines() {
    let world = World::new();
    let db = Service::new("db", CommandLine::Argv(vec!["no-such-database".to_owned()]), says("ready"));
    let (outcome, log) = world.run("true", vec![db]).await;
    assert_eq!(outcome.result(), RunResult::Failure, "{outcome:?}");
    assert!(log.contains("no-such-database"), "{log}");
}

#[tokio::test]
async fn a_run_that_is_interrupted_takes_its_services_with_it() {
    let world = World::new();
    world.pipe("never");
    world.pipe("started");
    let db = service("db", "echo $$ > db; echo ready; read x < never", says("ready"));
    let started = world.work("started");
    let interrupt = async {
        let read = tokio::task::spawn_blocking(move || std::fs::read(started).expect("the stage started"));
        read.await.expect("join");
        world.interrupt.cancel();
    };
    let ((outcome, _), ()) = tokio::join!(world.run("echo > started; read x < never", vec![db]), interrupt);
    assert_eq!(outcome.result(), RunResult::Cancellation, "{outcome:?}");
    assert!(world.is_gone("db"));
}
