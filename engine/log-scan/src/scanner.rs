//! One pass over the bytes of a log.

use std::collections::BTreeMap;

use crate::ansi;
use crate::decode::Decoder;
use crate::diagnosis::ContextLine;
use crate::hint::{HINTS, HintLines};
use crate::kept::{Around, Kept, Match};
use crate::line::{self, HEAD, LONG, TAIL};
use crate::normal::{self, Normal};
use crate::ruleset::{RuleSet, Target};
use crate::scan::{Found, Scan};
use crate::sieve::Hit;

/// Bytes before a line in which its context is looked for. Not more than [`LONG`]: so a very long line never fits, and it
/// does not matter whether its middle was dropped.
const HISTORY: usize = 16 << 10;
/// Bytes taken in at once: large enough to make the cost of each step vanish, small enough for the second-level cache.
const BLOCK: usize = 128 << 10;
/// An unfinished line of this size loses its middle.
const COMPACT_AT: usize = 4 * LONG;
/// Lines kept before and after a match.
const AROUND: usize = 12;
/// Lines kept before and after a match of a rule that names a kind of block.
const AROUND_BLOCK: usize = 40;
/// Bytes of a matched line that are kept; what is beyond does not tell causes apart.
const MAX_TEXT: usize = 4096;
/// Longest capture, in bytes; the contract's limit.
const MAX_CAPTURE: usize = 1024;

const _: () = assert!(HISTORY <= LONG && HISTORY <= TAIL);

/// Finds what rules match while the log is still being written.
///
/// Memory is flat: a buffer of a few hundred kilobytes and a bounded number of matches for each rule.
pub struct Scanner {
    rules: RuleSet,
    decoder: Decoder,
    /// History, then bytes that were not looked at yet.
    buffer: Vec<u8>,
    /// Where in the buffer the first line starts that was not looked at yet.
    done: usize,
    /// Complete lines before `done`.
    lines: u64,
    matched: u64,
    hits: Vec<Hit>,
    kept: Kept,
    /// Matches that still wait for lines after them.
    pending: Vec<Match>,
    hints: HintLines,
}

impl Scanner {
    /// Starts at the first line of a log.
    pub fn new(rules: &RuleSet) -> Self {
        Self {
            rules: rules.clone(),
            decoder: Decoder::default(),
            buffer: Vec::new(),
            done: 0,
            lines: 0,
            matched: 0,
            hits: Vec::new(),
            kept: Kept::default(),
            pending: Vec::new(),
            hints: HintLines::default(),
        }
    }

    /// Takes in the next bytes. How a log is cut into chunks makes no difference.
    pub fn push(&mut self, chunk: &[u8]) {
        for block in chunk.chunks(BLOCK) {
            if self.decoder.is_transparent() {
                self.buffer.extend_from_slice(block);
            } else {
                self.decoder.push(block, &mut self.buffer);
            }
            self.look();
        }
    }

    /// The number of matches so far, all rules together. It grows while the log is being written, so that a caller knows
    /// when a [`Scanner::snapshot`] would show more.
    pub fn matched(&self) -> u64 {
        self.matched
    }

    /// What is known so far, without the line that is still being written.
    pub fn snapshot(&self) -> Scan {
        let mut kept = self.kept.clone();
        self.pending.iter().cloned().for_each(|found| kept.add(found));
        self.scan(kept, self.lines, &self.buffer[..self.done])
    }

    /// Ends the log.
    pub fn finish(mut self) -> Scan {
        self.decoder.finish(&mut self.buffer);
        self.look();
        if self.done < self.buffer.len() {
            // The last line may lack its end; a `\r` that ends the log is no longer doubtful.
            let end = self.buffer.len();
            self.examine(end);
            let has_end = matches!(self.buffer[end - 1], b'\n' | b'\r');
            self.lines += u64::from(!has_end);
        }
        let mut kept = std::mem::take(&mut self.kept);
        std::mem::take(&mut self.pending).into_iter().for_each(|found| kept.add(found));
        self.scan(kept, self.lines, &self.buffer)
    }

    fn scan(&self, kept: Kept, lines: u64, seen: &[u8]) -> Scan {
        let mut matches = kept.into_sorted();
        matches.dedup_by(|a, b| a.rule == b.rule && a.line == b.line);
        let found = Found { lines, matches, hints: self.hints, tail: tail(seen, lines) };
        Scan { rules: self.rules.clone(), found }
    }

    /// Looks at all complete lines, then makes room.
    fn look(&mut self) {
        let end = self.done + line::last_certain_end(&self.buffer[self.done..]);
        if end > self.done {
            self.examine(end);
        }
        if self.buffer.len() - self.done > COMPACT_AT {
            // One byte more than the window keeps the line recognisable as a long one.
            self.buffer.drain(self.done + HEAD..self.buffer.len() - TAIL - 1);
        }
        // One byte more than the history tells whether the history starts with a whole line.
        let surplus = self.done.saturating_sub(HISTORY + 1);
        if surplus > BLOCK {
            self.buffer.drain(..surplus);
            self.done -= surplus;
        }
    }

    /// Looks at the lines from `done` to `end`.
    fn examine(&mut self, end: usize) {
        let buffer = std::mem::take(&mut self.buffer);
        let piece = &buffer[self.done..end];
        self.follow_up(piece);
        let mut hits = std::mem::take(&mut self.hits);
        hits.clear();
        self.rules.sieve().find(piece, &mut hits);

        let tries_all_lines = !self.rules.unfiltered().is_empty();
        let mut hits_left = hits.as_slice();
        let mut special = ansi::next_special(piece, 0);
        let mut next = 0;
        let mut patterns: Vec<u32> = Vec::new();
        loop {
            let at = match (hits_left.first(), special) {
                _ if tries_all_lines && next < piece.len() => next,
                (Some(hit), Some(special)) => hit.at.min(special),
                (Some(hit), None) => hit.at,
                (None, Some(special)) => special,
                (None, None) => break,
            };
            if at >= piece.len() {
                break;
            }
            let start = if tries_all_lines { at } else { line::start_of(piece, at) };
            self.lines += line::count_ends(&piece[next..start]);
            let (raw, after) = line::line_at(piece, start);
            let of_line = hits_left.partition_point(|hit| hit.at < after);
            patterns.clear();
            let seen = if special.is_some_and(|special| special < after) {
                special = ansi::next_special(piece, after);
                let seen = normal::normal(raw);
                self.filter(seen.text().as_bytes(), &mut patterns);
                Some(seen)
            } else {
                patterns.extend(hits_left[..of_line].iter().flat_map(|hit| self.rules.owners(hit.literal)));
                None
            };
            patterns.extend_from_slice(self.rules.unfiltered());
            if !patterns.is_empty() {
                patterns.sort_unstable();
                patterns.dedup();
                let seen = seen.unwrap_or_else(|| normal::normal(raw));
                let place = Place { buffer: &buffer, start: self.done + start, after: self.done + after, end, raw };
                self.confirm(&patterns, &seen, &place);
            }
            hits_left = &hits_left[of_line..];
            self.lines += line::count_ends(&piece[start..after]);
            next = after;
        }
        self.lines += line::count_ends(&piece[next..]);
        self.done = end;
        self.hits = hits;
        self.buffer = buffer;
    }

    /// Collects the patterns whose literals occur in a line.
    fn filter(&self, text: &[u8], patterns: &mut Vec<u32>) {
        let mut hits = Vec::new();
        self.rules.sieve().find(text, &mut hits);
        patterns.extend(hits.iter().flat_map(|hit| self.rules.owners(hit.literal)));
    }

    /// Tries patterns on a line.
    fn confirm(&mut self, patterns: &[u32], seen: &Normal<'_>, place: &Place<'_>) {
        let number = self.lines + 1;
        let rules = self.rules.clone();
        for index in patterns {
            let pattern = rules.pattern(*index);
            let Some(positive) = pattern.positive.get() else {
                continue;
            };
            let Some(captures) = positive.captures(seen.text()) else {
                continue;
            };
            if pattern
                .negative
                .as_ref()
                .and_then(|negative| negative.get())
                .is_some_and(|negative| negative.is_match(seen.text()))
            {
                continue;
            }
            let rule = match pattern.target {
                Target::Hint(hint) => {
                    self.hints.note(HINTS[hint].says, number);
                    continue;
                }
                Target::Rule(rule) => rule,
            };
            self.matched += 1;
            let around = if rules.rule(rule).attr("block").is_some() { AROUND_BLOCK } else { AROUND };
            let found = Match {
                rule,
                line: number,
                text: cut(seen.text(), MAX_TEXT).to_owned(),
                shown: normal::displayed(place.raw),
                captures: named(positive, &captures),
                is_echo: seen.is_echo(),
                before: place.before(around, number),
                after: place.following(around, number),
                claim: None,
            };
            self.keep_or_wait(found, around);
        }
    }

    /// Gives waiting matches the lines that follow them.
    fn follow_up(&mut self, piece: &[u8]) {
        for mut found in std::mem::take(&mut self.pending) {
            let around = if self.rules.rule(found.rule).attr("block").is_some() { AROUND_BLOCK } else { AROUND };
            let missing = around - found.after.len();
            line::lines(piece).take(missing).for_each(|raw| found.after.push(raw));
            self.keep_or_wait(found, around);
        }
    }

    fn keep_or_wait(&mut self, found: Match, around: usize) {
        // A rule's matches become complete in the order of their lines, since each waits for the same number of lines.
        if found.after.len() < around { self.pending.push(found) } else { self.kept.add(found) }
    }
}

/// A line in the buffer.
struct Place<'a> {
    buffer: &'a [u8],
    /// Where the line starts.
    start: usize,
    /// Where the next line starts.
    after: usize,
    /// Where the complete lines end.
    end: usize,
    raw: &'a [u8],
}

impl Place<'_> {
    fn before(&self, count: usize, number: u64) -> Around {
        // Only whole lines of the history: what comes before them depends on how much of the buffer is left.
        let from = match self.start.checked_sub(HISTORY + 1) {
            None => 0,
            Some(doubtful) => line::line_at(&self.buffer[..self.start], doubtful).1,
        };
        Around::before(&self.buffer[from..self.start], count, number)
    }

    fn following(&self, count: usize, number: u64) -> Around {
        let mut around = Around::starting_at(number + 1);
        line::lines(&self.buffer[self.after..self.end]).take(count).for_each(|raw| around.push(raw));
        around
    }
}

fn named(pattern: &regex::Regex, captures: &regex::Captures<'_>) -> BTreeMap<String, String> {
    let value = |name: &str| captures.name(name).map(|group| cut(group.as_str(), MAX_CAPTURE).to_owned());
    pattern.capture_names().flatten().filter_map(|name| Some((name.to_owned(), value(name)?))).collect()
}

fn cut(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    &text[..end]
}

/// The whole lines at the end of what was seen, within the history.
fn tail(seen: &[u8], lines: u64) -> Vec<ContextLine> {
    const MOST: usize = 60;
    let from = match seen.len().checked_sub(HISTORY + 1) {
        None => 0,
        Some(doubtful) => line::line_at(seen, doubtful).1,
    };
    let texts: Vec<&[u8]> = line::lines(&seen[from..]).collect();
    let first = lines + 1 - texts.len() as u64;
    let numbered = texts.iter().zip(first..).skip(texts.len().saturating_sub(MOST));
    numbered.map(|(raw, line)| ContextLine { line, text: normal::displayed(raw) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn largest_buffer(chunks: impl Iterator<Item = Vec<u8>>) -> usize {
        let mut scanner = Scanner::new(&RuleSet::load(Vec::new()).expect("no rule is unsound"));
        let mut largest = 0;
        for chunk in chunks {
            scanner.push(&chunk);
            largest = largest.max(scanner.buffer.len());
        }
        largest
    }

    #[test]
    fn the_buffer_stays_small_whatever_the_log_is_like() {
        let limit = COMPACT_AT + HISTORY + 3 * BLOCK;
        assert!(largest_buffer((0..400).map(|_| vec![b'x'; 50_000])) <= limit, "one endless line");
        assert!(largest_buffer((0..400).map(|_| b"a line\n".repeat(7_000))) <= limit, "many short lines");
        assert!(largest_buffer((0..4).map(|_| b"another line\r\n".repeat(400_000))) <= limit, "large chunks");
        assert!(largest_buffer((0..40_000).map(|_| b"\r".to_vec())) <= limit, "line ends only");
    }
}
