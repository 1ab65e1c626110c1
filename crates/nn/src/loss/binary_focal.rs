use tapegrad_autodiff::{Element, IntoVar, Var};

use super::{Loss, TargetRange, by_row, setting, targets};

/// The focal loss of logits `z` and targets `y` in `[0, 1]` of one shape:
/// `−α y (1 − p)^γ ln p − (1 − α) (1 − y) p^γ ln(1 − p)` with `p = sigmoid(z)` (Lin et al. 2017).
///
/// What is already right counts less, the less the larger `γ` is. It is computed from logarithms,
/// and it and its derivatives are finite for any finite logit and any `γ`. A target between 0 and 1
/// costs the expectation over the two answers. (torchvision's function is the same for targets 0
/// and 1 only.)
///
/// | setting | default | range |
/// |---|---|---|
/// | `γ` | | `[0, ∞)`; 2 is usual |
/// | [`alpha`](BinaryFocal::alpha) `α` | absent: both factors are 1 | `[0, 1]` |
///
/// ```
/// use tapegrad_autodiff::Tape;
/// use tapegrad_nn::{Loss, loss};
///
/// let tape = Tape::<f64>::new();
/// let loss = loss::BinaryFocal::new(2.0).alpha(0.25).mean(tape.var([0.0]), [1.0]);
/// assert_eq!(loss.item(), 0.25 * 0.25 * 2.0_f64.ln());
/// ```
///
/// # Panics
/// As [`BinaryCrossEntropy`](super::BinaryCrossEntropy).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BinaryFocal {
    gamma: f64,
    /// Of positive and of negative targets.
    factors: [f64; 2],
}

impl BinaryFocal {
    /// The loss with the exponent `γ`; 0 gives the binary cross-entropy.
    ///
    /// # Panics
    /// If `γ` is negative or not finite.
    #[track_caller]
    pub fn new(gamma: f64) -> Self {
        Self {
            gamma: setting::at_least_0("BinaryFocal", "gamma", gamma),
            factors: [1.0; 2],
        }
    }

    /// The factor `α` of positive targets; negative ones have `1 − α`.
    ///
    /// # Panics
    /// If `α` is not in `[0, 1]`.
    #[track_caller]
    pub fn alpha(self, alpha: f64) -> Self {
        let alpha = setting::from_0_to_1("BinaryFocal", "alpha", alpha);
        Self {
            factors: [alpha, 1.0 - alpha],
            ..self
        }
    }
}

impl<'t, T: Element, Y: IntoVar<'t, T>> Loss<'t, T, Y> for BinaryFocal {
    #[track_caller]
    fn each(&self, predictions: Var<'t, T>, targets: Y) -> Var<'t, T> {
        let targets = targets::from_0_to_1("BinaryFocal", predictions, targets);
        // −ln p and −ln(1 − p)
        let (positive, negative) = ((-predictions).softplus(), predictions.softplus());
        let focus = |logarithm: Var<'t, T>| (logarithm * -self.gamma).exp();
        let [of_positive, of_negative] = self.factors;
        let wrong = of_positive * targets * focus(negative) * positive;
        by_row(wrong + of_negative * (1.0 - targets) * focus(positive) * negative)
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
