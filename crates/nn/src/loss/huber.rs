use tapegrad_autodiff::{Element, IntoVar, Var};

use super::{Loss, by_row, setting, targets};

/// `½ r²` of a residual `r = p − y` up to `δ` in size, and `δ (|r| − ½ δ)` beyond (Huber 1964); the
/// derivative by `p` is `r`, at most `δ` in size.
///
/// Predictions and targets have one shape. At `|r| = δ` the second derivative is that from within, 1.
/// PyTorch's `SmoothL1Loss` is this divided by `δ`.
///
/// | setting | range |
/// |---|---|
/// | `δ` | `(0, ∞)` |
///
/// ```
/// use tapegrad_autodiff::Tape;
/// use tapegrad_nn::{Loss, loss};
///
/// let tape = Tape::<f64>::new();
/// let each = loss::Huber::new(1.0).each(tape.var([0.5, 3.0]), [0.0, 0.0]);
/// assert_eq!(each.value(), ndarray::array![0.125, 2.5].into_dyn());
/// ```
///
/// # Panics
/// As [`SquaredError`](super::SquaredError).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Huber {
    delta: f64,
}

impl Huber {
    /// The loss that turns from a parabola to lines at `δ`.
    ///
    /// # Panics
    /// If `δ` is not above 0 and finite.
    #[track_caller]
    pub fn new(delta: f64) -> Self {
        Self {
            delta: setting::above_0("Huber", "delta", delta),
        }
    }
}

impl<'t, T: Element, Y: IntoVar<'t, T>> Loss<'t, T, Y> for Huber {
    #[track_caller]
    fn each(&self, predictions: Var<'t, T>, targets: Y) -> Var<'t, T> {
        let residual = predictions - targets::of_one_shape("Huber", predictions, targets);
        let inner = residual.clamp(-self.delta, self.delta);
        by_row(inner * (residual - 0.5 * inner))
    }

    fn outputs(&self, targets: usize) -> Option<usize> {
        Some(targets)
    }
}
