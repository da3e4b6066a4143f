//! From the probabilities of single lines to one answer about a log.

use plugin_sdk::types::LogLine;

use crate::calibration::Curve;
use crate::classes::{COUNT, FIRST_CAUSE, PerClass};
use crate::features;
use crate::model::{Weights, probabilities};
use crate::window::Reading;

/// A line whose score is within this share of the best one's says the same; the first such line is the cause.
const AS_GOOD: f32 = 0.85;
/// What the best rival takes away from the score.
const RIVAL_SHARE: f32 = 0.5;
/// Categories that are reported.
const VOTES: usize = 3;

/// What the model makes of a log.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Place of the category.
    pub class: usize,
    /// The line that names the cause.
    pub cause: LogLine,
    /// Score before calibration, from 0 to 1.
    pub score: f32,
    /// Calibrated probability that the category is right.
    pub confidence: f32,
    /// The best categories with the probability of their best line, best first.
    pub votes: Vec<(usize, f32)>,
}

/// Judges lines; `None` where there are none. Each category is as likely as its best line: a log repeats one cause many
/// times, and adding lines up would let many weak ones win over a clear one (tried: sums of powers, noisy-or).
pub fn verdict(weights: &dyn Weights, curve: &Curve, readings: &[Reading]) -> Option<Verdict> {
    let scored: Vec<PerClass> = readings.iter().map(|reading| scores(weights, reading)).collect();
    let mut best = [0.0_f32; COUNT];
    for line in &scored {
        for (best, score) in best.iter_mut().zip(line) {
            *best = best.max(*score);
        }
    }
    let mut order: Vec<usize> = (FIRST_CAUSE..COUNT).collect();
    order.sort_by(|a, b| best[*b].total_cmp(&best[*a]).then(a.cmp(b)));
    let (class, rival) = (order[0], order[1]);
    let place = scored.iter().position(|line| line[class] >= AS_GOOD * best[class])?;
    let score = (best[class] - RIVAL_SHARE * best[rival]).max(0.0);
    Some(Verdict {
        class,
        cause: readings[place].line.clone(),
        score,
        confidence: curve.probability(score),
        votes: order.iter().take(VOTES).map(|class| (*class, best[*class])).collect(),
    })
}

fn scores(weights: &dyn Weights, reading: &Reading) -> PerClass {
    probabilities(weights, &features::vector(&reading.line.text)).map(|probability| probability * reading.weight)
}

/// The n-grams of words that spoke most for a class on a line, best first, at most four. What spoke for the rival as well
/// explains nothing.
pub fn reasons(weights: &dyn Weights, line: &str, class: usize, rival: usize) -> Vec<String> {
    let mut grams: Vec<(f32, String)> = Vec::new();
    for gram in features::readable(line) {
        let mut sum = [0.0; COUNT];
        weights.add(gram.bucket, gram.weight, &mut sum);
        let shown = gram.text.trim_start_matches("^ ");
        if !grams.iter().any(|(_, text)| text == shown) && shown.chars().any(char::is_alphanumeric) {
            grams.push((sum[class] - sum[rival], shown.to_owned()));
        }
    }
    grams.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    grams.into_iter().filter(|(weight, _)| *weight > 0.0).take(4).map(|(_, text)| text).collect()
}
