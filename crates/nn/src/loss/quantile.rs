use tapegrad_autodiff::{Element, IntoVar, Var};

use super::{Loss, by_row, targets};
use crate::error;

/// The pinball loss of the quantile `τ`: `τ (y − p)` of a prediction that is too low and
/// `(1 − τ) (p − y)` of one that is too high (Koenker and Bassett 1978).
///
/// Its least mean is where a share `τ` of the targets lies below. The derivative is 0 where `p = y`.
/// Predictions and targets have one shape; `τ = ½` is half the
/// [`AbsoluteError`](super::AbsoluteError).
///
/// | setting | range |
/// |---|---|
/// | `τ` | `(0, 1)` |
///
/// ```
/// use tapegrad_autodiff::Tape;
/// use tapegrad_nn::{Loss, loss};
///
/// let tape = Tape::<f64>::new();
/// let each = loss::Quantile::new(0.75).each(tape.var([0.0, 2.0]), [1.0, 1.0]);
/// assert_eq!(each.value(), ndarray::array![0.75, 0.25].into_dyn());
/// ```
///
/// # Panics
/// As [`SquaredError`](super::SquaredError).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantile {
    level: f64,
}

impl Quantile {
    /// The loss of the quantile `τ`.
    ///
    /// # Panics
    /// If `τ` is not above 0 and below 1.
    #[track_caller]
    pub fn new(level: f64) -> Self {
        if !(level > 0.0 && level < 1.0) {
            error::setting("Quantile", "level", level, "above 0 and below 1");
        }
        Self { level }
    }
}

impl<'t, T: Element, Y: IntoVar<'t, T>> Loss<'t, T, Y> for Quantile {
    #[track_caller]
    fn each(&self, predictions: Var<'t, T>, targets: Y) -> Var<'t, T> {
        let missing = targets::of_one_shape("Quantile", predictions, targets) - predictions;
        by_row(self.level * missing.relu() + (1.0 - self.level) * (-missing).relu())
    }

    fn outputs(&self, targets: usize) -> Option<usize> {
        Some(targets)
    }
}
