use tapegrad_autodiff::{ArcArrayD, Element};

use super::Metric;
use super::number_rows::{NumberRows, centre, explained, variation};

/// `1 − Var(y − p) / Var(y)`, with weighted variances, in `(−∞, 1]`: [`RSquared`](super::RSquared) of
/// predictions that are freed of their mean error.
///
/// It is 1 if all errors are equal, otherwise 0 if all targets are.
///
/// ```
/// use ndarray::array;
/// use tapegrad_train::metric::{ExplainedVariance, Metric};
/// let (p, y) = (array![[2.0_f64], [3.0], [4.0]], array![[1.0_f64], [2.0], [3.0]]);
/// assert_eq!(ExplainedVariance.of(p, y, None), 1.0);
/// ```
///
/// # Panics
/// If the shapes differ, there is no row, or the weights do not fit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExplainedVariance;

impl<T: Element> Metric<T> for ExplainedVariance {
    fn name(&self) -> String {
        "explained_variance".to_owned()
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
        let rows = NumberRows::new("metric::ExplainedVariance", outputs, targets, weights);
        rows.mean(|column| {
            let errors: Vec<f64> = column.errors().collect();
            let of = |numbers: &[f64]| {
                variation(numbers, centre(numbers, column.weights), column.weights)
            };
            explained(of(&errors), of(&column.targets))
        })
    }
}
