use tapegrad_autodiff::{ArcArrayD, Element};

use super::Metric;
use super::number_rows::NumberRows;

/// The median of `|yᵢ − pᵢ|`, in `[0, ∞)`: what half of the weights is not above.
///
/// Where a part of the rows has exactly half of the weights it is the mean of the largest error there
/// and the least of the others.
///
/// ```
/// use ndarray::array;
/// use tapegrad_train::metric::{MedianAbsoluteError, Metric};
/// let (p, y) = (array![[1.0_f64], [9.0], [4.0]], array![[1.0_f64], [2.0], [3.0]]);
/// assert_eq!(MedianAbsoluteError.of(p, y, None), 1.0);
/// ```
///
/// # Panics
/// If the shapes differ, there is no row, or the weights do not fit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MedianAbsoluteError;

impl<T: Element> Metric<T> for MedianAbsoluteError {
    fn name(&self) -> String {
        "median_absolute_error".to_owned()
    }

    fn is_better_larger(&self) -> bool {
        false
    }

    #[track_caller]
    fn evaluate(
        &self,
        outputs: &ArcArrayD<T>,
        targets: &ArcArrayD<T>,
        weights: Option<&[f64]>,
    ) -> f64 {
        let rows = NumberRows::new("metric::MedianAbsoluteError", outputs, targets, weights);
        rows.mean(|column| median(column.errors().map(f64::abs), column.weights))
    }
}

/// The weighted median; NaN if all weights are 0 or a number is NaN.
fn median(numbers: impl Iterator<Item = f64>, weights: &[f64]) -> f64 {
    let weighted = numbers.zip(weights.iter().copied());
    let mut rows: Vec<(f64, f64)> = weighted.filter(|(_, weight)| *weight > 0.0).collect();
    if rows.is_empty() || rows.iter().any(|(number, _)| number.is_nan()) {
        return f64::NAN;
    }
    rows.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    let below: Vec<f64> = rows
        .iter()
        .scan(0.0, |sum, (_, weight)| {
            *sum += weight;
            Some(*sum)
        })
        .collect();
    let half = below[below.len() - 1] / 2.0;
    let middle = below.partition_point(|sum| *sum < half);
    // As scikit-learn's: half of the weights is reached within rounding.
    let next = match below[middle] - half > f64::EPSILON {
        true => middle,
        false => (middle + 1).min(rows.len() - 1),
    };
    (rows[middle].0 + rows[next].0) / 2.0
}
