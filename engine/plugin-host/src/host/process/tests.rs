#![allow(clippy::unwrap_used)]

use std::path::PathBuf;

use async_trait::async_trait;
use driver::ports::{Place, Stdin};
use tokio::sync::Notify;

use super::*;
use crate::bindings::capabilities::selfheal::plugin::types::{EnvVar, Limits as WitLimits};

/// Answers with exit code 3, or waits until it is cancelled.
#[derive(Default)]
struct FakeExecutor {
    waits: bool,
    started: Notify,
}

#[async_trait]
impl Executor for FakeExecutor {
    async fn run(&self, request: CommandRequest, mut cancel: Cancel) -> CommandEnd {
        self.started.notify_one();
        if self.waits {
            cancel.cancelled().await;
            return CommandEnd { outcome: Outcome { cancelled: true, ..Outcome::default() }, stdout_tail: Vec::new() };
        }
        let outcome = Outcome { exit_code: Some(3), log_bytes: request.env.len() as u64, ..Outcome::default() };
        CommandEnd { outcome, stdout_tail: request.argv.join(" ").into_bytes() }
    }

    fn free_port(&self) -> std::io::Result<u16> {
        Err(std::io::ErrorKind::Unsupported.into())
    }

    async fn wait_for_service(&self, _: &str, _: u16, _: u64, _: Cancel) -> bool {
        false
    }
}

fn template() -> CommandRequest {
    CommandRequest {
        argv: vec!["sh".into(), "-c".into(), "true".into()],
        env: BTreeMap::from([("PATH".to_owned(), "/bin".to_owned())]),
        directory: ".".into(),
        place: Place { root: PathBuf::from("/ws"), visible_root: PathBuf::from("/ws"), namespace: None },
        limits: Limits { timeout_ms: Some(60_000), memory_bytes: Some(100), ..Limits::default() },
        log: PathBuf::from("/log"),
        log_cap: 1,
        secrets: Arc::default(),
        sink: None,
        stdin: Stdin::Null,
        capture_bytes: 0,
    }
}

fn processes(executor: Arc<dyn Executor>, source: &CancelSource) -> Processes {
    Processes::for_attempt(executor, template(), source.handle(), vec!["sh".to_owned()])
}

fn request(argv: &[&str]) -> ProcessRequest {
    ProcessRequest {
        argv: argv.iter().map(|&word| word.to_owned()).collect(),
        env: Vec::new(),
        directory: ".".to_owned(),
        limits: WitLimits { timeout_ms: None, memory_bytes: Some(200), cpu_ms: Some(5), open_files: None, jobs: None },
        capture_bytes: 10,
    }
}

fn denial(request: ProcessRequest) -> String {
    let source = CancelSource::new();
    let processes = processes(Arc::new(FakeExecutor::default()), &source);
    processes.access.as_ref().unwrap().command(request).err().unwrap_or_default()
}

#[tokio::test]
async fn a_granted_program_runs_in_the_environment_of_the_attempt() {
    let source = CancelSource::new();
    let mut processes = processes(Arc::new(FakeExecutor::default()), &source);
    let result = processes.run(request(&["sh", "-c", "x"])).await.unwrap();
    assert_eq!(result.outcome.exit_code, Some(3));
    assert_eq!(result.stdout_tail, b"sh -c x");
    assert_eq!(processes.last().unwrap().log_bytes, 1);
    processes.finish().await;
}

#[test]
fn what_is_not_granted_is_denied_with_a_reason() {
    assert!(denial(request(&["bash"])).contains("not granted"));
    assert!(denial(request(&["/bin/sh"])).contains("not granted"));
    assert!(denial(request(&[])).contains("no program"));
    assert!(denial(request(&["sh", "a\0b"])).contains("NUL"));
    assert!(denial(ProcessRequest { directory: "../x".into(), ..request(&["sh"]) }).contains(".."));
    assert!(denial(request(&["sh", &"x".repeat(MAX_REQUEST_BYTES)])).contains("bytes"));
    let of_loaders =
        ["LD_PRELOAD", "PATH", "GIT_SSH_COMMAND", "BASH_ENV", "PYTHONPATH", "RUBYOPT", "JAVA_TOOL_OPTIONS", "HOME"];
    for name in of_loaders.into_iter().chain(["BASH_FUNC_true%%", "RUSTC_WRAPPER", "A=B", "", "X\0"]) {
        let env = vec![EnvVar { name: name.to_owned(), value: "x".to_owned() }];
        assert_ne!(denial(ProcessRequest { env, ..request(&["sh"]) }), "", "{name}");
    }
    assert_eq!(denial(request(&["sh", "-c", "true"])), "");
}

#[test]
fn the_stricter_limit_counts() {
    let source = CancelSource::new();
    let processes = processes(Arc::new(FakeExecutor::default()), &source);
    let command = processes.access.as_ref().unwrap().command(request(&["sh"])).unwrap();
    assert_eq!(command.limits.memory_bytes, Some(100));
    assert_eq!(command.limits.cpu_ms, Some(5));
    assert!(command.limits.timeout_ms.unwrap() <= 60_000);
}

#[tokio::test]
async fn a_call_that_is_dropped_takes_its_process_with_it() {
    let source = CancelSource::new();
    let executor = Arc::new(FakeExecutor { waits: true, ..FakeExecutor::default() });
    let mut processes = processes(Arc::clone(&executor) as Arc<dyn Executor>, &source);
    tokio::select! {
        biased;
        _ = processes.run(request(&["sh"])) => panic!("it waits"),
        () = executor.started.notified() => {}
    }
    processes.finish().await;
    assert!(processes.running.is_empty());
}

#[tokio::test]
async fn a_cancelled_run_stops_its_process_and_starts_no_other() {
    let source = CancelSource::new();
    let mut processes = processes(Arc::new(FakeExecutor { waits: true, ..FakeExecutor::default() }), &source);
    let (result, ()) = tokio::join!(processes.run(request(&["sh"])), async { source.cancel() });
    // Cancelled before or after the start: nothing ran to its end.
    assert!(result.is_err() || processes.last().unwrap().cancelled);
    assert!(matches!(processes.run(request(&["sh"])).await, Err(ProcessError::Cancelled)));
}
