//! Constructors of [`PluginError`], and what the host's refusals become when a plugin cannot go on without an answer.

use std::time::Duration;

use crate::host::http::HttpError;
use crate::host::process::ProcessError;
use crate::host::state::StateError;
use crate::host::workspace::WorkspaceError;
use crate::types::{Attr, Diagnostic, Failure, PluginError, RetryHint, milliseconds};

impl PluginError {
    /// The configuration is unusable: `path` is the dotted path of the offending key, `code` is kebab-case.
    pub fn invalid_config(path: impl Into<String>, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::InvalidConfig(vec![Diagnostic { path: path.into(), code: code.into(), message: message.into() }])
    }

    /// The request is outside of what the plugin knows.
    pub fn unsupported(message: impl Into<String>) -> Self {
        Self::Unsupported(message.into())
    }

    /// The host denied something that the plugin cannot do without.
    pub fn denied(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Denied(Failure { code: code.into(), message: message.into(), attrs: Vec::new() })
    }

    /// The same call may succeed later, but not sooner than `after`.
    pub fn transient(after: Duration, message: impl Into<String>) -> Self {
        Self::Transient(RetryHint { after_ms: milliseconds(after), message: message.into() })
    }

    /// The plugin tried and failed. Codes are listed in `wit/README.md`.
    pub fn failed(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Failed(Failure { code: code.into(), message: message.into(), attrs: Vec::new() })
    }

    /// The same error with a further fact; an error that has no place for facts stays as it is.
    #[must_use]
    pub fn with_attr(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        if let Self::Denied(failure) | Self::Failed(failure) = &mut self {
            failure.attrs.push(Attr::new(key, value));
        }
        self
    }
}

impl From<WorkspaceError> for PluginError {
    fn from(error: WorkspaceError) -> Self {
        match error {
            WorkspaceError::Denied(message) => Self::denied("workspace-denied", message),
            WorkspaceError::NotFound => Self::failed("not-found", "the path does not exist"),
            WorkspaceError::BudgetSpent => Self::failed("budget-spent", "the call's reading budget is spent"),
            WorkspaceError::Failed(message) => Self::failed("io-failed", message),
        }
    }
}

impl From<ProcessError> for PluginError {
    fn from(error: ProcessError) -> Self {
        match error {
            ProcessError::Denied(message) => Self::denied("process-denied", message),
            ProcessError::NotStarted(message) => Self::failed("not-started", message),
            ProcessError::Cancelled => Self::failed("cancelled", "the run is being cancelled"),
        }
    }
}

impl From<HttpError> for PluginError {
    fn from(error: HttpError) -> Self {
        match error {
            HttpError::Denied(message) => Self::denied("http-denied", message),
            HttpError::Unreachable(message) => Self::failed("unreachable", message),
            HttpError::TooLarge => Self::failed("too-large", "the response is larger than the limit"),
            HttpError::TimedOut => Self::failed("timed-out", "the server did not answer in time"),
        }
    }
}

impl From<StateError> for PluginError {
    fn from(error: StateError) -> Self {
        match error {
            StateError::TooLarge => Self::failed("too-large", "the plugin's store is over its limit"),
            StateError::Failed(message) => Self::failed("io-failed", message),
        }
    }
}
