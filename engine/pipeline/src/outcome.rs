//! What an attempt left behind, and the words for how things end.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Measured facts about one attempt. The host measures them; no plugin can claim them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Exit code; absent when a signal ended the process or it never started.
    pub exit_code: Option<i32>,
    /// Signal that ended the process.
    pub signal: Option<u32>,
    /// Whether the host stopped the attempt because its time was up.
    pub timed_out: bool,
    /// Whether the host stopped the attempt because the run was cancelled.
    pub cancelled: bool,
    /// Wall-clock time in milliseconds.
    pub duration_ms: u64,
    /// Processor time of the process tree in milliseconds.
    pub cpu_ms: u64,
    /// Largest resident set of any one process of the tree, in bytes.
    pub peak_memory_bytes: Option<u64>,
    /// Processes of the tree that the kernel killed for lack of memory; absent where there is no counter.
    pub oom_kills: Option<u64>,
    /// Size of the log in bytes.
    pub log_bytes: u64,
    /// Whether the log hit its cap.
    pub log_truncated: bool,
    /// Why nothing could be started, when nothing could.
    pub not_started: Option<String>,
    /// Set when the engine or a plugin broke; then the attempt is an `error`, never a failed build.
    pub fault: Option<String>,
    /// Gates that did not pass, with the reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed_gates: Vec<String>,
    /// The service of the stage that was not ready in time or ended, and what it did; then the exit code or signal is the
    /// service's own, or 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed_service: Option<String>,
    /// The memory limit that was in force for any one process, in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_limit_bytes: Option<u64>,
    /// What the runner measured, at most [`MOST_MEASURES`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<Metric>,
    /// Files that the runner says the attempt made, at most [`MOST_MEASURES`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub artifacts: Vec<Artifact>,
}

/// Metrics and artifacts of one attempt that are journaled; a record of the journal is read and shown as a whole.
pub const MOST_MEASURES: usize = 200;

/// A value that a runner measured. Mirrors `metric` of `wit/v0/runner.wit`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metric {
    /// Dotted name, e.g. `coverage.line-percent`.
    pub name: String,
    /// Value.
    pub value: f64,
    /// Unit in UCUM notation; empty for a count.
    pub unit: String,
}

/// A file that a stage made, as its runner says. Mirrors `artifact` of `wit/v0/runner.wit`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Artifact {
    /// Path relative to the workspace root.
    pub path: String,
    /// Media type.
    pub media_type: String,
    /// What it is, for a person.
    pub title: String,
}

impl Outcome {
    /// Whether the tools said yes.
    pub fn is_success(&self) -> bool {
        self.exit_code == Some(0)
            && self.fault.is_none()
            && self.not_started.is_none()
            && !self.timed_out
            && !self.cancelled
            && self.failed_gates.is_empty()
            && self.failed_service.is_none()
    }

    /// Leaves out what is more than is journaled of metrics and artifacts, and metrics that are no numbers.
    pub fn bound_measures(&mut self) {
        self.metrics.retain(|metric| metric.value.is_finite());
        self.metrics.truncate(MOST_MEASURES);
        self.artifacts.truncate(MOST_MEASURES);
    }

    /// The result word for an attempt that ended like this.
    pub fn result(&self) -> RunResult {
        if self.cancelled {
            RunResult::Cancellation
        } else if self.fault.is_some() {
            RunResult::Error
        } else if self.timed_out {
            RunResult::Timeout
        } else if self.is_success() {
            RunResult::Success
        } else {
            RunResult::Failure
        }
    }

    /// The exit code a shell would report: the code itself, 128 + signal, 124 after a timeout, 127 when nothing started.
    pub fn shell_code(&self) -> i32 {
        match (self.exit_code, self.signal) {
            _ if self.timed_out => 124,
            (Some(code), _) => code,
            (None, Some(signal)) => 128 + i32::try_from(signal).unwrap_or(0),
            (None, None) => 127,
        }
    }
}

impl fmt::Display for Outcome {
    /// For a person: `exit code 1`, `signal 9`, `stopped after 10.0 s`, …
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(fault) = &self.fault {
            return write!(f, "engine error: {fault}");
        }
        if let Some(reason) = &self.not_started {
            return write!(f, "not started: {reason}");
        }
        if self.timed_out {
            return write!(f, "stopped after {:.1} s", self.duration_ms as f64 / 1000.0);
        }
        if self.cancelled {
            return f.write_str("cancelled");
        }
        if let Some(service) = &self.failed_service {
            return f.write_str(service);
        }
        match (self.exit_code, self.signal) {
            (Some(code), _) if self.failed_gates.is_empty() => write!(f, "exit code {code}"),
            (Some(_), _) => write!(f, "gate not passed: {}", self.failed_gates.join(", ")),
            (None, Some(signal)) => write!(f, "signal {signal}"),
            (None, None) => f.write_str("no exit code"),
        }
    }
}

/// How a stage or a run ended, in OpenTelemetry's words (`cicd.pipeline.result`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunResult {
    /// The tools said yes.
    Success,
    /// The tools said no.
    Failure,
    /// The engine or a plugin broke.
    Error,
    /// Time was up.
    Timeout,
    /// Somebody stopped it.
    Cancellation,
    /// It was not needed or could not be reached.
    Skip,
}

impl RunResult {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Error => "error",
            Self::Timeout => "timeout",
            Self::Cancellation => "cancellation",
            Self::Skip => "skip",
        }
    }
}

/// How much a success is worth. The worst one wins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Qualifier {
    /// Passed at once.
    #[default]
    Clean,
    /// Passed because of a remedy.
    Healed,
    /// Passed and failed on the same inputs.
    FlakySuspect,
    /// Failed, and passed when it was run again because a person vouches that the failure is flaky.
    Quarantined,
}

impl Qualifier {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Healed => "healed",
            Self::FlakySuspect => "flaky-suspect",
            Self::Quarantined => "quarantined",
        }
    }
}
