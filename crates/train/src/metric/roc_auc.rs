use tapegrad_autodiff::{ArcArrayD, Element};

use super::class_rows::ClassRows;
use super::given::{Given, of_probabilities};
use super::{Metric, RocCurve};

/// The area under the [`RocCurve`]: the probability that a row of the positive class has a larger output
/// than one of another, an equal one counting half; in `[0, 1]`, ½ for chance (Hanley and McNeil 1982).
///
/// One column is that of the positive class, logit or probability; the ranking alone counts. For several
/// columns it is the mean over the classes of one against the rest, each by its probability.
///
/// NaN if no row, or every one, is of a class, as for scikit-learn's `multi_class="ovr"`.
///
/// ```
/// use ndarray::array;
/// use tapegrad_train::metric::{Metric, RocAuc};
/// let (logits, classes) = (array![[0.1_f64], [0.4], [0.35], [0.8]], array![[0.0_f64], [0.0], [1.0], [1.0]]);
/// assert_eq!(RocAuc::new().of(logits, classes, None), 0.75);
/// ```
///
/// # Panics
/// If outputs, targets and weights are not [of a classifier](super), or there is no row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RocAuc {
    given: Given,
}

impl RocAuc {
    /// Of logits.
    pub fn new() -> Self {
        Self::default()
    }
}

of_probabilities!(RocAuc);

impl<T: Element> Metric<T> for RocAuc {
    fn name(&self) -> String {
        "roc_auc".to_owned()
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
        let rows = ClassRows::new("metric::RocAuc", self.given, outputs, targets, weights);
        rows.one_vs_rest(|scores, positive, weights| {
            RocCurve::of_scores(scores, positive, weights).area()
        })
    }
}
