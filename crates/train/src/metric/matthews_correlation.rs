use tapegrad_autodiff::{ArcArrayD, Element};

use super::Metric;
use super::class_rows::ClassRows;
use super::confusion_matrix::ConfusionMatrix;
use super::given::{Given, of_probabilities};

/// `(c s − Σₖ pₖ tₖ) / √((s² − Σₖ pₖ²) (s² − Σₖ tₖ²))`, in `[−1, 1]`: the correlation of predicted and
/// actual classes, 0 for chance (Matthews 1975; for several classes Gorodkin 2004).
///
/// `s` is the weight of all rows, `c` that of the right ones, `tₖ` that of the rows of class `k` and `pₖ`
/// of those where it is predicted. It is 0 if all rows are of one class or one is predicted everywhere.
///
/// ```
/// use ndarray::array;
/// use tapegrad_train::metric::{MatthewsCorrelation, Metric};
/// let (logits, classes) = (array![[2.0_f64], [1.0], [-3.0], [-1.0]], array![[1.0_f64], [1.0], [0.0], [0.0]]);
/// assert_eq!(MatthewsCorrelation::new().of(logits, classes, None), 1.0);
/// ```
///
/// # Panics
/// If outputs, targets and weights are not [of a classifier](super), or there is no row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MatthewsCorrelation {
    given: Given,
}

impl MatthewsCorrelation {
    /// Of logits.
    pub fn new() -> Self {
        Self::default()
    }
}

of_probabilities!(MatthewsCorrelation);

impl<T: Element> Metric<T> for MatthewsCorrelation {
    fn name(&self) -> String {
        "matthews_correlation".to_owned()
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
            "metric::MatthewsCorrelation",
            self.given,
            outputs,
            targets,
            weights,
        );
        ConfusionMatrix::of_rows(&rows).matthews_correlation()
    }
}
