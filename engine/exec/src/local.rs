//! The port: futures outside, threads inside.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use driver::ports::{Cancel, CommandEnd, CommandRequest, Executor};
use pipeline::outcome::Outcome;
use tokio::sync::oneshot;

use crate::machinery::Machinery;
use crate::service::{answers_http, free_port, wait_for_service};
use crate::supervise::{fault, supervise};

/// How commands are stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalOptions {
    /// Time between TERM and KILL.
    pub grace: Duration,
    /// How long what a command left behind may run on after its end, and hold its pipes, before it is stopped.
    pub settle: Duration,
}

impl Default for LocalOptions {
    /// Five seconds are enough for servers to close, a quarter of one for a `tee` to write its last lines.
    fn default() -> Self {
        Self { grace: Duration::from_secs(5), settle: Duration::from_millis(250) }
    }
}

/// Runs commands on this machine.
///
/// Best made early: it forks its watchdog when it is made, and a small process forks faster. Dropping it waits for that.
/// A command runs on a thread of its own; dropping the future of [`Executor::run`] stops the command like a cancellation,
/// but nobody waits for its end then.
#[derive(Debug)]
pub struct LocalExecutor {
    machinery: Arc<Machinery>,
}

impl LocalExecutor {
    /// Starts the watchdog and the thread that starts processes.
    pub fn new(options: LocalOptions) -> io::Result<Self> {
        Ok(Self { machinery: Arc::new(Machinery::start(options)?) })
    }
}

#[async_trait]
impl Executor for LocalExecutor {
    async fn run(&self, request: CommandRequest, mut cancel: Cancel) -> CommandEnd {
        if cancel.is_cancelled() {
            return CommandEnd { outcome: Outcome { cancelled: true, ..Outcome::default() }, stdout_tail: Vec::new() };
        }
        // Dropping the writer is the signal to stop, so it comes in every case, also when this future is dropped.
        let (stopped, stop) = match io::pipe() {
            Ok(pipe) => pipe,
            Err(error) => return fault(format!("make a pipe: {error}")),
        };
        let (tell, mut end) = oneshot::channel();
        let machinery = Arc::clone(&self.machinery);
        let work = move || {
            // Nobody listens if the future was dropped.
            let _ = tell.send(supervise(&machinery, &request, stopped));
        };
        if let Err(error) = std::thread::Builder::new().name("command".to_owned()).spawn(work) {
            return fault(format!("start a thread: {error}"));
        }
        let end = tokio::select! {
            biased;
            end = &mut end => end,
            () = cancel.cancelled() => {
                drop(stop);
                end.await
            }
        };
        end.unwrap_or_else(|_| fault("the thread that supervised the command broke".to_owned()))
    }

    fn free_port(&self) -> io::Result<u16> {
        free_port()
    }

    async fn wait_for_service(&self, host: &str, port: u16, timeout_ms: u64, cancel: Cancel) -> bool {
        wait_for_service(host, port, Duration::from_millis(timeout_ms), cancel).await.is_ok()
    }

    async fn answers_http(&self, url: &str) -> bool {
        answers_http(url).await
    }
}
