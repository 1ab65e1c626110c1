use tapegrad_autodiff::{ArcArrayD, Element};

use super::Metric;
use super::number_rows::{NumberRows, centre, explained, variation};
use super::weights;

/// `R² = 1 − Σ wᵢ (yᵢ − pᵢ)² / Σ wᵢ (yᵢ − ȳ)²`, the coefficient of determination, in `(−∞, 1]`, with the
/// weighted mean `ȳ` of the targets.
///
/// | | |
/// |---|---|
/// | right everywhere | 1 |
/// | `p = ȳ` | 0 |
/// | targets that are all equal, not right | 0 |
/// | one row | NaN |
///
/// ```
/// use ndarray::array;
/// use tapegrad_train::metric::{Metric, RSquared};
/// let (p, y) = (array![[1.0_f64], [2.0], [4.0]], array![[1.0_f64], [2.0], [3.0]]);
/// assert_eq!(RSquared.of(p, y, None), 0.5);
/// ```
///
/// # Panics
/// If the shapes differ, there is no row, or the weights do not fit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RSquared;

impl<T: Element> Metric<T> for RSquared {
    fn name(&self) -> String {
        "r_squared".to_owned()
    }

    fn is_better_larger(&self) -> bool {
        true
    }

    #[track_caller]
    fn evaluate(
        &self,
        outputs: &ArcArrayD<T>,
        targets: &ArcArrayD<T>,
        weights: Option<&[f64]>,
    ) -> f64 {
        let rows = NumberRows::new("metric::RSquared", outputs, targets, weights);
        if targets.shape().first().is_none_or(|rows| *rows < 2) {
            return f64::NAN;
        }
        rows.mean(|column| {
            let unexplained = weights::mean(column.errors().map(|e| e * e), column.weights);
            let mean = centre(&column.targets, column.weights);
            explained(
                unexplained,
                variation(&column.targets, mean, column.weights),
            )
        })
    }
}
