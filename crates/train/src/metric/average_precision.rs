use tapegrad_autodiff::{ArcArrayD, Element};

use super::class_rows::ClassRows;
use super::given::{Given, of_probabilities};
use super::{Metric, PrecisionRecallCurve};

/// `Σₙ (Rₙ − Rₙ₋₁) Pₙ` over the thresholds of the [`PrecisionRecallCurve`], from the largest down: its
/// area as a sum of steps, in `[0, 1]`; the share of the positive class for chance.
///
/// One column is that of the positive class, logit or probability; the ranking alone counts. For several
/// columns it is the mean over the classes of one against the rest, each by its probability.
///
/// 0 where no row is of a class, as scikit-learn's.
///
/// ```
/// use ndarray::array;
/// use tapegrad_train::metric::{AveragePrecision, Metric};
/// let (logits, classes) = (array![[0.1_f64], [0.4], [0.35], [0.8]], array![[0.0_f64], [0.0], [1.0], [1.0]]);
/// assert_eq!(AveragePrecision::new().of(logits, classes, None), 0.5 * 1.0 + 0.5 * 2.0 / 3.0);
/// ```
///
/// # Panics
/// If outputs, targets and weights are not [of a classifier](super), or there is no row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AveragePrecision {
    given: Given,
}

impl AveragePrecision {
    /// Of logits.
    pub fn new() -> Self {
        Self::default()
    }
}

of_probabilities!(AveragePrecision);

impl<T: Element> Metric<T> for AveragePrecision {
    fn name(&self) -> String {
        "average_precision".to_owned()
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
        let rows = ClassRows::new(
            "metric::AveragePrecision",
            self.given,
            outputs,
            targets,
            weights,
        );
        rows.one_vs_rest(|scores, positive, weights| {
            PrecisionRecallCurve::of_scores(scores, positive, weights).average_precision()
        })
    }
}
