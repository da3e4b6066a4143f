//! Lines worth reading when no rule knows the cause.

use std::collections::BTreeMap;

use crate::diagnosis::ContextLine;
use crate::scan::Found;

/// Most lines of an excerpt.
const MOST: usize = 20;
/// How many of them are simply the last ones.
const LAST: usize = 8;
/// Words that people look for first.
const WORDS: [&str; 12] = [
    "error",
    "fatal",
    "fail",
    "exception",
    "panic",
    "traceback",
    "cannot",
    "denied",
    "not found",
    "killed",
    "abort",
    "timed out",
];

/// The lines of the log's end that look like errors, those that some rule matched, and the very last ones.
pub(crate) fn excerpt(found: &Found) -> Vec<ContextLine> {
    let has_text = |line: &&ContextLine| !line.text.trim().is_empty();
    let last = found.tail.iter().rev().filter(has_text).take(LAST);
    let matched = found.matches.iter().rev().map(|found| ContextLine { line: found.line, text: found.shown.clone() });
    let suspicious = found.tail.iter().rev().filter(|line| {
        let text = line.text.to_ascii_lowercase();
        WORDS.iter().any(|word| text.contains(word))
    });
    let mut chosen: BTreeMap<u64, ContextLine> = last.map(|line| (line.line, line.clone())).collect();
    for line in suspicious.cloned().chain(matched) {
        if chosen.len() >= MOST {
            break;
        }
        chosen.entry(line.line).or_insert(line);
    }
    chosen.into_values().collect()
}
