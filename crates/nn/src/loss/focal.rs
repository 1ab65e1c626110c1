use tapegrad_autodiff::{Classes, Element, Var};

use super::{ClassIndices, Loss, TargetRange, setting};
use crate::error;

/// The focal loss `−α_c (1 − p_c)^γ ln p_c` of logits `[rows, classes]` with one class `c` a row and
/// `p = softmax(z)` (Lin et al. 2017, for more than two classes).
///
/// What is already right counts less, the less the larger `γ` is. `1 − p_c` is computed as the sum
/// over the other classes, in logarithms: the loss and its derivatives are finite for any finite
/// logits and any `γ`.
///
/// | setting | default | range |
/// |---|---|---|
/// | `γ` | | `[0, ∞)`; 2 is usual |
/// | [`class_weights`](Focal::class_weights) `α` | all 1 | `[0, ∞)` each |
///
/// ```
/// use ndarray::array;
/// use tapegrad_autodiff::Tape;
/// use tapegrad_nn::{Loss, loss};
///
/// let tape = Tape::<f64>::new();
/// let loss = loss::Focal::new(2.0).mean(tape.var(array![[0.0, 0.0]]), &[1]);
/// assert!((loss.item() - 0.25 * 2.0_f64.ln()).abs() < 1e-15);
/// ```
///
/// # Panics
/// If the logits have not two axes, there is not one class for each row, a class is not below their
/// number, there is not one weight for each class, or there is no row.
#[derive(Clone, Debug, PartialEq)]
pub struct Focal {
    gamma: f64,
    class_weights: Option<Vec<f64>>,
}

impl Focal {
    /// The loss with the exponent `γ`; 0 gives the cross-entropy.
    ///
    /// # Panics
    /// If `γ` is negative or not finite.
    #[track_caller]
    pub fn new(gamma: f64) -> Self {
        Self {
            gamma: setting::at_least_0("Focal", "gamma", gamma),
            class_weights: None,
        }
    }

    /// What each class counts: `α`, one number for each.
    ///
    /// # Panics
    /// If a weight is negative or not finite.
    #[track_caller]
    pub fn class_weights(self, weights: impl Into<Vec<f64>>) -> Self {
        Self {
            class_weights: setting::class_weights("Focal", weights),
            ..self
        }
    }
}

impl<'t, 'c, T: Element, Y: Into<ClassIndices<'c>>> Loss<'t, T, Y> for Focal {
    #[track_caller]
    fn each(&self, predictions: Var<'t, T>, targets: Y) -> Var<'t, T> {
        let targets = targets.into();
        targets.check("Focal", predictions);
        let mut classes = Classes::from(targets.as_slice());
        if let Some(weights) = &self.class_weights {
            let shape = predictions.shape();
            if weights.len() != shape[1] {
                error::class_weights("Focal", weights.len(), &shape);
            }
            classes = classes.weights(weights);
        }
        let costs = predictions.softmax_cross_entropy(classes);
        // With one class 1 − p is 0, and 0 · ln 0 is none of what follows.
        if self.gamma == 0.0 {
            return costs;
        }
        let logarithms = predictions.log_softmax(-1);
        let of_others = targets.others(logarithms).log_sum_exp(-1); // ln(1 − p)
        (self.gamma * of_others).exp() * costs
    }

    #[track_caller]
    fn response(&self, predictions: Var<'t, T>) -> Var<'t, T> {
        predictions.softmax(-1)
    }

    fn range(&self, outputs: usize, _targets: usize) -> TargetRange {
        TargetRange::Classes(outputs)
    }
}
