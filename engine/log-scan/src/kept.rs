//! The matches that are kept: few for each rule, however many there are.

use std::collections::{BTreeMap, VecDeque};

use crate::diagnosis::ContextLine;
use crate::line;
use crate::normal;
use crate::scan::Claim;

/// Matches kept of each rule from the start of the log: causes stand before their cascades.
const FIRST: usize = 8;
/// Matches kept of each rule from the end of the log: what ended the job stands there.
const LAST: usize = 8;
/// Bytes kept of each line around a match; colour codes count.
const MAX_AROUND: usize = 1024;

/// A line that a rule matched.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Match {
    /// Index of the rule.
    pub rule: usize,
    /// 1-based number of the line.
    pub line: u64,
    /// The line as rules see it.
    pub text: String,
    /// The line as people see it.
    pub shown: String,
    /// Named groups of the pattern.
    pub captures: BTreeMap<String, String>,
    /// Whether the line shows a command about to run.
    pub is_echo: bool,
    /// Lines before it.
    pub before: Around,
    /// Lines after it.
    pub after: Around,
    /// What the rule's plugin made of it, when it was asked.
    pub claim: Option<Claim>,
}

/// Raw lines around a match, each cut to [`MAX_AROUND`] bytes. Cleaned only when they are shown: most never are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Around {
    /// 1-based number of the first of them.
    pub first: u64,
    raw: Vec<u8>,
    ends: Vec<u32>,
}

impl Around {
    /// Nothing yet, with room for some lines of ordinary length.
    pub(crate) fn starting_at(first: u64, lines: usize) -> Self {
        /// Bytes of an ordinary line: logs of CI services have 60 to 110.
        const ORDINARY: usize = 120;
        Self { first, raw: Vec::with_capacity(lines * ORDINARY), ends: Vec::with_capacity(lines) }
    }

    /// Lines that were shown before.
    pub(crate) fn of_shown(lines: &[ContextLine]) -> Self {
        let mut around = Self::starting_at(lines.first().map_or(1, |line| line.line), lines.len());
        lines.iter().for_each(|line| around.push(line.text.as_bytes()));
        around
    }

    pub(crate) fn push(&mut self, raw: &[u8]) {
        self.raw.extend_from_slice(&raw[..raw.len().min(MAX_AROUND)]);
        self.ends.push(self.raw.len() as u32);
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Number and raw text of each line, in order.
    pub(crate) fn lines(&self) -> impl DoubleEndedIterator<Item = (u64, &[u8])> {
        (0..self.ends.len()).map(|index| {
            let start = if index == 0 { 0 } else { self.ends[index - 1] as usize };
            (self.first + index as u64, &self.raw[start..self.ends[index] as usize])
        })
    }

    /// The last `count` lines of a piece that ends with a line end; `next` is the number of the line after it.
    pub(crate) fn before(piece: &[u8], count: usize, next: u64) -> Self {
        let mut lines = Vec::with_capacity(count);
        let mut after = piece.len();
        while after > 0 && lines.len() < count {
            let mut end = after - 1;
            if end > 0 && piece[end] == b'\n' && piece[end - 1] == b'\r' {
                end -= 1;
            }
            let start = line::start_of(piece, end);
            lines.push(&piece[start..end]);
            after = start;
        }
        let mut around = Self::starting_at(next - lines.len() as u64, lines.len());
        for raw in lines.into_iter().rev() {
            around.push(raw);
        }
        around
    }

    /// Number, text as rules see it, and text as people see it.
    pub(crate) fn read(&self) -> Vec<AroundLine> {
        self.lines()
            .map(|(line, raw)| AroundLine { line, text: normal::normalised(raw), shown: normal::displayed(raw) })
            .collect()
    }
}

/// A line around a match, cleaned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AroundLine {
    pub line: u64,
    pub text: String,
    pub shown: String,
}

/// All kept matches.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Kept {
    rules: BTreeMap<usize, RuleMatches>,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct RuleMatches {
    first: Vec<Match>,
    last: VecDeque<Match>,
}

impl Kept {
    /// Adds a match. Those of one rule come in the order of their lines.
    pub(crate) fn add(&mut self, found: Match) {
        let of_rule = self.rules.entry(found.rule).or_default();
        if of_rule.first.len() < FIRST {
            of_rule.first.push(found);
            return;
        }
        if of_rule.last.len() == LAST {
            of_rule.last.pop_front();
        }
        of_rule.last.push_back(found);
    }

    /// The matches by line, then by rule.
    pub(crate) fn into_sorted(self) -> Vec<Match> {
        let mut all: Vec<Match> =
            self.rules.into_values().flat_map(|of_rule| of_rule.first.into_iter().chain(of_rule.last)).collect();
        all.sort_by_key(|found| (found.line, found.rule));
        all
    }
}
