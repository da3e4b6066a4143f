//! Makes weights from labelled lines. Native only: the component carries none of it.
//!
//! [`data`] reads the samples, [`descent`] trains, [`folds`] asks about what was not trained on, [`figures`] says how well that
//! went. [`make`] is the whole of it. The same samples give the same bytes.

pub mod data;
pub mod descent;
pub mod figures;
pub mod folds;

pub use data::{DataError, Sample, digest, samples};
pub use figures::Figures;

use crate::calibration::Curve;
use crate::weights;

/// What training gives.
#[derive(Clone, Debug)]
pub struct Made {
    /// The weights file.
    pub bytes: Vec<u8>,
    /// Single lines that were not trained on.
    pub lines: Figures,
    /// Logs made of lines that were not trained on, with a curve fitted on the other ones.
    pub logs: Figures,
}

/// Trains, measures and calibrates.
pub fn make(samples: &[Sample]) -> Made {
    let points: Vec<descent::Point> = samples.iter().map(descent::point).collect();
    let answers = folds::ask(samples, &points);
    let curve = Curve::fit(&answers.logs.iter().map(|log| (log.score, log.is_right())).collect::<Vec<_>>());
    let dense = descent::train(&points.iter().collect::<Vec<_>>());
    Made {
        bytes: weights::to_bytes(&dense, &curve, digest(samples)),
        lines: Figures::of(&answers.lines),
        logs: Figures::of(&folds::calibrated(&answers.logs)),
    }
}
