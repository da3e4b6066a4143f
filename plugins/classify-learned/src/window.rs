//! Which lines of a log are read, and how much each counts.
//!
//! The end of the log and the surroundings of the first line that speaks of failure are fetched; of those, lines with such a
//! word count in full, their neighbours and the last lines less, and the rest is not looked at.

use plugin_sdk::types::{Log, LogLine};

/// Lines that are fetched from the end of a log.
const TAIL: u32 = 1_200;
/// Lines that are fetched around the line that the host asks about, half of them above it.
const AROUND: u32 = 80;
/// Most lines that are scored: bounds the time of a call.
const MOST_SCORED: usize = 160;
/// Of those, the ones that are taken from the start when there are more.
const FIRST_SCORED: usize = 60;
/// Distance at which a line is a neighbour of one with a failure word.
const NEIGHBOUR: usize = 2;
/// Last lines that are scored whatever they say.
const LAST: usize = 15;

/// Weight of a line with a failure word.
const WEIGHT_HIT: f32 = 1.0;
/// Weight of a neighbour of one.
const WEIGHT_NEIGHBOUR: f32 = 0.8;
/// Weight of one of the last lines.
const WEIGHT_LAST: f32 = 0.7;

/// What lines that speak of failure contain, in lower case. ASCII letters of a line match in either case.
pub const FAILURE_WORDS: &[&str] = &[
    "error",
    "fail",
    "fatal",
    "exception",
    "panic",
    "cannot",
    "can't",
    "could not",
    "couldn't",
    "unable to",
    "denied",
    "refused",
    "reset by peer",
    "killed",
    "timed out",
    "timeout",
    "not found",
    "no such",
    "missing",
    "invalid",
    "abort",
    "unexpected",
    "undefined",
    "conflict",
    "reject",
    "expired",
    "exceed",
    "mismatch",
    "unresolved",
    "unsupported",
    "forbidden",
    "unauthorized",
    "no space left",
    "out of memory",
    "already in use",
    "not recognized",
    "too many",
    "unknown",
    "violation",
    "vulnerab",
    "would reformat",
    "npm err",
    "cancel",
    "terminated",
    "lost",
    "incompatible",
    "does not",
    "doesn't",
    "warning: data race",
    "segmentation",
    "core dumped",
    "✗",
    "✖",
    "✕",
    "●",
];

/// A line to be scored.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// 1-based number and text.
    pub line: LogLine,
    /// How much it counts, from 0 to 1.
    pub weight: f32,
}

/// The failure words by their first byte: a line is gone through once for all of them.
struct Words {
    by_first: [Vec<&'static [u8]>; 256],
}

impl Words {
    fn new() -> Self {
        let mut by_first = [const { Vec::new() }; 256];
        for word in FAILURE_WORDS.iter().map(|word| word.as_bytes()) {
            by_first[usize::from(word[0])].push(word);
        }
        Self { by_first }
    }

    fn are_in(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        let begins_here = |(place, byte): (usize, &u8)| {
            let words = &self.by_first[usize::from(byte.to_ascii_lowercase())];
            let rest = &bytes[place..];
            words.iter().any(|word| rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word)))
        };
        bytes.iter().enumerate().any(begins_here)
    }
}

/// Whether a line speaks of failure.
pub fn speaks_of_failure(text: &str) -> bool {
    Words::new().are_in(text)
}

/// Returns the lines to score, in the order of the log. `asked` is the number of the line that the host asks about.
pub fn read(log: &dyn Log, asked: u64) -> Vec<Reading> {
    let tail_start = log.line_count().saturating_sub(u64::from(TAIL)) + 1;
    let mut lines = Vec::new();
    if asked < tail_start {
        let first = asked.saturating_sub(u64::from(AROUND) / 2).max(1);
        lines = log.lines(first, AROUND);
        lines.retain(|line| line.line < tail_start);
    }
    lines.extend(log.lines(tail_start, TAIL));
    chosen(lines)
}

/// Weighs lines and drops those that do not count.
fn chosen(lines: Vec<LogLine>) -> Vec<Reading> {
    let words = Words::new();
    let hits: Vec<bool> = lines.iter().map(|line| words.are_in(&line.text)).collect();
    let count = lines.len();
    let weight = |place: usize| {
        let near = place.saturating_sub(NEIGHBOUR)..(place + NEIGHBOUR + 1).min(count);
        if hits[place] {
            WEIGHT_HIT
        } else if hits[near].contains(&true) {
            WEIGHT_NEIGHBOUR
        } else if place + LAST >= count {
            WEIGHT_LAST
        } else {
            0.0
        }
    };
    let weights: Vec<f32> = (0..count).map(weight).collect();
    let mut readings: Vec<Reading> = lines
        .into_iter()
        .zip(weights)
        .filter(|(line, weight)| *weight > 0.0 && !line.text.trim().is_empty())
        .map(|(line, weight)| Reading { line, weight })
        .collect();
    if readings.len() > MOST_SCORED {
        readings.drain(FIRST_SCORED..readings.len() - (MOST_SCORED - FIRST_SCORED));
    }
    readings
}
