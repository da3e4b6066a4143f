//! Softmax regression over the classes.

use crate::classes::{COUNT, PerClass};
use crate::features::Vector;
use crate::numeric::softmax;

/// Where the weight of a bucket for each class comes from: the shipped table, one with what was learned on top, or one in
/// training.
pub trait Weights {
    /// The weights of the classes where no feature speaks.
    fn bias(&self) -> PerClass;
    /// Adds the weights of a bucket, times `value`, to `sum`.
    fn add(&self, bucket: u32, value: f32, sum: &mut PerClass);
}

/// The unscaled log-odds of the classes.
pub fn logits(weights: &dyn Weights, vector: &Vector) -> PerClass {
    let mut sum = weights.bias();
    for (bucket, value) in &vector.0 {
        weights.add(*bucket, *value, &mut sum);
    }
    sum
}

/// The probabilities of the classes.
pub fn probabilities(weights: &dyn Weights, vector: &Vector) -> PerClass {
    let mut values = logits(weights, vector);
    softmax(&mut values);
    values
}

/// What one labelled vector says against the probabilities: the gradient of the log-likelihood by the logits.
pub fn surprise(probabilities: &PerClass, truth: usize) -> PerClass {
    let mut surprise = probabilities.map(|probability| -probability);
    surprise[truth] += 1.0;
    surprise
}

/// Weights as floating-point numbers, one row of [`COUNT`] for each bucket: what training changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Dense {
    /// The weights where no feature speaks.
    pub bias: PerClass,
    /// One row for each bucket.
    pub rows: Vec<PerClass>,
}

impl Dense {
    /// Weights that know nothing.
    pub fn zero(buckets: usize) -> Self {
        Self { bias: [0.0; COUNT], rows: vec![[0.0; COUNT]; buckets] }
    }
}

impl Weights for Dense {
    fn bias(&self) -> PerClass {
        self.bias
    }

    fn add(&self, bucket: u32, value: f32, sum: &mut PerClass) {
        if let Some(row) = self.rows.get(bucket as usize) {
            for (total, weight) in sum.iter_mut().zip(row) {
                *total += weight * value;
            }
        }
    }
}
