//! The shipped weights: one byte for each bucket and class.
//!
//! ```text
//! 4 bytes   "SHLW"
//! 1 byte    version of the features        1 byte  number of classes
//! 1 byte    points of the curve            1 byte  zero
//! 4 bytes   number of buckets              8 bytes digest of the training data
//! then      points of the curve, score and probability, as f32
//!           bias of each class, as f32
//!           scale of each class, as f32
//!           buckets × classes bytes: weight ÷ scale, as i8
//! ```
//!
//! All numbers are little-endian.

use std::fmt;

use crate::calibration::{Curve, MOST_POINTS};
use crate::classes::{COUNT, PerClass};
use crate::features;
use crate::model::{Dense, Weights};

const MAGIC: &[u8; 4] = b"SHLW";
const HEADER: usize = 20;
/// Largest step of a weight.
const MOST_STEPS: f32 = 127.0;

/// What a weights file holds. The table stays where it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Shipped<'a> {
    /// Digest of the data that it was trained on.
    pub digest: u64,
    /// What a score is worth.
    pub curve: Curve,
    bias: PerClass,
    scales: PerClass,
    table: &'a [u8],
}

/// Why bytes are no weights for this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WeightsError {
    /// The file does not begin as one of weights.
    NotWeights,
    /// Made for other features, classes or buckets.
    OtherVersion,
    /// The length does not fit what the header says.
    WrongLength,
}

impl fmt::Display for WeightsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotWeights => "read weights: not a weights file",
            Self::OtherVersion => "read weights: made for another version",
            Self::WrongLength => "read weights: cut off or too long",
        })
    }
}

impl std::error::Error for WeightsError {}

impl<'a> Shipped<'a> {
    /// Reads a weights file without copying its table.
    ///
    /// # Errors
    /// When it is none, or one for other features.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, WeightsError> {
        let (header, mut rest) = bytes.split_at_checked(HEADER).ok_or(WeightsError::NotWeights)?;
        if &header[..4] != MAGIC {
            return Err(WeightsError::NotWeights);
        }
        let points = usize::from(header[6]);
        let fits = header[4] == features::VERSION
            && usize::from(header[5]) == COUNT
            && points <= MOST_POINTS
            && number(&header[8..12]) as usize == features::BUCKETS;
        if !fits {
            return Err(WeightsError::OtherVersion);
        }
        let length = 8 * points + 8 * COUNT + features::BUCKETS * COUNT;
        if rest.len() != length {
            return Err(WeightsError::WrongLength);
        }
        let digest = u64::from(number(&header[12..16])) | (u64::from(number(&header[16..20])) << 32);
        let mut float = || {
            let (first, others) = rest.split_at(4);
            rest = others;
            f32::from_bits(number(first))
        };
        let curve = Curve { points: (0..points).map(|_| (float(), float())).collect() };
        let bias = std::array::from_fn(|_| float());
        let scales = std::array::from_fn(|_| float());
        Ok(Self { digest, curve, bias, scales, table: rest })
    }
}

impl Weights for Shipped<'_> {
    fn bias(&self) -> PerClass {
        self.bias
    }

    fn add(&self, bucket: u32, value: f32, sum: &mut PerClass) {
        let start = bucket as usize * COUNT;
        let Some(row) = self.table.get(start..start + COUNT) else { return };
        for ((total, steps), scale) in sum.iter_mut().zip(row).zip(&self.scales) {
            *total += f32::from(*steps as i8) * scale * value;
        }
    }
}

/// Writes a weights file.
pub fn to_bytes(dense: &Dense, curve: &Curve, digest: u64) -> Vec<u8> {
    let mut scales = [0.0_f32; COUNT];
    for row in &dense.rows {
        for (scale, weight) in scales.iter_mut().zip(row) {
            *scale = scale.max(weight.abs() / MOST_STEPS);
        }
    }
    let mut bytes = Vec::with_capacity(HEADER + 8 * curve.points.len() + 8 * COUNT + dense.rows.len() * COUNT);
    bytes.extend_from_slice(MAGIC);
    // Both counts are far below 256: see `CLASSES` and `MOST_POINTS`.
    bytes.extend_from_slice(&[features::VERSION, COUNT as u8, curve.points.len() as u8, 0]);
    bytes.extend_from_slice(&(dense.rows.len() as u32).to_le_bytes());
    bytes.extend_from_slice(&digest.to_le_bytes());
    let points = curve.points.iter().flat_map(|(score, probability)| [*score, *probability]);
    for float in points.chain(dense.bias).chain(scales) {
        bytes.extend_from_slice(&float.to_bits().to_le_bytes());
    }
    for row in &dense.rows {
        bytes.extend(row.iter().zip(&scales).map(|(weight, scale)| steps(*weight, *scale) as u8));
    }
    bytes
}

/// A weight in steps of its scale, rounded to the nearest.
fn steps(weight: f32, scale: f32) -> i8 {
    if scale > 0.0 { (weight / scale).round().clamp(-MOST_STEPS, MOST_STEPS) as i8 } else { 0 }
}

fn number(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |number, byte| (number << 8) | u32::from(*byte))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::model::logits;

    fn sample() -> Dense {
        let mut dense = Dense::zero(features::BUCKETS);
        for (bucket, row) in dense.rows.iter_mut().enumerate() {
            for (class, weight) in row.iter_mut().enumerate() {
                *weight = ((bucket * 31 + class * 17) % 201) as f32 / 100.0 - 1.0;
            }
        }
        dense.bias[3] = 0.25;
        dense
    }

    #[test]
    fn a_file_gives_back_what_was_written_within_half_a_step() {
        let (dense, curve) = (sample(), Curve { points: vec![(0.1, 0.2), (0.5, 0.8)] });
        let bytes = to_bytes(&dense, &curve, 0x0123_4567_89ab_cdef);
        let shipped = Shipped::parse(&bytes).unwrap();
        assert_eq!((shipped.digest, &shipped.curve), (0x0123_4567_89ab_cdef, &curve));
        let vector = features::vector("error: connection refused");
        let (exact, read) = (logits(&dense, &vector), logits(&shipped, &vector));
        for (exact, read) in exact.iter().zip(&read) {
            assert!((exact - read).abs() < 0.1, "{exact} {read}");
        }
    }

    #[test]
    fn other_bytes_are_refused() {
        let bytes = to_bytes(&sample(), &Curve::default(), 1);
        assert_eq!(Shipped::parse(b""), Err(WeightsError::NotWeights));
        assert_eq!(Shipped::parse(&[0; 64]), Err(WeightsError::NotWeights));
        assert_eq!(Shipped::parse(&bytes[..bytes.len() - 1]), Err(WeightsError::WrongLength));
        let mut other = bytes.clone();
        other[4] ^= 1;
        assert_eq!(Shipped::parse(&other), Err(WeightsError::OtherVersion));
    }
}
