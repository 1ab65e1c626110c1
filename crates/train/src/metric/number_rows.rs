use tapegrad_autodiff::{ArcArrayD, Element};

use super::weights;
use crate::error;

/// Predicted numbers that fit their targets and weights.
pub(super) struct NumberRows {
    columns: usize,
    predictions: Vec<f64>,
    targets: Vec<f64>,
    /// Of each row.
    weights: Vec<f64>,
}

/// One number a row.
pub(super) struct Column<'a> {
    pub(super) predictions: Vec<f64>,
    pub(super) targets: Vec<f64>,
    pub(super) weights: &'a [f64],
}

impl NumberRows {
    /// A single number is a row by itself.
    #[track_caller]
    pub(super) fn new<T: Element>(
        who: &str,
        outputs: &ArcArrayD<T>,
        targets: &ArcArrayD<T>,
        weights: Option<&[f64]>,
    ) -> Self {
        if outputs.shape() != targets.shape() || outputs.is_empty() {
            error::number_rows(who, outputs.shape(), targets.shape());
        }
        let rows = outputs.shape().first().copied().unwrap_or(1);
        Self {
            columns: outputs.len() / rows,
            predictions: outputs.iter().map(|p| p.wide()).collect(),
            targets: targets.iter().map(|y| y.wide()).collect(),
            weights: weights::of_rows(who, rows, weights),
        }
    }

    /// The mean of what `of` says of each column.
    pub(super) fn mean(&self, of: impl Fn(&Column<'_>) -> f64) -> f64 {
        let column = |numbers: &[f64], at: usize| -> Vec<f64> {
            numbers
                .iter()
                .skip(at)
                .step_by(self.columns)
                .copied()
                .collect()
        };
        let each = (0..self.columns).map(|at| {
            of(&Column {
                predictions: column(&self.predictions, at),
                targets: column(&self.targets, at),
                weights: &self.weights,
            })
        });
        each.sum::<f64>() / self.columns as f64
    }
}

impl Column<'_> {
    /// `yᵢ − pᵢ`.
    pub(super) fn errors(&self) -> impl Iterator<Item = f64> {
        let pairs = self.targets.iter().zip(&self.predictions);
        pairs.map(|(target, prediction)| target - prediction)
    }
}

/// `1 − unexplained / variation`, and what stands for it where there is no variation: 1 if there is
/// nothing unexplained either, else 0.
pub(super) fn explained(unexplained: f64, variation: f64) -> f64 {
    if unexplained == 0.0 {
        return 1.0;
    }
    if variation == 0.0 && !unexplained.is_nan() {
        return 0.0;
    }
    1.0 - unexplained / variation
}

/// The weighted mean squared distance of numbers from a centre.
pub(super) fn variation(numbers: &[f64], centre: f64, row_weights: &[f64]) -> f64 {
    let squares = numbers.iter().map(|number| (number - centre).powi(2));
    weights::mean(squares, row_weights)
}

/// The weighted mean of numbers, exact where all are equal: a constant has no variation.
pub(super) fn centre(numbers: &[f64], row_weights: &[f64]) -> f64 {
    let first = numbers[0];
    let beyond = numbers.iter().map(|number| number - first);
    first + weights::mean(beyond, row_weights)
}
