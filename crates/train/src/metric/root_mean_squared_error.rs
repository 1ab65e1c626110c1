use tapegrad_autodiff::{ArcArrayD, Element};

use super::Metric;
use super::number_rows::NumberRows;
use super::weights;

/// `√(Σ wᵢ (yᵢ − pᵢ)² / Σ wᵢ)`, in `[0, ∞)`: in the unit of the targets.
///
/// With several numbers a row it is the mean of a root for each, not the root of the mean.
///
/// ```
/// use ndarray::array;
/// use tapegrad_train::metric::{Metric, RootMeanSquaredError};
/// let (p, y) = (array![[1.0_f64], [5.0]], array![[-1.0_f64], [3.0]]);
/// assert_eq!(RootMeanSquaredError.of(p, y, None), 2.0);
/// ```
///
/// # Panics
/// If the shapes differ, there is no row, or the weights do not fit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RootMeanSquaredError;

impl<T: Element> Metric<T> for RootMeanSquaredError {
    fn name(&self) -> String {
        "root_mean_squared_error".to_owned()
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
        let rows = NumberRows::new("metric::RootMeanSquaredError", outputs, targets, weights);
        rows.mean(|column| weights::mean(column.errors().map(|e| e * e), column.weights).sqrt())
    }
}
