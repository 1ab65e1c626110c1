use tapegrad_autodiff::{ArcArrayD, Element};

use super::class_rows::ClassRows;
use super::confusion_matrix::ConfusionMatrix;
use super::given::{Given, of_probabilities};
use super::{Average, Metric};
use crate::error;

/// `(1 + β²) tp / ((1 + β²) tp + β² fn + fp)`, in `[0, 1]`: the harmonic mean of
/// [`Precision`](super::Precision) and [`Recall`](super::Recall), of which recall counts `β` times as much.
///
/// It is 0 where the denominator is. [`Average`] says of which classes.
///
/// | `β` | |
/// |---|---|
/// | 1 | `F₁ = 2 tp / (2 tp + fn + fp)` |
/// | 0 | precision |
/// | `[0, ∞)` | the range |
///
/// ```
/// use ndarray::array;
/// use tapegrad_train::metric::{Average, FBeta, Metric};
/// let (logits, classes) = (array![[0.1_f64, 0.9, 0.0], [0.8, 0.2, 0.0], [0.0, 0.1, 0.9], [0.0, 0.3, 0.2]], array![[1.0_f64], [1.0], [2.0], [0.0]]);
/// assert_eq!(FBeta::f1(Average::Micro).of(logits, classes, None), 0.5);
/// ```
///
/// # Panics
/// If outputs, targets and weights are not [of a classifier](super), there is no row, or no class that
/// the average names.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FBeta {
    beta: f64,
    average: Average,
    given: Given,
}

impl FBeta {
    /// Of logits, with `β`.
    ///
    /// # Panics
    /// If `β` is negative or not finite.
    #[track_caller]
    pub fn new(beta: f64, average: Average) -> Self {
        if !(beta.is_finite() && beta >= 0.0) {
            error::spread("metric::FBeta", "beta", beta);
        }
        Self {
            beta,
            average,
            given: Given::Logits,
        }
    }

    /// Of logits, with `β = 1`.
    pub fn f1(average: Average) -> Self {
        Self::new(1.0, average)
    }
}

of_probabilities!(FBeta);

impl<T: Element> Metric<T> for FBeta {
    fn name(&self) -> String {
        match self.beta {
            1.0 => format!("f1_{}", self.average),
            beta => format!("f_beta_{beta}_{}", self.average),
        }
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
        let rows = ClassRows::new("metric::FBeta", self.given, outputs, targets, weights);
        ConfusionMatrix::of_rows(&rows).f_beta(self.beta, self.average)
    }
}
