//! `process`: run a granted program.
//!
//! A runner's programs are the stage's: its environment, its place, its log. Those of other roles run on behalf of the
//! plugin alone, in a [`room`] of their own.

mod room;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use driver::ports::{Cancel, CancelSource, CommandEnd, CommandRequest, Executor};
use pipeline::outcome::Outcome;
use pipeline::remedy::Limits;
use tokio::task::JoinHandle;

use self::room::Room;
use super::HostState;
use crate::bindings::capabilities::selfheal::plugin::process::{self, ProcessError, ProcessRequest, ProcessResult};
use crate::convert;
use crate::options::Programs;

/// Bytes of standard output that one answer may carry.
const MAX_CAPTURE: u32 = 1 << 20;
/// Arguments and variables of one request together, in bytes: what Linux takes for one argument.
const MAX_REQUEST_BYTES: usize = 128 << 10;

/// Variables by which a program loads or starts something else than what it is: search paths of loaders and interpreters,
/// code that they run first, programs that they call, and where they look for a file that says such things.
const CHANGES_THE_PROGRAM: &[&str] = &[
    "BASH_ENV",
    "BROWSER",
    "CDPATH",
    "CLASSPATH",
    "EDITOR",
    "ENV",
    "GCONV_PATH",
    "HOME",
    "IFS",
    "JAVA_TOOL_OPTIONS",
    "JDK_JAVA_OPTIONS",
    "NODE_OPTIONS",
    "NODE_PATH",
    "PAGER",
    "PATH",
    "PERL5DB",
    "PERL5LIB",
    "PERL5OPT",
    "PERLLIB",
    "PROMPT_COMMAND",
    "PS4",
    "PYTHONBREAKPOINT",
    "PYTHONEXECUTABLE",
    "PYTHONHOME",
    "PYTHONPATH",
    "PYTHONSTARTUP",
    "PYTHONUSERBASE",
    "PYTHONWARNINGS",
    "RUBYLIB",
    "RUBYOPT",
    "RUSTC",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTC_WRAPPER",
    "RUSTDOC",
    "SHELL",
    "SHELLOPTS",
    "SSH_ASKPASS",
    "VISUAL",
    "XDG_CONFIG_HOME",
    "ZDOTDIR",
    "_JAVA_OPTIONS",
];

/// How a call starts processes.
pub struct Processes {
    access: Option<Access>,
    room: Option<Room>,
    last: Option<Outcome>,
    stop: CancelSource,
    running: Vec<JoinHandle<()>>,
}

/// What is needed to start one.
struct Access {
    executor: Arc<dyn Executor>,
    template: CommandRequest,
    cancel: Cancel,
    programs: Vec<String>,
    deadline: Option<Instant>,
}

impl Processes {
    /// For calls in which nothing is ever started: every request is denied.
    pub fn none() -> Self {
        Self { access: None, room: None, last: None, stop: CancelSource::new(), running: Vec::new() }
    }

    /// For an attempt. `programs` are all programs that it may start, by the name typed; environment, place, log and limits
    /// come from `template`. The template's timeout counts from now for all of its processes together.
    pub fn for_attempt(
        executor: Arc<dyn Executor>,
        template: CommandRequest,
        cancel: Cancel,
        programs: Vec<String>,
    ) -> Self {
        let deadline = template.limits.timeout_ms.and_then(|ms| Instant::now().checked_add(Duration::from_millis(ms)));
        let access = Access { executor, template, cancel, programs, deadline };
        let mut processes = Self::none();
        processes.access = Some(access);
        processes
    }

    /// For a call of another role: `granted` are the programs that it may start, `wall` is the time for all of them
    /// together. They see neither the project nor the stage's log.
    pub(crate) fn for_errands(programs: &Programs, granted: Vec<String>, wall: Duration) -> Self {
        let template = room::template(programs, pipeline::time::millis(wall));
        // The call is given up by dropping it, so nobody ever cancels this.
        let cancel = CancelSource::new().handle();
        let mut processes = Self::for_attempt(Arc::clone(&programs.executor), template, cancel, granted);
        processes.room = Some(Room::below(programs.scratch.clone()));
        processes
    }

    /// What was measured for the last process, if one was started.
    pub(crate) fn last(&self) -> Option<&Outcome> {
        self.last.as_ref()
    }

    /// Stops what still runs and waits until it is gone. Called when the call has ended, whichever way.
    pub(crate) async fn finish(&mut self) {
        self.stop.cancel();
        for task in self.running.drain(..) {
            // A task that panicked has nothing left to wait for.
            let _ = task.await;
        }
    }

    async fn run(&mut self, request: ProcessRequest) -> Result<ProcessResult, ProcessError> {
        let Some(access) = &self.access else {
            return Err(ProcessError::Denied("no program can be run in this call".to_owned()));
        };
        let mut command = access.command(request).map_err(ProcessError::Denied)?;
        if let Some(room) = &mut self.room {
            if command.directory != "." {
                let why = "in this call programs start in an empty directory, which is `.`";
                return Err(ProcessError::Denied(why.to_owned()));
            }
            let received = room.receive(&mut command);
            received.map_err(|error| ProcessError::NotStarted(format!("there is no directory for it: {error}")))?;
        }
        if access.cancel.is_cancelled() {
            return Err(ProcessError::Cancelled);
        }
        let end = self.supervise(command).await;
        self.last = Some(end.outcome.clone());
        match &end.outcome.not_started {
            Some(reason) => Err(ProcessError::NotStarted(reason.clone())),
            None => Ok(ProcessResult { outcome: convert::outcome_to_wit(&end.outcome), stdout_tail: end.stdout_tail }),
        }
    }

    /// Runs a command in a task of its own, so that the process is stopped and awaited even when the call that waits for
    /// it is dropped at its deadline.
    async fn supervise(&mut self, command: CommandRequest) -> CommandEnd {
        let access = self.access.as_ref().expect("only called with access");
        let executor = Arc::clone(&access.executor);
        let (mut outer, mut stopped) = (access.cancel.clone(), self.stop.handle());
        let source = CancelSource::new();
        let handle = source.handle();
        let (sender, receiver) = tokio::sync::oneshot::channel();
        self.running.retain(|task| !task.is_finished());
        self.running.push(tokio::spawn(async move {
            let work = executor.run(command, handle);
            tokio::pin!(work);
            let end = tokio::select! {
                end = &mut work => end,
                () = outer.cancelled() => { source.cancel(); work.await }
                () = stopped.cancelled() => { source.cancel(); work.await }
            };
            // Nobody listens any more when the call was dropped.
            let _ = sender.send(end);
        }));
        receiver.await.unwrap_or_else(|_| CommandEnd {
            outcome: Outcome { fault: Some("the executor panicked".to_owned()), ..Outcome::default() },
            stdout_tail: Vec::new(),
        })
    }
}

impl Drop for Processes {
    /// A call that was given up takes its process with it, though nobody waits for that any more.
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Access {
    /// Checks a request and completes it from the template. The error is the reason for the denial.
    fn command(&self, request: ProcessRequest) -> Result<CommandRequest, String> {
        let Some(program) = request.argv.first() else {
            return Err("the request names no program".to_owned());
        };
        if !self.programs.iter().any(|granted| granted == program) {
            return Err(format!("the program {program:?} is not granted"));
        }
        let env_bytes: usize = request.env.iter().map(|var| var.name.len() + var.value.len()).sum();
        let argv_bytes: usize = request.argv.iter().map(String::len).sum();
        if env_bytes + argv_bytes > MAX_REQUEST_BYTES && !self.is_own_command(&request.argv) {
            return Err(format!("arguments and variables take more than {MAX_REQUEST_BYTES} bytes"));
        }
        if request.argv.iter().any(|word| word.contains('\0')) {
            return Err("an argument contains NUL".to_owned());
        }
        convert::check_relative_path(&request.directory)?;
        let mut env: BTreeMap<String, String> = self.template.env.clone();
        for var in request.env {
            check_variable(&var.name, &var.value)?;
            env.insert(var.name, var.value);
        }
        let mut limits = stricter(&self.template.limits, &convert::limits_from_wit(&request.limits));
        if let Some(deadline) = self.deadline {
            let left = pipeline::time::millis(deadline.saturating_duration_since(Instant::now())).max(1);
            limits.timeout_ms = Some(limits.timeout_ms.map_or(left, |ms| ms.min(left)));
        }
        Ok(CommandRequest {
            argv: request.argv,
            env,
            directory: request.directory,
            limits,
            capture_bytes: request.capture_bytes.min(MAX_CAPTURE),
            ..self.template.clone()
        })
    }

    /// Whether this is the stage's command as the user wrote it, which may be as long as the user likes.
    fn is_own_command(&self, argv: &[String]) -> bool {
        argv == self.template.argv
    }
}

/// Refuses variables that would make another program of what was granted.
fn check_variable(name: &str, value: &str) -> Result<(), String> {
    if name.is_empty() || name.contains(['=', '\0']) || value.contains('\0') {
        return Err(format!("{name:?} is no variable"));
    }
    let changes_the_program = ["LD_", "DYLD_", "BASH_FUNC_"].iter().any(|prefix| name.starts_with(prefix))
        || (name.starts_with("GIT_") && name != "GIT_TERMINAL_PROMPT")
        || CHANGES_THE_PROGRAM.contains(&name);
    if changes_the_program {
        return Err(format!("a plugin may not set {name}: it changes what a granted program runs"));
    }
    Ok(())
}

/// The stricter one of two limits, each by itself.
fn stricter(own: &Limits, asked: &Limits) -> Limits {
    fn min<T: Ord>(a: Option<T>, b: Option<T>) -> Option<T> {
        match (a, b) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }
    Limits {
        timeout_ms: min(own.timeout_ms, asked.timeout_ms),
        memory_bytes: min(own.memory_bytes, asked.memory_bytes),
        cpu_ms: min(own.cpu_ms, asked.cpu_ms),
        open_files: min(own.open_files, asked.open_files),
        jobs: min(own.jobs, asked.jobs),
    }
}

impl process::Host for HostState {
    async fn run(&mut self, request: ProcessRequest) -> wasmtime::Result<Result<ProcessResult, ProcessError>> {
        self.charge()?;
        let program = request.argv.first().cloned().unwrap_or_default();
        let ended = self.processes.run(request).await;
        for line in self.processes.room.as_mut().map(Room::take_output).unwrap_or_default() {
            self.log.write("info", &format!("{program}: {line}"));
        }
        Ok(ended)
    }
}

#[cfg(test)]
mod tests;
