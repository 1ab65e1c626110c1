use tapegrad_autodiff::{ArcArrayD, Element, IntoValue};

use super::Metric;
use super::class_rows::ClassRows;
use super::given::{Given, of_probabilities};
use super::weights;
use crate::error;

/// The share of rows whose predicted class is theirs, in `[0, 1]`; NaN if all weights are 0.
///
/// ```
/// use ndarray::array;
/// use tapegrad_train::metric::{Accuracy, Metric};
/// let (logits, classes) = (array![[0.1_f64, 0.9, 0.0], [0.8, 0.2, 0.0], [0.0, 0.1, 0.9], [0.0, 0.3, 0.2]], array![[1.0_f64], [1.0], [2.0], [0.0]]);
/// assert_eq!(Accuracy::new().of(logits, classes, None), 0.5);
/// ```
///
/// # Panics
/// If outputs, targets and weights are not [of a classifier](super), or there is no row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accuracy {
    given: Given,
}

impl Accuracy {
    /// Of logits.
    pub fn new() -> Self {
        Self::default()
    }
}

of_probabilities!(Accuracy);

impl<T: Element> Metric<T> for Accuracy {
    fn name(&self) -> String {
        "accuracy".to_owned()
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
        let rows = ClassRows::new("metric::Accuracy", self.given, outputs, targets, weights);
        share(&rows)
    }
}

/// The weighted share of rows whose predicted class is theirs.
fn share(rows: &ClassRows) -> f64 {
    let hits = rows.predicted().zip(&rows.classes);
    let hits = hits.map(|(predicted, class)| f64::from(u8::from(predicted == Some(*class))));
    weights::mean(hits, &rows.weights)
}

/// The [`Accuracy`] of logits `[rows, classes]`, or `[rows, 1]` for two classes, whose rows are of the
/// given classes.
///
/// ```
/// use ndarray::array;
/// use tapegrad_train::metric::accuracy;
/// assert_eq!(accuracy::<f64>(array![[0.1, 0.9], [0.8, 0.2]], &[1, 1]), 0.5);
/// assert_eq!(accuracy::<f64>(array![[0.7], [-0.6]], &[1, 0]), 1.0);
/// ```
///
/// # Panics
/// If there is not one class for each row, one is not among those of the logits, or there is no row.
#[track_caller]
pub fn accuracy<T: Element>(logits: impl IntoValue<T>, classes: &[usize]) -> f64 {
    let (logits, classes) = (logits.into_value(), classes.to_vec());
    share(&ClassRows::of_classes(
        "metric::accuracy",
        Given::Logits,
        &logits,
        classes,
        None,
    ))
}

/// The share of logits that are on the side of their targets: `z > 0` where `y > ½`, `z ≤ 0`
/// elsewhere. NaN is never right.
///
/// For logits of any shape, as those of several independent yes-or-no questions a row.
///
/// ```
/// use ndarray::array;
/// use tapegrad_train::metric::binary_accuracy;
/// let (logits, targets) = (array![[2.0], [-1.0], [3.0]], array![[1.0], [0.0], [0.0]]);
/// assert_eq!(binary_accuracy::<f64>(&logits, &targets), 2.0 / 3.0);
/// ```
///
/// # Panics
/// If the shapes differ or there is no row.
#[track_caller]
pub fn binary_accuracy<T: Element>(logits: impl IntoValue<T>, targets: impl IntoValue<T>) -> f64 {
    let (logits, targets) = (logits.into_value(), targets.into_value());
    if logits.shape() != targets.shape() || logits.is_empty() {
        error::number_rows("metric::binary_accuracy", logits.shape(), targets.shape());
    }
    let half = T::of(0.5);
    let hit =
        |(z, y): &(&T, &T)| (**y > half && **z > T::zero()) || (**y <= half && **z <= T::zero());
    logits.iter().zip(&targets).filter(hit).count() as f64 / logits.len() as f64
}
