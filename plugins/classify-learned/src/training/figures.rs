//! How good answers are.

use std::fmt;

use crate::classes::{CLASSES, COUNT};

/// Bins of the reliability table.
const BINS: usize = 10;

/// An answer beside the truth.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Place of the class that was right.
    pub truth: usize,
    /// Place of the class that was said.
    pub said: usize,
    /// How sure, from 0 to 1.
    pub score: f32,
    /// The fold it comes from.
    pub fold: u64,
}

impl Answer {
    /// Whether the answer was right.
    pub fn is_right(&self) -> bool {
        self.truth == self.said
    }
}

/// A row of the reliability table.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bin {
    /// Number of answers.
    pub count: usize,
    /// Mean of what they claimed.
    pub claimed: f32,
    /// Share that was right.
    pub right: f32,
}

/// Figures over answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Figures {
    /// Number of answers.
    pub count: usize,
    /// Share that was right.
    pub accuracy: f32,
    /// Mean F1 over the classes that occur.
    pub macro_f1: f32,
    /// Expected calibration error: mean distance between claim and truth over ten bins, by size.
    pub calibration_error: f32,
    /// F1 of each class.
    pub f1: [f32; COUNT],
    /// Claims from 0 to 1 in tenths.
    pub bins: [Bin; BINS],
}

impl Figures {
    /// Counts answers.
    pub fn of(answers: &[Answer]) -> Self {
        let (mut right, mut said, mut meant) = ([0_f32; COUNT], [0_f32; COUNT], [0_f32; COUNT]);
        let mut bins = [Bin::default(); BINS];
        for answer in answers {
            said[answer.said] += 1.0;
            meant[answer.truth] += 1.0;
            let bin = &mut bins[((answer.score * BINS as f32) as usize).min(BINS - 1)];
            bin.count += 1;
            bin.claimed += answer.score;
            if answer.is_right() {
                right[answer.truth] += 1.0;
                bin.right += 1.0;
            }
        }
        let f1 = std::array::from_fn(|class| 2.0 * right[class] / (said[class] + meant[class]).max(1.0));
        let occurring = (0..COUNT).filter(|class| meant[*class] > 0.0);
        let (sum, classes) = occurring.fold((0.0, 0.0_f32), |(sum, count), class| (sum + f1[class], count + 1.0));
        let count = answers.len();
        let off: f32 = bins.iter().map(|bin| (bin.right - bin.claimed).abs()).sum();
        for bin in bins.iter_mut().filter(|bin| bin.count > 0) {
            bin.claimed /= bin.count as f32;
            bin.right /= bin.count as f32;
        }
        Self {
            count,
            accuracy: right.iter().sum::<f32>() / count.max(1) as f32,
            macro_f1: sum / classes.max(1.0),
            calibration_error: off / count.max(1) as f32,
            f1,
            bins,
        }
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  answers            {}", self.count)?;
        writeln!(f, "  accuracy           {:.3}", self.accuracy)?;
        writeln!(f, "  macro-F1           {:.3}", self.macro_f1)?;
        writeln!(f, "  calibration error  {:.3}", self.calibration_error)?;
        writeln!(f, "  claimed  right  answers")?;
        for bin in self.bins.iter().filter(|bin| bin.count > 0) {
            writeln!(f, "  {:>7.2}  {:>5.2}  {:>7}", bin.claimed, bin.right, bin.count)?;
        }
        for (class, f1) in CLASSES.iter().zip(&self.f1) {
            writeln!(f, "  F1 {f1:.2}  {class}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_those_of_the_textbook() {
        let answer = |truth, said, score| Answer { truth, said, score, fold: 0 };
        let figures = Figures::of(&[answer(2, 2, 0.95), answer(2, 3, 0.95), answer(3, 3, 0.55), answer(3, 3, 0.55)]);
        assert_eq!(figures.accuracy, 0.75);
        // 2: precision 1, recall 1/2; 3: precision 2/3, recall 1.
        assert!((figures.macro_f1 - (2.0 / 3.0 + 0.8) / 2.0).abs() < 1e-6);
        // Two claims of 0.95 with one right, two of 0.55 with both right: each 0.45 off.
        assert!((figures.calibration_error - 0.45).abs() < 1e-6);
        assert_eq!(figures.bins[9].count, 2);
    }
}
