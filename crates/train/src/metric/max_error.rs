use tapegrad_autodiff::{ArcArrayD, Element};

use super::Metric;
use super::number_rows::NumberRows;

/// `max |yᵢ − pᵢ|` over the rows of a weight above 0, in `[0, ∞)`; NaN if there is none.
///
/// scikit-learn's takes no weights and one number a row.
///
/// ```
/// use ndarray::array;
/// use tapegrad_train::metric::{MaxError, Metric};
/// let (p, y) = (array![[1.0_f64], [5.0]], array![[1.0_f64], [3.0]]);
/// assert_eq!(MaxError.of(p, y, None), 2.0);
/// ```
///
/// # Panics
/// If the shapes differ, there is no row, or the weights do not fit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MaxError;

impl<T: Element> Metric<T> for MaxError {
    fn name(&self) -> String {
        "max_error".to_owned()
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
        let rows = NumberRows::new("metric::MaxError", outputs, targets, weights);
        rows.mean(|column| {
            let errors = column.errors().zip(column.weights);
            let errors = errors
                .filter(|(_, weight)| **weight > 0.0)
                .map(|(e, _)| e.abs());
            // `f64::max` would drop a NaN.
            let larger = |most: f64, e: f64| if e.is_nan() || e > most { e } else { most };
            errors.reduce(larger).unwrap_or(f64::NAN)
        })
    }
}
