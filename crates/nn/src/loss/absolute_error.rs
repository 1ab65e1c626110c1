use tapegrad_autodiff::{Element, IntoVar, Var};

use super::{Loss, by_row, targets};

/// `|p − y|` of predictions and targets of one shape; the derivative by `p` is `sign(p − y)`, and 0
/// where they are equal.
///
/// Its least mean is at the median.
///
/// ```
/// use tapegrad_autodiff::Tape;
/// use tapegrad_nn::{Loss, loss};
///
/// let tape = Tape::<f64>::new();
/// let loss = loss::AbsoluteError.mean(tape.var([1.0, 5.0]), [1.0, 3.0]);
/// assert_eq!(loss.item(), 1.0);
/// ```
///
/// # Panics
/// As [`SquaredError`](super::SquaredError).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AbsoluteError;

impl<'t, T: Element, Y: IntoVar<'t, T>> Loss<'t, T, Y> for AbsoluteError {
    #[track_caller]
    fn each(&self, predictions: Var<'t, T>, targets: Y) -> Var<'t, T> {
        let targets = targets::of_one_shape("AbsoluteError", predictions, targets);
        by_row((predictions - targets).abs())
    }

    fn outputs(&self, targets: usize) -> Option<usize> {
        Some(targets)
    }
}
