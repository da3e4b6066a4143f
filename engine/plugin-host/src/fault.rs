//! How a plugin breaks its contract, as data.
//!
//! A fault never ends a run: the port returns it beside the answers of the other plugins.

use std::fmt;
use std::time::Duration;

use pipeline::event::FaultNote;
use pipeline::id::PluginId;
use wasmtime::component::ResourceTableError;
use wasmtime::{Trap, WasmBacktrace};
use wasmtime_wasi::I32Exit;

use crate::inspect::Role;

/// Longest panic message that is kept, in bytes.
const MESSAGE_LIMIT: usize = 4 * 1024;
/// Frames from which on a stack counts as deep. Plugins that do their work stay well below.
pub(crate) const DEEP: usize = 256;

/// A plugin that broke its contract, or said by itself that it cannot answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{plugin} as {role}: {kind}")]
pub struct PluginFault {
    /// Which plugin.
    pub plugin: PluginId,
    /// In which role.
    pub role: Role,
    /// What happened.
    pub kind: FaultKind,
}

impl PluginFault {
    /// The same for the journal.
    pub fn note(&self) -> FaultNote {
        FaultNote {
            plugin: self.plugin.to_string(),
            code: self.kind.code().to_owned(),
            message: format!("{}: {}", self.role, self.kind),
        }
    }
}

/// What went wrong. [`FaultKind::code`] is stable; the text is for people.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// The call's processor time or wall-clock time was up.
    Timeout(String),
    /// The host refused it more memory, tables, instances or handles, and it did not get by without.
    MemoryLimit,
    /// It recursed too deeply.
    StackOverflow,
    /// It hit a trap, e.g. a division by zero.
    Trap(String),
    /// It panicked; the text is the end of what it wrote to standard error.
    Panic(String),
    /// It ended itself with this exit code.
    Exited(i32),
    /// Its answer is over a limit of the contract or is not valid.
    Garbage(String),
    /// It called the host more often than one call may.
    HostCallLimit,
    /// It may not be loaded.
    LoadRefused(String),
    /// It could not be compiled.
    CompileFailed(String),
    /// It answered with an error.
    Answered {
        /// The case's name in `plugin-error`, e.g. `invalid-config`.
        code: &'static str,
        /// What it said.
        message: String,
        /// For `transient`: when it may be asked again.
        retry_after: Option<Duration>,
    },
}

impl FaultKind {
    /// Stable code, listed in `wit/README.md`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Timeout(_) => "timeout",
            Self::MemoryLimit => "memory-limit",
            Self::StackOverflow => "stack-overflow",
            Self::Trap(_) => "trap",
            Self::Panic(_) => "panic",
            Self::Exited(_) => "exited",
            Self::Garbage(_) => "garbage",
            Self::HostCallLimit => "host-call-limit",
            Self::LoadRefused(_) => "load-refused",
            Self::CompileFailed(_) => "compile-failed",
            Self::Answered { code, .. } => code,
        }
    }

    /// Whether the plugin broke its contract, rather than said that it cannot answer.
    pub fn is_breach(&self) -> bool {
        !matches!(self, Self::Answered { .. })
    }

    /// Whether the next call would end the same way, so that there is no point in making it.
    pub fn is_final(&self) -> bool {
        match self {
            Self::LoadRefused(_) | Self::CompileFailed(_) => true,
            Self::Answered { code, .. } => *code == "invalid-config",
            _ => false,
        }
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Timeout(what) => write!(f, "stopped: {what}"),
            Self::MemoryLimit => {
                f.write_str("stopped: needed more memory, tables, instances or handles than a plugin gets")
            }
            Self::StackOverflow => f.write_str("stopped: recursed too deeply"),
            Self::Trap(what) => write!(f, "trapped: {what}"),
            Self::Panic(message) => write!(f, "panicked: {message}"),
            Self::Exited(code) => write!(f, "ended itself with exit code {code}"),
            Self::Garbage(what) => write!(f, "gave an invalid answer: {what}"),
            Self::HostCallLimit => f.write_str("stopped: called the host too often"),
            Self::LoadRefused(why) => write!(f, "not loaded: {why}"),
            Self::CompileFailed(why) => write!(f, "not compiled: {why}"),
            Self::Answered { code, message, .. } => write!(f, "answered {code}: {message}"),
        }
    }
}

/// Raised by host functions when the call's budget of host calls is spent.
#[derive(Debug, thiserror::Error)]
#[error("the call's budget of host calls is spent")]
pub(crate) struct HostCallsSpent;

/// What a call left behind that tells one trap from another.
#[derive(Clone, Debug, Default)]
pub(crate) struct CallTraces {
    /// Whether the host refused it memory, a table or an instance.
    pub was_refused_memory: bool,
    /// What it wrote to standard error.
    pub stderr: String,
}

/// Sorts an error of wasmtime into a kind.
pub(crate) fn classify(error: &wasmtime::Error, traces: &CallTraces) -> FaultKind {
    if error.downcast_ref::<HostCallsSpent>().is_some() {
        return FaultKind::HostCallLimit;
    }
    if let Some(exit) = error.downcast_ref::<I32Exit>() {
        return FaultKind::Exited(exit.0);
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::Interrupt | Trap::OutOfFuel) => FaultKind::Timeout("its processor time is up".to_owned()),
        Some(Trap::StackOverflow) => FaultKind::StackOverflow,
        Some(Trap::AllocationTooLarge) => FaultKind::MemoryLimit,
        // Compilers keep a second stack in linear memory, below everything else: its overflow is an access out of bounds.
        Some(Trap::MemoryOutOfBounds) if is_deep(error) => FaultKind::StackOverflow,
        Some(_) if traces.was_refused_memory => FaultKind::MemoryLimit,
        Some(Trap::UnreachableCodeReached) if !traces.stderr.trim().is_empty() => {
            FaultKind::Panic(shortened(traces.stderr.trim()))
        }
        Some(trap) => FaultKind::Trap(trap.to_string()),
        None if traces.was_refused_memory || is_over_a_limit(error) => FaultKind::MemoryLimit,
        // Everything else comes from reading what the guest passed: text that is not UTF-8, a list out of bounds, an
        // unknown case, more bytes or handles than a call may use.
        None => FaultKind::Garbage(shortened(&format!("{:#}", error.root_cause()))),
    }
}

/// Sorts an error of making instances of a component, before any of its code runs. `reason` is for everything else.
pub(crate) fn of_loading(error: &wasmtime::Error, reason: fn(String) -> FaultKind) -> FaultKind {
    if is_over_a_limit(error) { FaultKind::MemoryLimit } else { reason(format!("{error:#}")) }
}

/// Whether the guest wanted more instances, tables, memories or handles than a call may have. For most of them wasmtime has
/// no type of its own, only these words.
fn is_over_a_limit(error: &wasmtime::Error) -> bool {
    const WORDS: [&str; 4] = [
        "resource limit exceeded",
        "which exceeds the limit of",
        "exceeds the per-instance limit of",
        "exceeds the configured maximum",
    ];
    let is_full = matches!(error.downcast_ref::<ResourceTableError>(), Some(ResourceTableError::Full));
    let cause = error.root_cause().to_string();
    is_full || WORDS.iter().any(|words| cause.contains(words))
}

/// Whether the guest was in a deep recursion.
fn is_deep(error: &wasmtime::Error) -> bool {
    error.downcast_ref::<WasmBacktrace>().is_some_and(|backtrace| backtrace.frames().len() >= DEEP)
}

/// The end of a message, without control characters.
fn shortened(message: &str) -> String {
    let mut start = message.len().saturating_sub(MESSAGE_LIMIT);
    while !message.is_char_boundary(start) {
        start += 1;
    }
    crate::host::log::escaped(&message[start..])
}
