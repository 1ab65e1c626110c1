use tapegrad_autodiff::{Element, IntoVar, Var};

use super::{Loss, TargetRange, by_row, setting, targets};

/// The binary cross-entropy `ln(1 + e^z) − y z` of logits `z` and targets `y` in `[0, 1]` of one
/// shape.
///
/// It is `−(w y ln p + (1 − y) ln(1 − p))` with `p = sigmoid(z)` and a weight `w` of what is
/// positive, computed so that it neither overflows nor cancels.
///
/// | setting | default | range |
/// |---|---|---|
/// | [`positive_weight`](BinaryCrossEntropy::positive_weight) `w` | 1 | `[0, ∞)` |
///
/// ```
/// use ndarray::array;
/// use tapegrad_autodiff::Tape;
/// use tapegrad_nn::{Loss, loss};
///
/// let tape = Tape::<f64>::new();
/// let (logits, targets) = (tape.var(array![[0.0], [1000.0]]), array![[1.0], [1.0]]);
/// let loss = loss::BinaryCrossEntropy::new();
/// assert_eq!(loss.mean(logits, &targets).item(), 0.5 * 2.0_f64.ln());
/// assert_eq!(loss.positive_weight(3.0).sum(logits, &targets).item(), 3.0 * 2.0_f64.ln());
/// ```
///
/// # Panics
/// If the shapes differ, there is no element, or a target is not in `[0, 1]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BinaryCrossEntropy {
    positive_weight: f64,
}

impl BinaryCrossEntropy {
    /// The loss in which both answers count the same.
    pub fn new() -> Self {
        Self {
            positive_weight: 1.0,
        }
    }

    /// What a positive target counts, against 1 of a negative one: PyTorch's `pos_weight`.
    ///
    /// # Panics
    /// If the weight is negative or not finite.
    #[track_caller]
    pub fn positive_weight(self, weight: f64) -> Self {
        Self {
            positive_weight: setting::at_least_0("BinaryCrossEntropy", "positive weight", weight),
        }
    }

    /// What each element costs.
    #[track_caller]
    fn elements<'t, T: Element>(
        self,
        logits: Var<'t, T>,
        targets: impl IntoVar<'t, T>,
    ) -> Var<'t, T> {
        let targets = targets::from_0_to_1("BinaryCrossEntropy", logits, targets);
        if self.positive_weight == 1.0 {
            return logits.sigmoid_cross_entropy(targets);
        }
        let positive = self.positive_weight * targets * (-logits).softplus();
        (1.0 - targets) * logits.softplus() + positive
    }
}

impl Default for BinaryCrossEntropy {
    fn default() -> Self {
        Self::new()
    }
}

impl<'t, T: Element, Y: IntoVar<'t, T>> Loss<'t, T, Y> for BinaryCrossEntropy {
    #[track_caller]
    fn each(&self, predictions: Var<'t, T>, targets: Y) -> Var<'t, T> {
        by_row(self.elements(predictions, targets))
    }

    // Without the rows in between.
    #[track_caller]
    fn mean(&self, predictions: Var<'t, T>, targets: Y) -> Var<'t, T> {
        self.elements(predictions, targets).mean(..)
    }

    #[track_caller]
    fn response(&self, predictions: Var<'t, T>) -> Var<'t, T> {
        predictions.sigmoid()
    }

    fn range(&self, _outputs: usize, _targets: usize) -> TargetRange {
        TargetRange::Between(0.0, 1.0)
    }

    fn outputs(&self, targets: usize) -> Option<usize> {
        Some(targets)
    }
}
