//! What can be misbehaved, and the part of it that happens before an answer.

use std::hint::black_box;

use plugin_sdk::prelude::*;

/// A way to misbehave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// Never returns.
    Loop,
    /// Allocates and touches memory without end.
    ExhaustMemory,
    /// Calls itself without end.
    Recurse,
    /// Panics with a message.
    Trap,
    /// Ends the process of which it thinks to be one.
    Exit,
    /// Writes a million messages, with terminal escapes and a forged prefix, then answers well.
    FloodLog,
    /// Calls the host a million times, then answers well.
    FloodHost,
    /// Returns many thousand elements.
    ManyElements,
    /// Returns a text of 8 MiB.
    HugeText,
    /// Returns a text that is not UTF-8.
    InvalidText,
    /// Returns numbers that are none, codes that do not exist and empty lists.
    InvalidValues,
    /// Returns regular expressions that do not compile, or only into gigabytes.
    InvalidPatterns,
    /// Returns paths that lead out of the workspace.
    InvalidPaths,
    /// Returns remedies of which each breaks the never-list.
    NeverList,
    /// Returns an error that claims that the call may be repeated at once.
    TransientError,
}

/// The name of each behaviour in the configuration.
pub const NAMES: &[(&str, Behaviour)] = &[
    ("loop", Behaviour::Loop),
    ("exhaust-memory", Behaviour::ExhaustMemory),
    ("recurse", Behaviour::Recurse),
    ("trap", Behaviour::Trap),
    ("exit", Behaviour::Exit),
    ("flood-log", Behaviour::FloodLog),
    ("flood-host", Behaviour::FloodHost),
    ("many-elements", Behaviour::ManyElements),
    ("huge-text", Behaviour::HugeText),
    ("invalid-text", Behaviour::InvalidText),
    ("invalid-values", Behaviour::InvalidValues),
    ("invalid-patterns", Behaviour::InvalidPatterns),
    ("invalid-paths", Behaviour::InvalidPaths),
    ("never-list", Behaviour::NeverList),
    ("transient-error", Behaviour::TransientError),
];

/// A million of something is what a careless loop makes of it.
const FLOOD: u32 = 1_000_000;

/// Misbehaves if the configuration names this function; returns the behaviour where an answer is left to give.
///
/// # Errors
/// When the configuration names no known behaviour, or the behaviour is to return an error.
pub fn act(function: &str) -> Result<Option<Behaviour>, PluginError> {
    match configured(function)? {
        Some(behaviour) => perform(behaviour).map(Some),
        None => Ok(None),
    }
}

/// As [`act`], in a function that was handed a log.
///
/// # Errors
/// As [`act`].
pub fn act_on(function: &str, log: &dyn Log) -> Result<Option<Behaviour>, PluginError> {
    if configured(function)? == Some(Behaviour::FloodHost) {
        for line in 0..FLOOD {
            black_box(log.lines(u64::from(line % 100), 100));
            black_box(log.find("e", 1, 1_000));
        }
        return Ok(None);
    }
    act(function)
}

fn configured(function: &str) -> Result<Option<Behaviour>, PluginError> {
    let config = host::config::json()?;
    let text = |key: &str| config.get(key).and_then(|value| value.as_str());
    let Some(name) = text("behaviour") else {
        return Ok(None);
    };
    if text("in").unwrap_or("propose") != function {
        return Ok(None);
    }
    match NAMES.iter().find(|(known, _)| *known == name) {
        Some((_, behaviour)) => Ok(Some(*behaviour)),
        None => Err(PluginError::invalid_config("behaviour", "unknown-behaviour", name)),
    }
}

fn perform(behaviour: Behaviour) -> Result<Behaviour, PluginError> {
    match behaviour {
        Behaviour::Loop => loop {
            black_box(0);
        },
        Behaviour::ExhaustMemory => exhaust_memory(),
        Behaviour::Recurse => {
            black_box(recurse(1));
        }
        Behaviour::Trap => panic!("the guest panics on purpose"),
        Behaviour::Exit => std::process::exit(7),
        Behaviour::FloodLog => {
            for _ in 0..FLOOD {
                host::log::error("\u{1b}[2J[host] a forged line\r\nwith a second line");
            }
        }
        Behaviour::FloodHost => {
            for _ in 0..FLOOD {
                black_box(host::config::text());
            }
        }
        Behaviour::TransientError => {
            return Err(PluginError::transient(Duration::ZERO, "ask again at once"));
        }
        _ => {}
    }
    Ok(behaviour)
}

fn exhaust_memory() {
    let mut hoard = Vec::new();
    loop {
        hoard.push(vec![1_u8; 1 << 20]);
        black_box(&hoard);
    }
}

/// Each frame keeps a kilobyte, so that no optimiser makes a loop of it and any stack is soon full.
fn recurse(depth: u64) -> u64 {
    let frame = black_box([depth; 128]);
    let below = if black_box(true) { recurse(depth + 1) } else { 0 };
    black_box(frame)[0] + below
}
