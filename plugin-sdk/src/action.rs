//! Constructors of the steps of a remedy: one function per case of [`Action`].
//!
//! [`wait`] and [`run_command`] return a record with further setters; `Remedy::action` takes both records and actions.

use std::time::Duration;

use crate::healer::{Action, Delay, FileContent, FileEdit, PortMove, Preparation, ServiceProbe, Ticket};
use crate::types::{Command, EnvVar, Limits, milliseconds};

/// Longest time of a preparing command unless said otherwise: a cold `npm install` or `cargo fetch` ends within it, and the
/// host caps it by the incident's own budget anyway.
const DEFAULT_COMMAND_TIMEOUT: Duration = Duration::from_secs(600);

/// Wait before the next attempt: exponential from `base` up to `cap`; the host adds full jitter.
pub fn wait(base: Duration, cap: Duration) -> Delay {
    Delay { base_ms: milliseconds(base), cap_ms: milliseconds(cap), asked_ms: None }
}

impl Delay {
    /// Also honour the time that a server asked for, if it asked for one.
    #[must_use]
    pub fn asked(mut self, asked: Option<Duration>) -> Self {
        self.asked_ms = asked.map(milliseconds);
        self
    }
}

impl From<Delay> for Action {
    fn from(delay: Delay) -> Self {
        Self::Wait(delay)
    }
}

/// Set an environment variable for the stage.
pub fn set_env(name: impl Into<String>, value: impl Into<String>) -> Action {
    Action::SetEnv(EnvVar::new(name, value))
}

/// Change limits of the stage; those that are `None` stay as they are.
pub fn set_limit(limits: Limits) -> Action {
    Action::SetLimit(limits)
}

/// Raise or lower the memory limit of the stage.
pub fn set_memory(bytes: u64) -> Action {
    Action::SetLimit(Limits { memory_bytes: Some(bytes), ..Limits::default() })
}

/// Raise or lower the time limit of the stage.
pub fn set_timeout(timeout: Duration) -> Action {
    Action::SetLimit(Limits { timeout_ms: Some(milliseconds(timeout)), ..Limits::default() })
}

/// Change how many jobs build tools are asked to run at once; 0 becomes 1.
pub fn set_jobs(jobs: u32) -> Action {
    Action::SetLimit(Limits { jobs: Some(jobs.max(1)), ..Limits::default() })
}

/// Change the limit of open files of the stage.
pub fn set_open_files(open_files: u64) -> Action {
    Action::SetLimit(Limits { open_files: Some(open_files), ..Limits::default() })
}

/// Run the stage with another shell script.
pub fn replace_script(script: impl Into<String>) -> Action {
    Action::ReplaceCommand(Command::Shell(script.into()))
}

/// Run the stage with another command, without a shell.
pub fn replace_argv<I, S>(argv: I) -> Action
where
    I: IntoIterator<Item = S>,
    S: Into<String>,
{
    Action::ReplaceCommand(Command::Argv(argv.into_iter().map(Into::into).collect()))
}

/// Run a command once before the next attempt: at the workspace root, for at most ten minutes.
pub fn run_command<I, S>(argv: I) -> Preparation
where
    I: IntoIterator<Item = S>,
    S: Into<String>,
{
    Preparation {
        argv: argv.into_iter().map(Into::into).collect(),
        directory: ".".to_owned(),
        env: Vec::new(),
        timeout_ms: milliseconds(DEFAULT_COMMAND_TIMEOUT),
    }
}

impl Preparation {
    /// Starts it in another directory, relative to the workspace root.
    #[must_use]
    pub fn directory(mut self, directory: impl Into<String>) -> Self {
        self.directory = directory.into();
        self
    }

    /// Sets a variable on top of the stage's environment.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.push(EnvVar::new(name, value));
        self
    }

    /// Sets the longest time.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout_ms = milliseconds(timeout);
        self
    }
}

impl From<Preparation> for Action {
    fn from(preparation: Preparation) -> Self {
        Self::RunCommand(preparation)
    }
}

/// Write a whole file; its mode stays as it is (or is not executable when the file is new).
pub fn write_file(path: impl Into<String>, content: impl Into<String>) -> Action {
    Action::WriteFile(FileContent { path: path.into(), content: content.into(), executable: None })
}

/// Write a whole file and make it executable.
pub fn write_executable(path: impl Into<String>, content: impl Into<String>) -> Action {
    Action::WriteFile(FileContent { path: path.into(), content: content.into(), executable: Some(true) })
}

/// Replace a text that occurs exactly once in a file.
pub fn edit_file(path: impl Into<String>, find: impl Into<String>, replace: impl Into<String>) -> Action {
    Action::EditFile(FileEdit { path: path.into(), find: find.into(), replace: replace.into() })
}

/// Append a text to the end of a file.
pub fn append_to_file(path: impl Into<String>, text: impl Into<String>) -> Action {
    edit_file(path, "", text)
}

/// Remove a file.
pub fn remove_file(path: impl Into<String>) -> Action {
    Action::RemoveFile(path.into())
}

/// Remove a file or directory that version control ignores or the engine owns.
pub fn clear_path(path: impl Into<String>) -> Action {
    Action::ClearPath(path.into())
}

/// Bring paths back to the snapshot of the last green run; no path at all means all versioned files.
pub fn restore_snapshot<I, S>(paths: I) -> Action
where
    I: IntoIterator<Item = S>,
    S: Into<String>,
{
    Action::RestoreSnapshot(paths.into_iter().map(Into::into).collect())
}

/// Give the stage another free port through the environment variable that tells it its port.
pub fn move_port(taken: u16, variable: impl Into<String>) -> Action {
    Action::MovePort(PortMove { taken, variable: variable.into() })
}

/// Wait until a service on this machine accepts connections.
pub fn wait_for_service(host: impl Into<String>, port: u16, timeout: Duration) -> Action {
    Action::WaitForService(ServiceProbe { host: host.into(), port, timeout_ms: milliseconds(timeout) })
}

/// Hand over to a person: `body` is Markdown, labels are kebab-case.
pub fn escalate<I, S>(title: impl Into<String>, body: impl Into<String>, labels: I) -> Action
where
    I: IntoIterator<Item = S>,
    S: Into<String>,
{
    Action::Escalate(Ticket {
        title: title.into(),
        body: body.into(),
        labels: labels.into_iter().map(Into::into).collect(),
    })
}
