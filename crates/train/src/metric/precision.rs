use tapegrad_autodiff::{ArcArrayD, Element};

use super::class_rows::ClassRows;
use super::confusion_matrix::ConfusionMatrix;
use super::given::{Given, of_probabilities};
use super::{Average, Metric};

/// `tp / (tp + fp)`, in `[0, 1]`: what part of the rows where a class is predicted is of it.
///
/// It is 0 where the denominator is. [`Average`] says of which classes.
///
/// ```
/// use ndarray::array;
/// use tapegrad_train::metric::{Average, Metric, Precision};
/// let (logits, classes) = (array![[2.0_f64], [1.0], [-3.0], [1.0]], array![[1.0_f64], [0.0], [1.0], [1.0]]);
/// assert_eq!(Precision::new(Average::Class(1)).of(logits, classes, None), 2.0 / 3.0);
/// ```
///
/// # Panics
/// If outputs, targets and weights are not [of a classifier](super), there is no row, or no class that
/// the average names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Precision {
    average: Average,
    given: Given,
}

impl Precision {
    /// Of logits.
    pub fn new(average: Average) -> Self {
        Self {
            average,
            given: Given::Logits,
        }
    }
}

of_probabilities!(Precision);

impl<T: Element> Metric<T> for Precision {
    fn name(&self) -> String {
        format!("precision_{}", self.average)
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
        let rows = ClassRows::new("metric::Precision", self.given, outputs, targets, weights);
        ConfusionMatrix::of_rows(&rows).precision(self.average)
    }
}
