//! One pass over the bytes of a log.

use crate::ansi;
use crate::course::Course;
use crate::decode::Decoder;
use crate::diagnosis::ContextLine;
use crate::hint::{HINTS, HintLines, Says, Sees};
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
/// Lines kept before a match: room for the heading of a long message.
const BEFORE: usize = 24;
/// Lines kept after a match: as many as are ever shown.
const AFTER: usize = 40;
/// Bytes of a matched line that are kept; what is beyond does not tell causes apart.
const MAX_TEXT: usize = 4096;
/// What stands before a command that a tracing shell shows.
const TRACE: &[u8] = b"+ ";
/// Bytes at the start of a line within which a colour marks a command.
const COLOURED: usize = 64;
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
    /// Bytes after `done` in which no line ends for certain, so that small chunks of a long line are not searched again.
    endless: usize,
    /// Complete lines before `done`.
    lines: u64,
    matched: u64,
    hits: Vec<Hit>,
    kept: Kept,
    /// Matches that still wait for lines after them.
    pending: Vec<Match>,
    hints: HintLines,
    course: Course,
    /// Whether a shell shows each command before it runs it.
    has_shell_traces: bool,
    /// Patterns that are matched once in a log and were not yet.
    broad: Vec<u32>,
    #[cfg(test)]
    worked: std::cell::Cell<u64>,
}

impl Scanner {
    /// Starts at the first line of a log.
    pub fn new(rules: &RuleSet) -> Self {
        Self {
            rules: rules.clone(),
            decoder: Decoder::default(),
            buffer: Vec::new(),
            done: 0,
            endless: 0,
            lines: 0,
            matched: 0,
            hits: Vec::new(),
            kept: Kept::default(),
            pending: Vec::new(),
            hints: HintLines::default(),
            course: Course::default(),
            has_shell_traces: false,
            broad: rules.broad().to_vec(),
            #[cfg(test)]
            worked: std::cell::Cell::default(),
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
        let found = Found { lines, matches, hints: self.hints, course: self.course.clone(), tail: tail(seen, lines) };
        Scan { rules: self.rules.clone(), found }
    }

    /// Looks at all complete lines, then makes room.
    fn look(&mut self) {
        let from = self.done + self.endless;
        let found = line::last_certain_end(&self.buffer[from..]);
        if found > 0 {
            self.examine(from + found);
        }
        // The last byte may be a `\r` whose meaning the next one tells.
        self.endless = (self.buffer.len() - self.done).saturating_sub(1);
        self.work(self.buffer.len() - from);
        if self.buffer.len() - self.done > COMPACT_AT {
            self.endless = HEAD + TAIL;
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

    /// Counts work, in bytes that were looked at: tests hold it against the size of the log.
    #[cfg(not(test))]
    fn work(&self, _bytes: usize) {}

    #[cfg(test)]
    fn work(&self, bytes: usize) {
        self.worked.set(self.worked.get() + bytes as u64);
    }

    /// Looks at the lines from `done` to `end`.
    fn examine(&mut self, end: usize) {
        let buffer = std::mem::take(&mut self.buffer);
        let piece = &buffer[self.done..end];
        self.follow_up(piece);
        let mut hits = std::mem::take(&mut self.hits);
        hits.clear();
        self.find(piece, &mut hits);
        self.work(piece.len() + hits.len());

        let tries_all_lines = self.rules.unfiltered().iter().any(|pattern| self.is_wanted(*pattern));
        let mut hits_left = hits.as_slice();
        let mut marks = Marks::new(piece, self.has_shell_traces);
        let mut next = 0;
        let mut patterns: Vec<u32> = Vec::new();
        loop {
            let special = marks.next();
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
            let is_special = special.is_some_and(|special| special < after);
            let seen = if is_special {
                let seen = normal::normal(raw);
                self.note_command(&seen, raw);
                self.filter(&seen, &mut patterns);
                Some(seen)
            } else {
                self.add_owners(&hits_left[..of_line], &mut patterns);
                None
            };
            patterns.extend(self.rules.unfiltered().iter().filter(|pattern| self.is_wanted(**pattern)));
            // Once to normalise, once for each pattern, up to what a long line is cut to.
            self.work(raw.len().min(LONG) * (1 + patterns.len()));
            if !patterns.is_empty() {
                patterns.sort_unstable();
                patterns.dedup();
                let seen = seen.unwrap_or_else(|| normal::normal(raw));
                let place = Place { buffer: &buffer, start: self.done + start, after: self.done + after, end, raw };
                self.confirm(&patterns, &seen, &place);
            }
            marks.advance(piece, after, self.has_shell_traces);
            hits_left = &hits_left[of_line..];
            self.lines += line::count_ends(&piece[start..after]);
            next = after;
        }
        self.lines += line::count_ends(&piece[next..]);
        self.done = end;
        self.hits = hits;
        self.buffer = buffer;
    }

    /// Notes that a shell shows its next command: what came before did not end it.
    fn note_command(&mut self, seen: &Normal<'_>, raw: &[u8]) {
        let is_trace = self.has_shell_traces && seen.text().as_bytes().starts_with(TRACE);
        // GitLab writes commands in colour; without colour a `$` may be anything.
        let is_coloured = raw[..raw.len().min(COLOURED)].contains(&0x1b);
        if is_trace || is_coloured && seen.text().starts_with("$ ") {
            self.course.note(Says::StepStarted, self.lines + 1);
        }
    }

    /// Collects the patterns whose literals occur in a line.
    fn filter(&self, seen: &Normal<'_>, patterns: &mut Vec<u32>) {
        let mut hits = Vec::new();
        self.find(seen.whole().as_bytes(), &mut hits);
        self.add_owners(&hits, patterns);
    }

    /// Finds the literals of all patterns that are still wanted.
    fn find(&self, block: &[u8], hits: &mut Vec<Hit>) {
        self.rules.find(block, hits);
        if !self.broad.is_empty() {
            self.rules.find_broad(block, hits);
        }
    }

    fn add_owners(&self, hits: &[Hit], patterns: &mut Vec<u32>) {
        let owners = hits.iter().flat_map(|hit| self.rules.owners(hit.literal));
        patterns.extend(owners.filter(|pattern| self.is_wanted(**pattern)));
    }

    /// Whether a pattern is still matched: one of a rule that is matched once is not, after its first match.
    fn is_wanted(&self, pattern: u32) -> bool {
        !self.rules.broad().contains(&pattern) || self.broad.contains(&pattern)
    }

    /// Tries patterns on a line.
    fn confirm(&mut self, patterns: &[u32], seen: &Normal<'_>, place: &Place<'_>) {
        let number = self.lines + 1;
        let rules = self.rules.clone();
        for index in patterns {
            let pattern = rules.pattern(*index);
            let hint = match pattern.target {
                Target::Hint(hint) => Some(&HINTS[hint]),
                Target::Rule(_) => None,
            };
            let text = if hint.is_some_and(|hint| hint.sees == Sees::WholeLine) { seen.whole() } else { seen.text() };
            // Most lines with a literal are no match, and room for captures is only made for one.
            if !pattern.positive.is_match(text) {
                continue;
            }
            if pattern.negative.as_ref().is_some_and(|negative| negative.is_match(seen.text())) {
                continue;
            }
            let rule = match pattern.target {
                Target::Hint(hint) => {
                    let says = HINTS[hint].says;
                    self.hints.note(says, number);
                    self.course.note(says, number);
                    self.has_shell_traces |= says == Says::ShellTraces;
                    continue;
                }
                Target::Rule(rule) => rule,
            };
            let Some(captures) = pattern.positive.named(text, MAX_CAPTURE) else {
                continue;
            };
            self.matched += 1;
            self.broad.retain(|broad| broad != index);
            let found = Match {
                rule,
                line: number,
                text: cut(seen.text(), MAX_TEXT).to_owned(),
                shown: normal::displayed(place.raw),
                captures,
                is_echo: seen.is_echo(),
                before: place.before(BEFORE, number),
                after: place.following(AFTER, number),
                claim: None,
            };
            self.keep_or_wait(found);
        }
    }

    /// Gives waiting matches the lines that follow them.
    fn follow_up(&mut self, piece: &[u8]) {
        for mut found in std::mem::take(&mut self.pending) {
            let missing = AFTER - found.after.len();
            line::lines(piece).take(missing).for_each(|raw| found.after.push(raw));
            self.keep_or_wait(found);
        }
    }

    fn keep_or_wait(&mut self, found: Match) {
        // A rule's matches become complete in the order of their lines, since each waits for the same number of lines.
        if found.after.len() < AFTER { self.pending.push(found) } else { self.kept.add(found) }
    }
}

/// Where the next lines are that need a closer look, whatever the rules are. Each byte is searched once for each mark.
struct Marks {
    control: Option<usize>,
    trace: Option<usize>,
    /// Whether commands that a shell shows are looked for.
    has_traces: bool,
}

impl Marks {
    fn new(piece: &[u8], has_traces: bool) -> Self {
        let trace = if has_traces { next_trace(piece, 0) } else { None };
        Self { control: ansi::next_special(piece, 0), trace, has_traces }
    }

    fn next(&self) -> Option<usize> {
        self.control.into_iter().chain(self.trace).min()
    }

    /// Leaves what stands before `from` behind.
    fn advance(&mut self, piece: &[u8], from: usize, has_traces: bool) {
        if self.control.is_some_and(|at| at < from) {
            self.control = ansi::next_special(piece, from);
        }
        if self.trace.is_some_and(|at| at < from) || has_traces && !self.has_traces {
            self.trace = next_trace(piece, from);
        }
        self.has_traces = has_traces;
    }
}

fn next_trace(piece: &[u8], from: usize) -> Option<usize> {
    memchr::memmem::find(&piece[from..], TRACE).map(|at| from + at)
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
        let mut around = Around::starting_at(number + 1, count);
        line::lines(&self.buffer[self.after..self.end]).take(count).for_each(|raw| around.push(raw));
        around
    }
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

    /// Bytes looked at for each byte of the log.
    fn work_for_each_byte(rules: &RuleSet, log: &[u8], chunk: usize) -> u64 {
        let mut scanner = Scanner::new(rules);
        log.chunks(chunk).for_each(|chunk| scanner.push(chunk));
        scanner.worked.get() / log.len() as u64
    }

    #[test]
    fn work_grows_with_the_log_and_no_faster() {
        const UNIT: usize = 30_000;
        let rules = RuleSet::load(Vec::new()).expect("no rule is unsound");
        let trace = b"[demo] $ /bin/sh -xe /tmp/a.sh\n".as_slice();
        let logs: [(&str, Vec<u8>); 6] = [
            ("one endless line", vec![b'x'; UNIT]),
            ("line ends only", vec![b'\r'; UNIT]),
            ("control sequences only", b"\x1b[31m".repeat(UNIT / 5)),
            ("a colour on each line", b"\x1b[31mx\n".repeat(UNIT / 7)),
            ("a hint on each line", b"Scanning for projects...\n".repeat(UNIT / 25)),
            ("a command on each line", [trace, &b"+ true\nx + y\n".repeat(UNIT / 13)].concat()),
        ];
        for (what, log) in logs {
            for chunk in [1, 100, 64 << 10] {
                let (once, twice) = (work_for_each_byte(&rules, &log, chunk), {
                    let double = log.repeat(2);
                    work_for_each_byte(&rules, &double, chunk)
                });
                assert!(once <= 12 && twice <= once + 1, "{what} in chunks of {chunk}: {once}, then {twice}");
            }
        }
    }

    #[test]
    fn the_buffer_stays_small_whatever_the_log_is_like() {
        let limit = COMPACT_AT + HISTORY + 3 * BLOCK;
        assert!(largest_buffer((0..30).map(|_| vec![b'x'; 50_000])) <= limit, "one endless line");
        assert!(largest_buffer((0..30).map(|_| b"a line\n".repeat(7_000))) <= limit, "many short lines");
        assert!(largest_buffer((0..2).map(|_| b"another line\r\n".repeat(60_000))) <= limit, "large chunks");
        assert!(largest_buffer((0..40_000).map(|_| b"\r".to_vec())) <= limit, "line ends only");
    }
}
