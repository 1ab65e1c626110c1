use tapegrad_autodiff::{ArcArrayD, Element};

use super::Metric;
use super::number_rows::NumberRows;
use super::weights;

/// `Σ wᵢ (yᵢ − pᵢ)² / Σ wᵢ`, in `[0, ∞)`: the square of the unit of the targets.
///
/// ```
/// use ndarray::array;
/// use tapegrad_train::metric::{MeanSquaredError, Metric};
/// let (p, y) = (array![[1.0_f64], [5.0]], array![[1.0_f64], [3.0]]);
/// assert_eq!(MeanSquaredError.of(p, y, None), 2.0);
/// ```
///
/// # Panics
/// If the shapes differ, there is no row, or the weights do not fit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MeanSquaredError;

impl<T: Element> Metric<T> for MeanSquaredError {
    fn name(&self) -> String {
        "mean_squared_error".to_owned()
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
        let rows = NumberRows::new("metric::MeanSquaredError", outputs, targets, weights);
        rows.mean(|column| weights::mean(column.errors().map(|e| e * e), column.weights))
    }
}
