//! Stochastic gradient descent, the same on every machine.

use super::data::Sample;
use crate::classes::{COUNT, PerClass};
use crate::features::{self, BUCKETS, Vector};
use crate::model::{Dense, probabilities, surprise};

/// Passes over the data.
const PASSES: u16 = 24;
/// Length of a step in the first pass.
const STEP: f32 = 3.0;
/// Share of every weight that the first pass takes away: keeps what single lines say small.
const DECAY: f32 = 0.02;
/// How fast both get smaller from pass to pass.
const COOLING: f32 = 0.25;
/// The bias moves this much slower than the weights: classes are as likely as their wording.
const BIAS_SHARE: f32 = 0.1;

/// A sample as numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Its features.
    pub vector: Vector,
    /// Place of its class.
    pub class: usize,
}

/// The features of a sample; several lines are one.
pub fn point(sample: &Sample) -> Point {
    let lines: Vec<&str> = sample.text.lines().collect();
    Point { vector: features::vector(&lines.join(" ")), class: sample.class }
}

/// Trains. The same points in the same order give the same bits.
pub fn train(points: &[&Point]) -> Dense {
    let mut dense = Dense::zero(BUCKETS);
    let importance = importance(points);
    let mut order: Vec<usize> = (0..points.len()).collect();
    for pass in 0..PASSES {
        shuffle(&mut order, u64::from(pass));
        let cooling = 1.0 / (1.0 + f32::from(pass) * COOLING);
        for place in &order {
            let point = points[*place];
            step(&mut dense, point, STEP * cooling * importance[point.class]);
        }
        let keep = 1.0 - DECAY * cooling;
        dense.rows.iter_mut().flatten().for_each(|weight| *weight *= keep);
    }
    dense
}

fn step(dense: &mut Dense, point: &Point, length: f32) {
    let surprise = surprise(&probabilities(dense, &point.vector), point.class);
    for (bucket, value) in &point.vector.0 {
        for (weight, surprise) in dense.rows[*bucket as usize].iter_mut().zip(&surprise) {
            *weight += length * surprise * value;
        }
    }
    for (weight, surprise) in dense.bias.iter_mut().zip(&surprise) {
        *weight += BIAS_SHARE * length * surprise;
    }
}

/// How much a sample of each class counts: rare classes more, but not so much that they count like common ones.
fn importance(points: &[&Point]) -> PerClass {
    let mut counts = [0.0_f32; COUNT];
    for point in points {
        counts[point.class] += 1.0;
    }
    let mean = points.len() as f32 / COUNT as f32;
    counts.map(|count| if count > 0.0 { (mean / count).sqrt() } else { 0.0 })
}

/// Fisher–Yates with a counter for dice.
fn shuffle(order: &mut [usize], pass: u64) {
    for last in (1..order.len()).rev() {
        let dice = mixed((pass << 32) + last as u64);
        order.swap(last, (dice % (last as u64 + 1)) as usize);
    }
}

/// The finish of SplitMix64: a fixed number that looks like any other.
pub fn mixed(value: u64) -> u64 {
    let mut value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn training_learns_what_it_is_shown_and_gives_the_same_bits_again() {
        let text = [("no space left on device", 9), ("connection timed out", 4), ("all tests passed", 0)];
        let samples: Vec<Sample> = text
            .iter()
            .map(|(text, class)| Sample { text: (*text).to_owned(), class: *class, group: String::new() })
            .collect();
        let points: Vec<Point> = samples.iter().map(point).collect();
        let points: Vec<&Point> = points.iter().collect();
        let dense = train(&points);
        for point in &points {
            let probabilities = probabilities(&dense, &point.vector);
            assert!(probabilities[point.class] > 0.8, "{probabilities:?}");
        }
        assert!(train(&points) == dense);
    }

    #[test]
    fn a_shuffle_loses_nothing() {
        let mut order: Vec<usize> = (0..100).collect();
        shuffle(&mut order, 3);
        assert_ne!(order, (0..100).collect::<Vec<_>>());
        order.sort_unstable();
        assert_eq!(order, (0..100).collect::<Vec<_>>());
    }
}
