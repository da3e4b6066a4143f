//! From the line that a rule matched down to the line that names the cause: the end of a traceback, the last of a chain of
//! causes, the exception of a failed test.

use crate::kept::{AroundLine, Match};
use crate::shape;

/// Kinds of block that rules may name in their `block` fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Block {
    PythonTraceback,
    JvmTrace,
    NpmError,
    CargoError,
    Compiler,
}

impl Block {
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "python-traceback" => Some(Self::PythonTraceback),
            "jvm-trace" => Some(Self::JvmTrace),
            "npm-error" => Some(Self::NpmError),
            "cargo-error" => Some(Self::CargoError),
            "compiler" => Some(Self::Compiler),
            _ => None,
        }
    }

    /// The line of the block that names the cause, when it is below the matched one: of a traceback its last line, of a
    /// chain of causes the last, of a failed test the exception, of npm's code the message.
    pub(crate) fn cause_below(self, found: &Match, after: &[AroundLine]) -> Option<AroundLine> {
        match self {
            Self::PythonTraceback if found.text.contains("Traceback (most recent call last)") => after
                .iter()
                .find(|line| !line.text.is_empty() && !line.text.starts_with([' ', '\t', '|', '+']))
                .cloned(),
            Self::JvmTrace => {
                let in_trace = after.iter().take_while(|line| is_jvm_trace_line(&line.text));
                in_trace.filter(|line| line.text.trim_start().starts_with("Caused by:")).last().cloned()
            }
            Self::CargoError => last_of_chain(after),
            Self::NpmError if npm_key(&found.text) == Some("code") => after
                .iter()
                .take_while(|line| line.text.trim().is_empty() || shape::level(&line.text).is_some())
                .find(|line| npm_key(&line.text).is_none() && !shape::is_blank(&line.text))
                .cloned(),
            _ => None,
        }
    }
}

fn is_jvm_trace_line(text: &str) -> bool {
    shape::is_frame(text) || shape::is_chain(text)
}

/// The word in front of the value when a line of npm's error block is one of its facts, not its message.
fn npm_key(text: &str) -> Option<&str> {
    const KEYS: [&str; 14] = [
        "code", "errno", "syscall", "path", "argv", "node", "npm", "cwd", "dest", "file", "type", "System", "command",
        "network",
    ];
    let rest = text.strip_prefix("npm ERR!").or_else(|| text.strip_prefix("npm error"))?.trim_start();
    let word = rest.split_whitespace().next()?;
    KEYS.into_iter().find(|key| *key == word)
}

/// Cargo prints a chain of causes from the outermost to the innermost: `Caused by:`, then the cause, indented.
fn last_of_chain(after: &[AroundLine]) -> Option<AroundLine> {
    let mut last = None;
    let mut is_next = false;
    for line in after {
        let text = line.text.as_str();
        if text.trim().is_empty() {
            continue;
        }
        if text.trim_end() == "Caused by:" {
            is_next = true;
        } else if is_next {
            last = Some(line.clone());
            is_next = false;
        } else if shape::indent(text) == 0 {
            break;
        }
    }
    last
}

/// The exception of a failed test, when it stands right below the headings that name the test.
pub(crate) fn exception_below(after: &[AroundLine]) -> Option<AroundLine> {
    // Minitest names the test on a line between heading and exception.
    let is_name = |text: &str| text.contains('#') && text.ends_with(':');
    let mut below = after.iter().skip_while(|line| shape::is_test_heading(&line.text) || is_name(&line.text));
    below.next().filter(|line| shape::is_exception(&line.text)).cloned()
}
