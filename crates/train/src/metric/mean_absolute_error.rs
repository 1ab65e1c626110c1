use tapegrad_autodiff::{ArcArrayD, Element};

use super::Metric;
use super::number_rows::NumberRows;
use super::weights;

/// `Σ wᵢ |yᵢ − pᵢ| / Σ wᵢ`, in `[0, ∞)`.
///
/// ```
/// use ndarray::array;
/// use tapegrad_train::metric::{MeanAbsoluteError, Metric};
/// let (p, y) = (array![[1.0_f64], [5.0]], array![[1.0_f64], [3.0]]);
/// assert_eq!(MeanAbsoluteError.of(p, y, None), 1.0);
/// ```
///
/// # Panics
/// If the shapes differ, there is no row, or the weights do not fit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MeanAbsoluteError;

impl<T: Element> Metric<T> for MeanAbsoluteError {
    fn name(&self) -> String {
        "mean_absolute_error".to_owned()
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
        let rows = NumberRows::new("metric::MeanAbsoluteError", outputs, targets, weights);
        rows.mean(|column| weights::mean(column.errors().map(f64::abs), column.weights))
    }
}
