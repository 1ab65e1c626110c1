use tapegrad_autodiff::{ArcArrayD, Element};

use super::Metric;
use super::class_rows::ClassRows;
use super::confusion_matrix::ConfusionMatrix;
use super::given::{Given, of_probabilities};

/// The mean [`Recall`](super::Recall) of the classes that occur among the targets, in `[0, 1]`: the
/// accuracy if each class had the same weight (Brodersen et al. 2010).
///
/// NaN if all weights are 0.
///
/// ```
/// use ndarray::array;
/// use tapegrad_train::metric::{BalancedAccuracy, Metric};
/// let (logits, classes) = (array![[2.0_f64], [1.0], [3.0], [-1.0]], array![[1.0_f64], [1.0], [0.0], [1.0]]);
/// assert_eq!(BalancedAccuracy::new().of(logits, classes, None), 1.0 / 3.0);
/// ```
///
/// # Panics
/// If outputs, targets and weights are not [of a classifier](super), or there is no row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BalancedAccuracy {
    given: Given,
}

impl BalancedAccuracy {
    /// Of logits.
    pub fn new() -> Self {
        Self::default()
    }
}

of_probabilities!(BalancedAccuracy);

impl<T: Element> Metric<T> for BalancedAccuracy {
    fn name(&self) -> String {
        "balanced_accuracy".to_owned()
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
            "metric::BalancedAccuracy",
            self.given,
            outputs,
            targets,
            weights,
        );
        ConfusionMatrix::of_rows(&rows).balanced_accuracy()
    }
}
