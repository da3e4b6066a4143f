//! Runs a granted program. Needs the grant `process`.

use super::backend;
use crate::types::{EnvVar, Limits};

pub use crate::bindings::capabilities::selfheal::plugin::process::{ProcessError, ProcessRequest, ProcessResult};

/// Runs one program to its end. A program that fails is a result, not an error.
///
/// # Errors
/// When the program is not granted, cannot be started, or the run is being cancelled.
pub fn run(request: &ProcessRequest) -> Result<ProcessResult, ProcessError> {
    backend::process::run(request)
}

impl ProcessRequest {
    /// A program and its arguments, started at the workspace root without further limits, none of its output returned.
    pub fn new<I, S>(argv: I) -> Self
    where
        I: IntoIterator<Item = S>,
        S: Into<String>,
    {
        Self {
            argv: argv.into_iter().map(Into::into).collect(),
            env: Vec::new(),
            directory: ".".to_owned(),
            limits: Limits::default(),
            capture_bytes: 0,
        }
    }

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

    /// Sets limits; the host uses the stricter one of these and its own.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Asks for the end of the standard output, at most 1 MiB.
    #[must_use]
    pub fn capture(mut self, bytes: u32) -> Self {
        self.capture_bytes = bytes;
        self
    }
}

impl ProcessResult {
    /// Whether the program said yes.
    pub fn is_success(&self) -> bool {
        self.outcome.exit_code == Some(0) && !self.outcome.timed_out
    }

    /// The end of the standard output as text; what is not UTF-8 is replaced.
    pub fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.stdout_tail).into_owned()
    }
}
