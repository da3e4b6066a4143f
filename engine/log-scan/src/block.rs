//! Lines that belong together: a traceback, a chain of causes, a tool's paragraph.

use crate::kept::{AroundLine, Match};

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
    /// chain of exceptions the last `Caused by`.
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
            _ => None,
        }
    }

    /// How many of the lines before and after the match belong to its block.
    pub(crate) fn extent(self, before: &[AroundLine], after: &[AroundLine]) -> (usize, usize) {
        let above = |belongs: fn(&str) -> bool| before.iter().rev().take_while(|line| belongs(&line.text)).count();
        let below = |belongs: fn(&str) -> bool| after.iter().take_while(|line| belongs(&line.text)).count();
        match self {
            Self::PythonTraceback => {
                let start =
                    before.iter().rev().position(|line| line.text.contains("Traceback (most recent call last)"));
                (start.map_or(0, |distance| distance + 1), 0)
            }
            Self::JvmTrace => (above(is_jvm_trace_line), below(is_jvm_trace_line)),
            Self::NpmError => (above(is_npm_line), below(is_npm_line)),
            Self::CargoError => (0, below(|text| !text.trim().is_empty())),
            Self::Compiler => {
                (0, below(|text| text.starts_with([' ', '\t', '|', '^', '~']) && !text.trim().is_empty()))
            }
        }
    }
}

fn is_jvm_trace_line(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with("at ")
        || text.starts_with("... ")
        || text.starts_with("Caused by:")
        || text.starts_with("Suppressed:")
}

fn is_npm_line(text: &str) -> bool {
    text.starts_with("npm ERR!") || text.starts_with("npm error")
}
