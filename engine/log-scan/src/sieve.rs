//! Finds literals in large blocks by looking at every fourth byte position only.
//!
//! A literal of at least `stride + gram - 1` bytes contains, wherever it stands, a gram that starts at a multiple of
//! `stride`. So the block is sampled at these positions: a gram's hash selects one bit of a small table, and only where that
//! bit is set the gram, and then the literal, are compared. Samples do not depend on each other, unlike the steps of an
//! automaton, so the processor works on several at once. Longer literals allow longer strides and longer, rarer grams, hence
//! the three classes; each class that has members costs a pass. Rejected: Aho–Corasick (0.32 GB/s for 110 patterns), a lazy DFA
//! (0.41), both bound by the latency of one table access per byte (`measured.md`, 2026-11).
//!
//! Letters are compared without regard to ASCII case.

use crate::literal::{MIN_LITERAL, commonness};

/// Bits in the first table: 16 KiB, so that it stays in the first-level cache beside the block.
const TABLE_BITS: u32 = 17;
/// Makes upper and lower case letters equal (and some punctuation, which only costs a comparison).
const FOLD: u64 = 0x2020_2020_2020_2020;
/// Shortest literal, stride and gram of each class, longest first. `stride + gram - 1` is the shortest literal.
const CLASSES: [(usize, usize, usize); 3] = [(9, 4, 6), (6, 2, 5), (MIN_LITERAL, 1, 3)];
/// Samples examined together before the first branch.
const BATCH: usize = 8;

/// A literal found in a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Hit {
    /// Offset of its first byte.
    pub at: usize,
    /// Index of the literal.
    pub literal: u32,
}

/// All literals of a rule set, in three classes by length.
#[derive(Debug)]
pub(crate) struct Sieve {
    literals: Vec<Box<[u8]>>,
    classes: Vec<Class>,
}

/// Literals that are looked for with the same stride.
#[derive(Debug)]
struct Class {
    stride: usize,
    bits: Box<[u64]>,
    slots: Box<[Slot]>,
    entries: Vec<Entry>,
}

/// A gram and where its entries start; an open-addressing table.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    gram: u64,
    first: u32,
    count: u32,
}

/// A literal and how far into it the gram stands.
#[derive(Clone, Copy, Debug)]
struct Entry {
    gram: u64,
    literal: u32,
    offset: u32,
}

impl Sieve {
    /// Builds the tables for folded literals of at least [`MIN_LITERAL`] bytes.
    pub(crate) fn new(literals: Vec<Vec<u8>>) -> Self {
        debug_assert!(literals.iter().all(|literal| literal.len() >= MIN_LITERAL));
        let mut classes = Vec::new();
        let mut longest = usize::MAX;
        for (shortest, stride, gram) in CLASSES {
            let lengths = shortest..longest;
            longest = shortest;
            let members: Vec<(u32, &[u8])> = (0u32..)
                .zip(&literals)
                .filter(|(_, literal)| lengths.contains(&literal.len()))
                .map(|(i, l)| (i, l.as_slice()))
                .collect();
            if !members.is_empty() {
                classes.push(Class::new(stride, gram, &members));
            }
        }
        Self { literals: literals.into_iter().map(Vec::into_boxed_slice).collect(), classes }
    }

    /// The number of literals.
    pub(crate) fn len(&self) -> usize {
        self.literals.len()
    }

    /// Appends every occurrence of every literal in `block` to `hits`, sorted by offset.
    ///
    /// Cost: about one cycle per byte when nothing is found.
    pub(crate) fn find(&self, block: &[u8], hits: &mut Vec<Hit>) {
        let start = hits.len();
        for class in &self.classes {
            match class.stride {
                4 => class.find::<4, 6>(block, &self.literals, hits),
                2 => class.find::<2, 5>(block, &self.literals, hits),
                _ => class.find::<1, 3>(block, &self.literals, hits),
            }
        }
        hits[start..].sort_unstable();
    }
}

impl Class {
    fn new(stride: usize, gram: usize, members: &[(u32, &[u8])]) -> Self {
        let mut entries = Vec::with_capacity(members.len() * stride);
        for (index, literal) in members {
            let window = rarest_window(literal, stride + gram - 1);
            for offset in window..window + stride {
                entries.push(Entry { gram: gram_at(literal, offset, gram), literal: *index, offset: offset as u32 });
            }
        }
        // Ties by literal and offset keep the order of hits the same in every build.
        entries.sort_unstable_by_key(|entry| (entry.gram, entry.literal, entry.offset));
        let mut bits = vec![0u64; 1 << (TABLE_BITS - 6)].into_boxed_slice();
        let mut slots = vec![Slot::default(); (entries.len() * 2).next_power_of_two()].into_boxed_slice();
        let mut first = 0;
        while first < entries.len() {
            let gram = entries[first].gram;
            let count = entries[first..].iter().take_while(|entry| entry.gram == gram).count();
            let hash = hash_of(gram);
            bits[hash >> 6] |= 1 << (hash & 63);
            let mut slot = hash & (slots.len() - 1);
            while slots[slot].count > 0 {
                slot = (slot + 1) & (slots.len() - 1);
            }
            slots[slot] = Slot { gram, first: first as u32, count: count as u32 };
            first += count;
        }
        Self { stride, bits, slots, entries }
    }

    fn find<const STRIDE: usize, const GRAM: usize>(&self, block: &[u8], literals: &[Box<[u8]>], hits: &mut Vec<Hit>) {
        let Ok(bits) = <&[u64; 1 << (TABLE_BITS - 6)]>::try_from(&*self.bits) else {
            return;
        };
        let is_set = |gram: u64| {
            let hash = hash_of(gram);
            (bits[hash >> 6] >> (hash & 63)) & 1 != 0
        };
        // A sample reads eight bytes at once, so the last few samples of a block are taken one by one.
        let step = STRIDE * BATCH;
        let mut at = 0;
        while let Some(window) = block.get(at..at + step + 8) {
            let sample = |number: usize| {
                let bytes =
                    window[number * STRIDE..].first_chunk().expect("the window is eight bytes longer than its samples");
                (u64::from_le_bytes(*bytes) | FOLD) & keep(GRAM)
            };
            let mut set = 0u32;
            for number in 0..BATCH {
                set |= u32::from(is_set(sample(number))) << number;
            }
            while set != 0 {
                let number = set.trailing_zeros() as usize;
                set &= set - 1;
                self.confirm(block, at + number * STRIDE, sample(number), literals, hits);
            }
            at += step;
        }
        while at + GRAM <= block.len() {
            let gram = gram_at(block, at, GRAM);
            if is_set(gram) {
                self.confirm(block, at, gram, literals, hits);
            }
            at += STRIDE;
        }
    }

    #[inline(never)]
    fn confirm(&self, block: &[u8], at: usize, gram: u64, literals: &[Box<[u8]>], hits: &mut Vec<Hit>) {
        let mut slot = hash_of(gram) & (self.slots.len() - 1);
        let found = loop {
            let candidate = self.slots[slot];
            if candidate.count == 0 {
                return;
            }
            if candidate.gram == gram {
                break candidate;
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        };
        for entry in &self.entries[found.first as usize..(found.first + found.count) as usize] {
            let literal = &literals[entry.literal as usize];
            let Some(start) = at.checked_sub(entry.offset as usize) else {
                continue;
            };
            if block.get(start..start + literal.len()).is_some_and(|text| text.eq_ignore_ascii_case(literal)) {
                hits.push(Hit { at: start, literal: entry.literal });
            }
        }
    }
}

fn hash_of(gram: u64) -> usize {
    // Fibonacci hashing: the high bits of the product depend on all bits of the gram.
    (gram.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - TABLE_BITS)) as usize
}

/// Selects the first bytes of a word.
const fn keep(bytes: usize) -> u64 {
    u64::MAX >> (64 - 8 * bytes)
}

fn gram_at(text: &[u8], at: usize, gram: usize) -> u64 {
    let mut bytes = [0; 8];
    bytes[..gram].copy_from_slice(&text[at..at + gram]);
    (u64::from_le_bytes(bytes) | FOLD) & keep(gram)
}

/// Where in the literal the window of `length` bytes starts whose grams are rarest in logs. Runs for every literal at every
/// start, so the window slides: what enters it is added, what leaves it subtracted.
fn rarest_window(literal: &[u8], length: usize) -> usize {
    let byte = |at: usize| COMMONNESS[usize::from(literal[at])];
    let piece = |at: usize| {
        let piece = literal[at..].first_chunk::<PIECE>();
        if piece.is_some_and(|piece| may_be_common(piece) && is_common(piece)) { COMMON_COST } else { 0.0 }
    };
    let pieces = (length + 1).saturating_sub(PIECE);
    let mut cost = (0..length).map(byte).sum::<f64>() + (0..pieces).map(piece).sum::<f64>();
    let (mut rarest, mut least) = (0, cost);
    for start in 1..=literal.len() - length {
        cost += byte(start + length - 1) - byte(start - 1);
        if pieces > 0 {
            cost += piece(start + pieces - 1) - piece(start - 1);
        }
        if cost < least {
            (rarest, least) = (start, cost);
        }
    }
    rarest
}

/// [`commonness`] of each byte.
const COMMONNESS: [f64; 256] = {
    let mut table = [0.0; 256];
    let mut byte = 0;
    while byte < table.len() {
        table[byte] = commonness(byte as u8);
        byte += 1;
    }
    table
};

/// What a common piece costs beside its bytes.
const COMMON_COST: f64 = 6.0;

/// Length of the pieces that [`is_common`] knows.
const PIECE: usize = 4;

/// Whether a piece can be in [`is_common`], from one bit of a small table: most are not, and this is asked for each byte of
/// each literal at every start.
fn may_be_common(piece: &[u8; PIECE]) -> bool {
    const MAY_BE: [u64; 16] = {
        let mut bits = [0; 16];
        let mut index = 0;
        while index < COMMON.len() {
            let bit = bit_of(COMMON[index]);
            bits[bit >> 6] |= 1 << (bit & 63);
            index += 1;
        }
        bits
    };
    let bit = bit_of(piece);
    (MAY_BE[bit >> 6] >> (bit & 63)) & 1 != 0
}

const fn bit_of(piece: &[u8; PIECE]) -> usize {
    (u32::from_le_bytes(*piece).wrapping_mul(0x9e37_79b9) >> 22) as usize
}

/// Whether a piece of a word stands in ordinary log lines again and again.
fn is_common(piece: &[u8; PIECE]) -> bool {
    COMMON.contains(&piece)
}

/// Pieces of words that stand in ordinary log lines again and again.
#[rustfmt::skip]
const COMMON: [&[u8; PIECE]; 45] = [
    b"erro", b"fail", b"not ", b"ing ", b"tion", b"the ", b" to ", b"file", b"test", b"buil",
    b"warn", b"info", b"java", b"load", b"pack", b"modu", b"vers", b"org.", b" in ", b" for",
    b"time", b"ment", b"ting", b"comp", b"down", b"http", b"inst", b"run ", b"runn", b" of ",
    b"ver ", b"sion", b"ion ", b"age ", b" no ", b"proj", b"depe", b"requ", b"find", b"read",
    b"from", b"with", b"stat", b"conf", b"exce",
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn slow(literals: &[Vec<u8>], block: &[u8]) -> Vec<Hit> {
        let mut hits = Vec::new();
        for at in 0..block.len() {
            for (index, literal) in (0u32..).zip(literals) {
                if block.get(at..at + literal.len()).is_some_and(|text| text.eq_ignore_ascii_case(literal)) {
                    hits.push(Hit { at, literal: index });
                }
            }
        }
        hits
    }

    proptest! {
        #[test]
        fn finds_what_the_obvious_search_finds(
            literals in proptest::collection::vec("[ab :]{3,12}", 1..20),
            block in "[abAB :\\n]{0,400}",
        ) {
            let literals: Vec<Vec<u8>> = literals.into_iter().map(String::into_bytes).collect();
            let mut hits = Vec::new();
            Sieve::new(literals.clone()).find(block.as_bytes(), &mut hits);
            prop_assert_eq!(hits, slow(&literals, block.as_bytes()));
        }
    }
}
