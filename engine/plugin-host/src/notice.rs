//! What the host tells whoever started it, beside the answers.

use std::fmt;
use std::path::PathBuf;

use crate::inspect::Role;

/// One call of a role function, as the host saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TracedCall {
    /// The id.
    pub plugin: String,
    /// The role.
    pub role: Role,
    /// The function, e.g. `propose`.
    pub function: &'static str,
    /// Wall-clock time in microseconds, instantiation included.
    pub micros: u64,
    /// Memory that the guest had at its end, in bytes. It never shrinks, so this is the most that it had.
    pub memory: u64,
    /// How much it answered: the answer written as text, in bytes. 0 for a fault.
    pub answer: usize,
    /// What went wrong, if something did.
    pub fault: Option<String>,
}

/// Something worth showing. None of these changes what a call answers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Notice {
    /// Machine code is made for plugins that are not in the cache: the first run, or a new version.
    Compiling {
        /// How many plugins.
        count: usize,
    },
    /// The machine code of the last [`Notice::Compiling`] is ready.
    Compiled {
        /// How many plugins.
        count: usize,
        /// Wall-clock time, in milliseconds.
        ms: u64,
    },
    /// A plugin of a directory is used instead of another one of the same id.
    Replaced {
        /// The id.
        plugin: String,
        /// The file that is used.
        by: PathBuf,
        /// What it replaces: `embedded`, or the other file.
        replaces: String,
    },
    /// A plugin is not used.
    Refused {
        /// The id.
        plugin: String,
        /// Why, and what to do about it.
        reason: String,
    },
    /// Plugins were added, replaced or removed while the host was in use; the next call uses what is there now.
    TakenUp {
        /// Their ids.
        plugins: Vec<String>,
    },
    /// What is there now cannot be used; everything stays as it was.
    KeptOld {
        /// The id of the plugin that is in the way; empty where it is none of them.
        plugin: String,
        /// Why.
        reason: String,
    },
    /// An entry of the compiled-code cache was not believed; it is made again.
    CacheRejected {
        /// The id.
        plugin: String,
        /// Why.
        reason: String,
    },
    /// The compiled-code cache cannot be used; everything is compiled again at each run.
    CacheUnusable {
        /// Why.
        reason: String,
    },
    /// A plugin broke its contract so often that it is not asked any more in this run.
    Benched {
        /// The id.
        plugin: String,
        /// How often it did.
        faults: u32,
    },
    /// A notifier was to be told something and failed. The run is not concerned.
    NotTold {
        /// The id.
        plugin: String,
        /// Why.
        reason: String,
    },
    /// A plugin asked a server something, or tried to.
    Request {
        /// The id.
        plugin: String,
        /// Method, e.g. `GET`.
        method: String,
        /// Address without the values of its query and without what looks like a token.
        url: String,
        /// How it ended: `answered`, `denied`, `unreachable`, `too large`, or `given up` when its time was up.
        outcome: &'static str,
        /// Status code, when it was answered.
        status: Option<u16>,
    },
    /// A plugin was called. Only where [`HostOptions::traces_calls`](crate::HostOptions::traces_calls) asks for it.
    Called(TracedCall),
    /// A plugin wrote to its log, or a program did that it ran.
    Log {
        /// The id.
        plugin: String,
        /// `error`, `warn`, `info`, `debug` or `trace`.
        level: String,
        /// The message, control characters escaped.
        message: String,
    },
}

impl fmt::Display for Notice {
    /// One line for a person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plugins = |count: usize| if count == 1 { "plugin" } else { "plugins" };
        match self {
            Self::Compiling { count } => write!(f, "compiling {count} {} (first run)", plugins(*count)),
            Self::Compiled { count, ms } => {
                write!(f, "compiled {count} {} in {:.1} s", plugins(*count), *ms as f64 / 1000.0)
            }
            Self::Replaced { plugin, by, replaces } if replaces == "embedded" => {
                write!(f, "plugin {plugin} from {} replaces the embedded one", by.display())
            }
            Self::Replaced { plugin, by, replaces } => {
                write!(f, "plugin {plugin} from {} replaces the one from {replaces}", by.display())
            }
            Self::Refused { plugin, reason } => write!(f, "plugin {plugin} is not used: {reason}"),
            Self::TakenUp { plugins } => write!(f, "plugins changed and are taken up: {}", plugins.join(", ")),
            Self::KeptOld { plugin, reason } if plugin.is_empty() => {
                write!(f, "plugins changed, and those in use stay: {reason}")
            }
            Self::KeptOld { plugin, reason } => {
                write!(f, "plugin {plugin} changed, and what was in use stays: {reason}")
            }
            Self::CacheRejected { plugin, reason } => {
                write!(f, "the compiled code of plugin {plugin} is made again: {reason}")
            }
            Self::CacheUnusable { reason } => write!(f, "plugins are compiled at each run: failed to {reason}"),
            Self::Benched { plugin, faults } => {
                write!(f, "plugin {plugin} is not asked any more in this run: it broke its contract {faults} times")
            }
            Self::NotTold { plugin, reason } => write!(f, "notifier {plugin} failed: {reason}"),
            Self::Request { plugin, method, url, status: Some(status), .. } => {
                write!(f, "{plugin} asked {method} {url}: {status}")
            }
            Self::Request { plugin, method, url, outcome, status: None } => {
                write!(f, "{plugin} asked {method} {url}: {outcome}")
            }
            Self::Called(call) => call.fmt(f),
            Self::Log { plugin, level, message } => write!(f, "{plugin}: {level}: {message}"),
        }
    }
}

impl fmt::Display for TracedCall {
    /// One line for a person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (ms, mib) = (self.micros as f64 / 1000.0, self.memory as f64 / f64::from(1 << 20));
        write!(f, "{} {}.{} took {ms:.2} ms, {mib:.1} MiB: ", self.plugin, self.role, self.function)?;
        match &self.fault {
            Some(fault) => f.write_str(fault),
            None => write!(f, "answered {} bytes", self.answer),
        }
    }
}
