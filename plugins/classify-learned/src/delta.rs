//! What one repository has taught: a sparse difference to the shipped weights.
//!
//! Pure: [`crate::memory`] keeps it in the plugin's store. Every lesson moves the weights of its line's buckets a little, all
//! older lessons fade a little, and the smallest differences are dropped when there are too many.

use std::collections::BTreeMap;

use crate::classes::{COUNT, PerClass};
use crate::features::{BUCKETS, Vector};
use crate::model::{self, Weights};

/// Most differences that are kept: 40,000 of 5 bytes are 200 KB of the 4 MiB that a plugin may store.
pub const MOST_ENTRIES: usize = 40_000;
/// Bytes of a difference as stored.
const ENTRY_BYTES: usize = 5;
/// Stored differences are multiples of this.
const STEP: f32 = 1.0 / 1024.0;
/// No single difference goes beyond this: a store that someone has tampered with cannot shout.
const LARGEST: f32 = 4.0;
/// What is smaller is forgotten.
const SMALLEST: f32 = 4.0 * STEP;
/// What a lesson leaves of the older ones: half after some 350 lessons.
const FADE: f32 = 0.998;
/// Length of one step; a line's vector has length 1, so a complete surprise moves its log-odds by this much.
const LEARNING_STEP: f32 = 2.0;

/// How much a lesson counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Teacher {
    /// A person said what the line shows.
    Person,
    /// A remedy for the category helped, and was verified.
    Verification,
}

impl Teacher {
    /// The word for it in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Verification => "verification",
        }
    }

    /// The teacher of a word.
    pub fn of_word(word: &str) -> Option<Self> {
        [Self::Person, Self::Verification].into_iter().find(|teacher| teacher.as_str() == word)
    }

    /// Steps that are taken at most, and the probability at which no more are needed.
    fn patience(self) -> (u32, f32) {
        match self {
            Self::Person => (4, 0.9),
            Self::Verification => (1, 0.8),
        }
    }
}

/// Differences by bucket and class.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Delta {
    entries: BTreeMap<(u32, u8), f32>,
}

impl Delta {
    /// Number of differences.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing was learned.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Takes in that a line shows a class.
    pub fn learn(&mut self, shipped: &dyn Weights, vector: &Vector, class: usize, teacher: Teacher) {
        for difference in self.entries.values_mut() {
            *difference *= FADE;
        }
        let (steps, enough) = teacher.patience();
        for _ in 0..steps {
            let probabilities = model::probabilities(&Taught { shipped, delta: self }, vector);
            if probabilities[class] >= enough {
                break;
            }
            self.step(vector, &model::surprise(&probabilities, class));
        }
        self.entries.retain(|_, difference| difference.abs() >= SMALLEST);
        self.shrink();
    }

    fn step(&mut self, vector: &Vector, surprise: &PerClass) {
        for (bucket, value) in &vector.0 {
            for (class, surprise) in (0_u8..).zip(surprise) {
                let change = LEARNING_STEP * surprise * value;
                if change.abs() >= SMALLEST {
                    let difference = self.entries.entry((*bucket, class)).or_default();
                    *difference = (*difference + change).clamp(-LARGEST, LARGEST);
                }
            }
        }
    }

    /// Drops the smallest differences beyond [`MOST_ENTRIES`].
    fn shrink(&mut self) {
        let Some(surplus) = self.entries.len().checked_sub(MOST_ENTRIES).filter(|surplus| *surplus > 0) else {
            return;
        };
        let mut sizes: Vec<f32> = self.entries.values().map(|difference| difference.abs()).collect();
        sizes.sort_by(f32::total_cmp);
        let limit = sizes[surplus];
        self.entries.retain(|_, difference| difference.abs() >= limit);
        while self.entries.len() > MOST_ENTRIES {
            self.entries.pop_last();
        }
    }

    /// The stored form, in pieces of at most `most_bytes`: bucket, class, difference ÷ step, little-endian.
    pub fn to_pieces(&self, most_bytes: usize) -> Vec<Vec<u8>> {
        let entries: Vec<[u8; ENTRY_BYTES]> =
            self.entries.iter().map(|(place, value)| packed(*place, *value)).collect();
        entries.chunks((most_bytes / ENTRY_BYTES).max(1)).map(<[_]>::concat).collect()
    }

    /// Reads pieces. What makes no sense is left out: a damaged store must not stop a diagnosis.
    pub fn from_pieces(pieces: &[Vec<u8>]) -> Self {
        let entries = pieces.iter().flat_map(|piece| piece.chunks_exact(ENTRY_BYTES)).filter_map(unpacked);
        Self { entries: entries.take(MOST_ENTRIES).collect() }
    }
}

/// Buckets and classes are few enough for two bytes and one.
fn packed((bucket, class): (u32, u8), value: f32) -> [u8; ENTRY_BYTES] {
    let bucket = (bucket as u16).to_le_bytes();
    let steps = ((value / STEP).round() as i16).to_le_bytes();
    [bucket[0], bucket[1], class, steps[0], steps[1]]
}

fn unpacked(bytes: &[u8]) -> Option<((u32, u8), f32)> {
    let bucket = u32::from(u16::from_le_bytes([bytes[0], bytes[1]]));
    let value = f32::from(i16::from_le_bytes([bytes[3], bytes[4]])) * STEP;
    let makes_sense = (bucket as usize) < BUCKETS && usize::from(bytes[2]) < COUNT && value.abs() <= LARGEST;
    makes_sense.then_some(((bucket, bytes[2]), value))
}

/// The shipped weights with what was learned on top.
#[derive(Clone, Copy)]
pub struct Taught<'a> {
    /// The shipped weights.
    pub shipped: &'a dyn Weights,
    /// What was learned.
    pub delta: &'a Delta,
}

impl Weights for Taught<'_> {
    fn bias(&self) -> PerClass {
        self.shipped.bias()
    }

    fn add(&self, bucket: u32, value: f32, sum: &mut PerClass) {
        self.shipped.add(bucket, value, sum);
        for ((_, class), difference) in self.delta.entries.range((bucket, 0)..=(bucket, u8::MAX)) {
            if let Some(total) = sum.get_mut(usize::from(*class)) {
                *total += difference * value;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classes::index;
    use crate::features::vector;
    use crate::model::{Dense, probabilities};

    const LINE: &str = "frobnicator: widget pool drained, giving up";

    fn lesson(delta: &mut Delta, line: &str, category: &str, teacher: Teacher) {
        delta.learn(&Dense::zero(BUCKETS), &vector(line), index(category).expect("a class"), teacher);
    }

    fn probability(delta: &Delta, line: &str, category: &str) -> f32 {
        let taught = Taught { shipped: &Dense::zero(BUCKETS), delta };
        probabilities(&taught, &vector(line))[index(category).expect("a class")]
    }

    #[test]
    fn a_persons_word_changes_the_answer_about_lines_like_it_and_no_other() {
        let mut delta = Delta::default();
        lesson(&mut delta, LINE, "rate-limit", Teacher::Person);
        let other = "ld: symbol not found";
        assert!(probability(&delta, "frobnicator: widget pool drained, giving up after 3", "rate-limit") > 0.5);
        assert!(probability(&delta, other, "rate-limit") < 0.1);
    }

    #[test]
    fn a_verified_remedy_counts_less_than_a_person() {
        let (mut person, mut verified) = (Delta::default(), Delta::default());
        lesson(&mut person, LINE, "rate-limit", Teacher::Person);
        lesson(&mut verified, LINE, "rate-limit", Teacher::Verification);
        assert!(probability(&person, LINE, "rate-limit") > probability(&verified, LINE, "rate-limit"));
        assert!(probability(&verified, LINE, "rate-limit") > 1.0 / 23.0);
    }

    #[test]
    fn older_lessons_fade_and_the_store_stays_small() {
        let mut delta = Delta::default();
        lesson(&mut delta, LINE, "rate-limit", Teacher::Person);
        let before = probability(&delta, LINE, "rate-limit");
        for number in 0_u32..400 {
            let name: String = number.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect();
            lesson(&mut delta, &format!("{name}{name} {name}x stopped"), "deployment", Teacher::Verification);
        }
        assert!(probability(&delta, LINE, "rate-limit") < before);
        assert!(delta.len() <= MOST_ENTRIES);
    }

    #[test]
    fn stored_pieces_give_back_the_same_answers() {
        let mut delta = Delta::default();
        lesson(&mut delta, LINE, "rate-limit", Teacher::Person);
        let pieces = delta.to_pieces(1000);
        assert!(pieces.len() > 1 && pieces.iter().all(|piece| piece.len() <= 1000));
        let read = Delta::from_pieces(&pieces);
        let (before, after) = (probability(&delta, LINE, "rate-limit"), probability(&read, LINE, "rate-limit"));
        assert!((before - after).abs() < 0.01, "{before} {after}");
        assert_eq!(Delta::from_pieces(&read.to_pieces(64_000)), read);
    }

    #[test]
    fn damaged_pieces_are_left_out() {
        let piece = [vec![0xff; 23], vec![1, 0, 5, 0, 1, 1, 0, 200, 0, 1]].concat();
        assert!(Delta::from_pieces(&[piece]).len() <= 2);
        assert!(Delta::from_pieces(&[vec![0xff; 5]]).is_empty());
    }
}
