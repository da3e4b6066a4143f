//! The records that every role shares, and what can be asked of them.

use std::time::Duration;

pub use crate::bindings::capabilities::selfheal::plugin::types::{
    Attr, Capture, Command, Diagnostic, Disposition, EnvVar, Failure, Finding, Limits, LogLine, Outcome, PluginError,
    RetryHint, Stage, Tool,
};

use crate::bindings::capabilities::selfheal::plugin::log_source::LogReader;

/// A failed attempt's log: the host's in a component, a list of lines in a test ([`crate::testing::LogText`]).
///
/// Line numbers are 1-based. The limits of `wit/v0/host.wit` apply in both.
pub trait Log {
    /// Returns the number of lines.
    fn line_count(&self) -> u64;
    /// Returns at most `count` lines from line `first` on; none when `first` is 0 or past the end.
    fn lines(&self, first: u64, count: u32) -> Vec<LogLine>;
    /// Returns the numbers of the first `limit` lines at or after line `first` that contain `text`.
    fn find(&self, text: &str, first: u64, limit: u32) -> Vec<u64>;

    /// Returns one line; none for line 0 or past the end.
    fn line(&self, number: u64) -> Option<LogLine> {
        self.lines(number, 1).pop()
    }

    /// Returns at most `count` lines right above a line, in the log's order.
    fn above(&self, line: u64, count: u32) -> Vec<LogLine> {
        let first = line.saturating_sub(u64::from(count)).max(1);
        self.lines(first, u32::try_from(line.saturating_sub(first)).unwrap_or(count))
    }

    /// Returns at most `count` lines right below a line.
    fn below(&self, line: u64, count: u32) -> Vec<LogLine> {
        self.lines(line.saturating_add(1), count)
    }

    /// Returns the first `limit` lines that contain `text`.
    fn containing(&self, text: &str, limit: u32) -> Vec<LogLine> {
        self.find(text, 1, limit).into_iter().filter_map(|number| self.line(number)).collect()
    }
}

impl Log for LogReader {
    fn line_count(&self) -> u64 {
        LogReader::line_count(self)
    }

    fn lines(&self, first: u64, count: u32) -> Vec<LogLine> {
        LogReader::lines(self, first, count)
    }

    fn find(&self, text: &str, first: u64, limit: u32) -> Vec<u64> {
        LogReader::find(self, text, first, limit)
    }
}

/// Value of the first pair with this key.
pub(crate) fn attr_value<'a>(attrs: &'a [Attr], key: &str) -> Option<&'a str> {
    attrs.iter().find(|attr| attr.key == key).map(|attr| attr.value.as_str())
}

/// Value of a capture that is not empty. The name of a regular expression's group cannot hold a hyphen, and kebab-case is
/// what the rest of the contract uses, so both spellings mean the same.
pub(crate) fn capture_value<'a>(captures: &'a [Capture], name: &str) -> Option<&'a str> {
    let same = |a: &str, b: &str| a.len() == b.len() && a.replace('_', "-") == b.replace('_', "-");
    let capture = captures.iter().find(|capture| same(&capture.name, name))?;
    (!capture.value.is_empty()).then_some(capture.value.as_str())
}

impl Attr {
    /// A pair.
    pub fn new(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self { key: key.into(), value: value.into() }
    }
}

impl EnvVar {
    /// A variable with its value.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

impl Command {
    /// The command as one text: the script, or the arguments joined by spaces. For looking at, not for running.
    pub fn text(&self) -> String {
        match self {
            Self::Shell(script) => script.clone(),
            Self::Argv(argv) => argv.join(" "),
        }
    }
}

impl Default for Limits {
    /// No limit at all.
    fn default() -> Self {
        Self { timeout_ms: None, memory_bytes: None, cpu_ms: None, open_files: None, jobs: None }
    }
}

impl Default for Outcome {
    /// Everything zero or absent.
    fn default() -> Self {
        Self {
            exit_code: None,
            signal: None,
            timed_out: false,
            duration_ms: 0,
            cpu_ms: 0,
            peak_memory_bytes: None,
            oom_kills: None,
            log_bytes: 0,
            log_truncated: false,
            attrs: Vec::new(),
        }
    }
}

impl Stage {
    /// Value of an attribute.
    pub fn attr(&self, key: &str) -> Option<&str> {
        attr_value(&self.attrs, key)
    }
}

impl Outcome {
    /// Value of an attribute.
    pub fn attr(&self, key: &str) -> Option<&str> {
        attr_value(&self.attrs, key)
    }

    /// Whether a counter of the kernel says that memory ran out. An exit code of 137 alone does not.
    pub fn is_out_of_memory(&self) -> bool {
        self.oom_kills.is_some_and(|kills| kills > 0)
    }
}

impl Finding {
    /// What a capture group of the rule matched; never an empty text. `-` and `_` in names are the same.
    pub fn capture(&self, name: &str) -> Option<&str> {
        capture_value(&self.captures, name)
    }

    /// Value of an attribute.
    pub fn attr(&self, key: &str) -> Option<&str> {
        attr_value(&self.attrs, key)
    }

    /// Gives the first capture whose name `is_meant` accepts this name, unless one of this name has a value. Captures without
    /// a value are dropped.
    ///
    /// A regular expression cannot use one name twice, so the branches of a pattern use other names of the list for the same
    /// thing; a classifier's second look gives it the name that healers look for.
    pub fn name_capture(&mut self, name: &str, is_meant: impl Fn(&str) -> bool) {
        self.captures.retain(|capture| !capture.value.is_empty());
        if self.capture(name).is_none()
            && let Some(capture) = self.captures.iter_mut().find(|capture| is_meant(&capture.name))
        {
            capture.name = name.to_owned();
        }
    }

    /// The time that a server asked for, from the capture `retry-after` in whole seconds.
    pub fn retry_after(&self) -> Option<Duration> {
        self.capture("retry-after")?.trim().parse().ok().map(Duration::from_secs)
    }
}

/// A duration in whole milliseconds, as the contract counts them; saturates.
pub(crate) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
