//! The lines of a green log, so that noise which is always there weighs nothing.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::line;
use crate::mask;
use crate::normal;

/// Most templates kept: 16 MiB of hashes. A log with more different lines than this repeats too little to be a baseline.
const MAX_TEMPLATES: usize = 2_000_000;

/// Templates of the lines of one or more green logs: each line masked, then hashed. Serialisable, to be kept with a stage.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Templates {
    hashes: BTreeSet<u64>,
}

impl Templates {
    /// Learns from one green log.
    ///
    /// Cost: about a microsecond a line.
    pub fn learn(log: &[u8]) -> Self {
        let mut templates = Self::default();
        let mut decoder = crate::decode::Decoder::default();
        let mut text = Vec::with_capacity(log.len());
        decoder.push(log, &mut text);
        decoder.finish(&mut text);
        for raw in line::lines(&text) {
            if templates.hashes.len() >= MAX_TEMPLATES {
                break;
            }
            templates.hashes.insert(hash_of(&normal::normalised(raw)));
        }
        templates
    }

    /// Adds what another green log had.
    pub fn merge(&mut self, other: Self) {
        self.hashes.extend(other.hashes);
    }

    /// The number of templates.
    pub fn len(&self) -> usize {
        self.hashes.len()
    }

    /// Whether nothing was learned.
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// Whether a green log had a line like this normalised one.
    pub fn contains(&self, text: &str) -> bool {
        self.hashes.contains(&hash_of(text))
    }
}

/// FNV-1a of the template: the same on every machine and in every version, unlike the standard library's hashes.
fn hash_of(text: &str) -> u64 {
    const START: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    mask::template(text).bytes().fold(START, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_differ_in_numbers_and_times_are_known() {
        let green =
            Templates::learn(b"2024-05-22T12:43:46.9Z WARN retry 3 of 5\n\x1b[31mERROR\x1b[0m expected in test\n");
        assert!(green.contains("WARN retry 4 of 5"));
        assert!(green.contains("ERROR expected in test"));
        assert!(!green.contains("ERROR unexpected in test"));
    }

    #[test]
    fn a_zero_does_not_excuse_another_number() {
        let green = Templates::learn(b"12 passed, 0 failed\n");
        assert!(green.contains("14 passed, 0 failed"));
        assert!(!green.contains("11 passed, 1 failed"));
    }
}
