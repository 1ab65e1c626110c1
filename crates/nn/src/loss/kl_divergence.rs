use tapegrad_autodiff::{Element, IntoVar, Var};

use super::{Loss, TargetRange, by_row, targets};

/// The Kullback–Leibler divergence `Σⱼ qⱼ (ln qⱼ − ln pⱼ)` over the last axis, from the predicted
/// probabilities `p` to the targets `q` in `[0, 1]`, of one shape `[rows, …, classes]`.
///
/// A class with `qⱼ = 0` costs nothing, also where `pⱼ` is 0, and there the derivative by `qⱼ` is 0.
/// That the targets sum to 1 is not asked. It is the cross-entropy less the targets' own entropy:
/// the gradients by the predictions are the same. (PyTorch's `KLDivLoss(reduction="batchmean")` is
/// the mean for two axes.)
///
/// ```
/// use ndarray::array;
/// use tapegrad_autodiff::Tape;
/// use tapegrad_nn::{Loss, loss};
///
/// let tape = Tape::<f64>::new();
/// let logits = tape.var(array![[0.0, 0.0]]);
/// let loss = loss::KlDivergence::of_logits();
/// assert_eq!(loss.mean(logits, &array![[0.5, 0.5]]).item(), 0.0);
/// assert_eq!(loss.mean(logits, &array![[1.0, 0.0]]).item(), 2.0_f64.ln());
/// ```
///
/// # Panics
/// If the shapes differ or have less than two axes, there is no element, or a target is not in
/// `[0, 1]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KlDivergence {
    of_logits: bool,
}

impl KlDivergence {
    /// Predictions are logits, `ln p` their [`log_softmax`](Var::log_softmax).
    pub fn of_logits() -> Self {
        Self { of_logits: true }
    }

    /// Predictions are `ln p`; that the probabilities sum to 1 is not asked.
    pub fn of_log_probabilities() -> Self {
        Self { of_logits: false }
    }
}

impl<'t, T: Element, Y: IntoVar<'t, T>> Loss<'t, T, Y> for KlDivergence {
    #[track_caller]
    fn each(&self, predictions: Var<'t, T>, targets: Y) -> Var<'t, T> {
        targets::check_vectors("KlDivergence", predictions, "[rows, …, classes]");
        let targets = targets::from_0_to_1("KlDivergence", predictions, targets);
        let ln_p = if self.of_logits {
            predictions.log_softmax(-1)
        } else {
            predictions
        };
        let expected = targets.greater(T::zero());
        // Selected and not multiplied: 0 · ∞ would be NaN.
        let ln_q = expected.where_(targets, T::one()).ln();
        let ratio = expected.where_(ln_q - ln_p, T::zero());
        by_row((targets * ratio).sum(-1))
    }

    #[track_caller]
    fn response(&self, predictions: Var<'t, T>) -> Var<'t, T> {
        match self.of_logits {
            true => predictions.softmax(-1),
            false => predictions.exp(),
        }
    }

    fn range(&self, _outputs: usize, _targets: usize) -> TargetRange {
        TargetRange::Between(0.0, 1.0)
    }

    fn outputs(&self, targets: usize) -> Option<usize> {
        Some(targets)
    }
}
