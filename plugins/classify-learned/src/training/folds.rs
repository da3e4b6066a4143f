//! Asks a model about what it was not trained on: k-fold by group, on single lines and on logs made of them.
//!
//! A made log has healthy lines, a failure line of the fold that was left out, and closing words that say nothing of a cause;
//! one of six has no failure line. Healthy lines and closing words come from all folds, because tools print the same ones in
//! every project; it is the failures whose wording is new.

use plugin_sdk::testing::LogText;

use super::data::Sample;
use super::descent::{Point, mixed, train};
use super::figures::Answer;
use crate::calibration::Curve;
use crate::classes::{COUNT, FIRST_CAUSE, NONE, UNKNOWN};
use crate::model::{Dense, probabilities};
use crate::verdict::verdict;
use crate::window;

/// Number of folds.
pub const FOLDS: u64 = 5;
/// Healthy lines of a made log.
const HEALTHY_LINES: usize = 6;
/// For so many logs with a failure there is one without.
const HEALTHY_SHARE: usize = 5;

/// Answers about samples of the fold that was left out.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    /// About single lines.
    pub lines: Vec<Answer>,
    /// About made logs; scores are not calibrated.
    pub logs: Vec<Answer>,
}

/// The fold of a group.
pub fn fold(group: &str) -> u64 {
    let hash = group.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    mixed(hash) % FOLDS
}

/// Trains once for each fold and asks about it.
pub fn ask(samples: &[Sample], points: &[Point]) -> Answers {
    let folds: Vec<u64> = samples.iter().map(|sample| fold(&sample.group)).collect();
    let mut answers = Answers::default();
    for left_out in 0..FOLDS {
        let places: Vec<usize> = (0..samples.len()).filter(|place| folds[*place] == left_out).collect();
        let others: Vec<&Point> =
            points.iter().zip(&folds).filter(|(_, fold)| **fold != left_out).map(|(point, _)| point).collect();
        let dense = train(&others);
        answers.lines.extend(places.iter().map(|place| line_answer(&dense, &points[*place], left_out)));
        let failing = places.iter().map(|place| &samples[*place]).filter(|sample| sample.class >= FIRST_CAUSE);
        answers.logs.extend(log_answers(&dense, &Surroundings::of(samples), failing, left_out));
    }
    answers
}

fn line_answer(dense: &Dense, point: &Point, fold: u64) -> Answer {
    let probabilities = probabilities(dense, &point.vector);
    let said = (0..COUNT).max_by(|a, b| probabilities[*a].total_cmp(&probabilities[*b])).unwrap_or(NONE);
    Answer { truth: point.class, said, score: probabilities[said], fold }
}

/// The lines around a failure.
struct Surroundings<'a> {
    healthy: Vec<&'a str>,
    closing: Vec<&'a str>,
}

impl<'a> Surroundings<'a> {
    fn of(samples: &'a [Sample]) -> Self {
        let of = |class: usize| samples.iter().filter(move |sample| sample.class == class).map(|sample| &*sample.text);
        Self { healthy: of(NONE).collect(), closing: of(UNKNOWN).collect() }
    }

    /// A log around a failure, or a healthy one.
    fn log(&self, failure: Option<&Sample>, turn: usize) -> LogText {
        let healthy = |number| pick(&self.healthy, turn * HEALTHY_LINES + number);
        let mut lines: Vec<&str> = (0..HEALTHY_LINES).filter_map(healthy).collect();
        if let Some(failure) = failure {
            lines.push(&failure.text);
            lines.extend(pick(&self.closing, turn));
        }
        LogText::new(&lines.join("\n"))
    }
}

fn pick<'a>(lines: &[&'a str], number: usize) -> Option<&'a str> {
    let count = lines.len() as u64;
    (count > 0).then(|| lines[(mixed(number as u64) % count) as usize])
}

fn log_answers<'a>(
    dense: &Dense,
    surroundings: &Surroundings<'_>,
    failing: impl Iterator<Item = &'a Sample>,
    fold: u64,
) -> Vec<Answer> {
    let mut answers = Vec::new();
    let mut ask = |log: &LogText, truth| {
        let verdict = verdict(dense, &Curve::default(), &window::read(log, 1));
        answers.extend(verdict.map(|verdict| Answer { truth, said: verdict.class, score: verdict.score, fold }));
    };
    for (turn, failure) in failing.enumerate() {
        ask(&surroundings.log(Some(failure), turn), failure.class);
        if turn % HEALTHY_SHARE == 0 {
            ask(&surroundings.log(None, turn), NONE);
        }
    }
    answers
}

/// The answers with their scores as probabilities, each through a curve fitted on the other folds.
pub fn calibrated(answers: &[Answer]) -> Vec<Answer> {
    let mut calibrated = Vec::with_capacity(answers.len());
    for fold in 0..FOLDS {
        let others: Vec<(f32, bool)> = answers
            .iter()
            .filter(|answer| answer.fold != fold)
            .map(|answer| (answer.score, answer.is_right()))
            .collect();
        let curve = Curve::fit(&others);
        let asked = answers.iter().filter(|answer| answer.fold == fold);
        calibrated.extend(asked.map(|answer| Answer { score: curve.probability(answer.score), ..answer.clone() }));
    }
    calibrated
}
