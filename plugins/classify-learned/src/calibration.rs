//! From a score to a probability: a rising curve through a few points, fitted on answers about lines that were not trained on.

/// Most points of a curve.
pub const MOST_POINTS: usize = 12;

/// A rising curve. Between its points it is straight, outside of them flat.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curve {
    /// Score and probability, both ascending, at most [`MOST_POINTS`].
    pub points: Vec<(f32, f32)>,
}

impl Curve {
    /// The probability that an answer with this score is right; the score itself where the curve has no points.
    pub fn probability(&self, score: f32) -> f32 {
        let (Some(first), Some(last)) = (self.points.first(), self.points.last()) else {
            return score.clamp(0.0, 1.0);
        };
        if score <= first.0 {
            return first.1;
        }
        for pair in self.points.windows(2) {
            let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
            if score <= x1 {
                return if x1 > x0 { y0 + (y1 - y0) * (score - x0) / (x1 - x0) } else { y1 };
            }
        }
        last.1
    }

    /// Fits a curve to scores and whether the answer was right: isotonic regression over [`MOST_POINTS`] bins of equal size,
    /// each smoothed by one right and one wrong answer, so that no bin claims certainty.
    pub fn fit(answers: &[(f32, bool)]) -> Self {
        if answers.is_empty() {
            return Self::default();
        }
        let mut sorted = answers.to_vec();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let size = sorted.len().div_ceil(MOST_POINTS).max(1);
        let bins = sorted.chunks(size).map(|bin| {
            let count = bin.len() as f32;
            let right = bin.iter().filter(|(_, is_right)| *is_right).count() as f32;
            let score = bin.iter().map(|(score, _)| score).sum::<f32>() / count;
            (score, (right + 1.0) / (count + 2.0), count)
        });
        Self { points: rising(bins) }
    }
}

/// Joins neighbours that fall into one level (pool adjacent violators), but keeps each bin's place.
fn rising(bins: impl Iterator<Item = (f32, f32, f32)>) -> Vec<(f32, f32)> {
    // Level, weight and the scores of the bins on it.
    let mut levels: Vec<(f32, f32, Vec<f32>)> = Vec::new();
    for (score, level, weight) in bins {
        levels.push((level, weight, vec![score]));
        while let [.., (lower, _, _), (upper, _, _)] = levels.as_slice()
            && lower > upper
        {
            let (level, weight, scores) = levels.pop().unwrap_or_default();
            if let Some(last) = levels.last_mut() {
                last.0 = (last.0 * last.1 + level * weight) / (last.1 + weight);
                last.1 += weight;
                last.2.extend(scores);
            }
        }
    }
    levels.into_iter().flat_map(|(level, _, scores)| scores.into_iter().map(move |score| (score, level))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_rises_and_says_how_often_answers_were_right() {
        let answers: Vec<(f32, bool)> = (0..1000).map(|n| (n as f32 / 1000.0, n * 7919 % 1000 < n)).collect();
        let curve = Curve::fit(&answers);
        assert!(curve.points.len() <= MOST_POINTS);
        assert!(curve.points.windows(2).all(|pair| pair[0].0 <= pair[1].0 && pair[0].1 <= pair[1].1));
        for tenth in 1..10 {
            let score = tenth as f32 / 10.0;
            assert!((curve.probability(score) - score).abs() < 0.06, "{score}: {}", curve.probability(score));
        }
    }

    #[test]
    fn wild_answers_still_give_a_rising_curve_that_never_claims_certainty() {
        let answers = [(0.9, false), (0.1, true), (0.5, true), (0.5, false), (0.2, true), (0.99, true)];
        let curve = Curve::fit(&answers);
        assert!(curve.points.windows(2).all(|pair| pair[0].1 <= pair[1].1));
        for score in [-1.0, 0.0, 0.5, 1.0, 9.0] {
            assert!((0.05..0.95).contains(&curve.probability(score)));
        }
        assert_eq!(Curve::fit(&[]).probability(0.7), 0.7);
    }
}
