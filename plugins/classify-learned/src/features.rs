//! A line as numbers: hashed n-grams of words and of characters.
//!
//! Every n-gram falls into one of [`BUCKETS`] buckets with a sign (the hashing trick: what collides cancels out on average),
//! and the vector has length 1. The hash is fixed, so the same line gives the same vector everywhere.

use crate::words::{Word, words};

/// Number of buckets, a power of two. Chosen by measurement; see `README.md`.
pub const BUCKETS: usize = 1 << 14;
/// Changes when the same line would give another vector: weights and deltas of another version are void.
pub const VERSION: u8 = 1;

/// Weight of an n-gram of words.
const WORD_WEIGHT: f32 = 1.0;
/// Weight of a piece of a compound word.
const PIECE_WEIGHT: f32 = 0.7;
/// Weight of an n-gram of characters: there are many more of them.
const CHARACTER_WEIGHT: f32 = 0.35;
/// Lengths of n-grams of characters.
const CHARACTER_LENGTHS: std::ops::RangeInclusive<usize> = 3..=4;

/// A vector of length 1, or an empty one: buckets in ascending order, each once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Vector(pub Vec<(u32, f32)>);

/// An n-gram and where it goes.
#[derive(Clone, Debug, PartialEq)]
pub struct Gram {
    /// The words, for a person; empty for n-grams of characters.
    pub text: String,
    /// Its bucket.
    pub bucket: u32,
    /// Its signed weight before the vector is brought to length 1.
    pub weight: f32,
}

/// Returns the vector of a line; empty for one without words.
pub fn vector(line: &str) -> Vector {
    let words = words(line);
    let mut grams = Vec::with_capacity(256);
    word_grams(&words, &mut |text, weight| grams.push(hashed(b'w', text, weight)));
    character_grams(&words, &mut |text| grams.push(hashed(b'c', text, CHARACTER_WEIGHT)));
    merged(grams)
}

/// Returns the n-grams of words with their text, for explanations.
pub fn readable(line: &str) -> Vec<Gram> {
    let mut grams = Vec::new();
    word_grams(&words(line), &mut |text, weight| {
        let (bucket, weight) = hashed(b'w', text, weight);
        grams.push(Gram { text: text.to_owned(), bucket, weight });
    });
    grams
}

fn word_grams(words: &[Word], each: &mut dyn FnMut(&str, f32)) {
    let mut previous = "^";
    for word in words {
        if word.is_piece {
            each(&word.text, PIECE_WEIGHT);
            continue;
        }
        each(&word.text, WORD_WEIGHT);
        each(&format!("{previous} {}", word.text), WORD_WEIGHT);
        previous = &word.text;
    }
}

fn character_grams(words: &[Word], each: &mut dyn FnMut(&str)) {
    let mut text = String::from(" ");
    for word in words.iter().filter(|word| !word.is_piece) {
        text.push_str(&word.text);
        text.push(' ');
    }
    let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    for length in CHARACTER_LENGTHS {
        for ends in places.windows(length + 1) {
            each(&text[ends[0]..ends[length]]);
        }
    }
}

/// FNV-1a, then a finish that spreads the low bits; the top bit is the sign.
fn hashed(kind: u8, text: &str, weight: f32) -> (u32, f32) {
    const START: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let mut hash = std::iter::once(kind).chain(text.bytes()).fold(START, |h, b| (h ^ u64::from(b)).wrapping_mul(PRIME));
    hash ^= hash >> 32;
    hash = hash.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let bucket = (hash >> 20) as usize % BUCKETS;
    (bucket as u32, if hash >> 63 == 0 { weight } else { -weight })
}

/// One entry for each bucket, brought to length 1. An n-gram counts once however often it occurs.
fn merged(mut grams: Vec<(u32, f32)>) -> Vector {
    grams.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    grams.dedup();
    let mut merged: Vec<(u32, f32)> = Vec::with_capacity(grams.len());
    for (bucket, weight) in grams {
        match merged.last_mut() {
            Some(last) if last.0 == bucket => last.1 += weight,
            _ => merged.push((bucket, weight)),
        }
    }
    let square: f32 = merged.iter().map(|(_, weight)| weight * weight).sum();
    if square > 0.0 {
        let length = square.sqrt();
        for (_, weight) in &mut merged {
            *weight /= length;
        }
    }
    Vector(merged)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn likeness(a: &str, b: &str) -> f32 {
        let (a, b) = (vector(a), vector(b));
        a.0.iter().map(|(bucket, x)| b.0.iter().find(|(other, _)| other == bucket).map_or(0.0, |(_, y)| x * y)).sum()
    }

    #[test]
    fn a_vector_has_length_one_and_no_bucket_twice() {
        let vector = vector("error: failed to connect to mirror.example port 443: Connection refused");
        let square: f32 = vector.0.iter().map(|(_, value)| value * value).sum();
        assert!((square - 1.0).abs() < 1e-5);
        assert!(vector.0.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(vector.0.iter().all(|(bucket, _)| (*bucket as usize) < BUCKETS));
        assert!(super::vector("  ").0.is_empty());
    }

    #[test]
    fn other_names_of_the_same_message_are_alike() {
        let same = likeness("No module named 'PIL'", "No module named 'cv2'");
        let other = likeness("No module named 'PIL'", "Connection timed out after 30001 ms");
        assert!(same > 0.99 && other < 0.3, "{same} {other}");
    }
}
