use tapegrad_autodiff::{Element, IntoVar, Var};

use super::{Loss, TargetRange, by_row, targets};

/// `max(0, 1 − y z)²` of scores `z` and targets `y` that are −1 or 1, of one shape.
///
/// As [`Hinge`](super::Hinge), without its kink: at `y z = 1` only the second derivative jumps,
/// where it is 0.
///
/// ```
/// use tapegrad_autodiff::Tape;
/// use tapegrad_nn::{Loss, loss};
///
/// let tape = Tape::<f64>::new();
/// let each = loss::SquaredHinge.each(tape.var([0.5, 0.5, 3.0]), [1.0, -1.0, 1.0]);
/// assert_eq!(each.value(), ndarray::array![0.25, 2.25, 0.0].into_dyn());
/// ```
///
/// # Panics
/// As [`Hinge`](super::Hinge).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SquaredHinge;

impl<'t, T: Element, Y: IntoVar<'t, T>> Loss<'t, T, Y> for SquaredHinge {
    #[track_caller]
    fn each(&self, predictions: Var<'t, T>, targets: Y) -> Var<'t, T> {
        let targets = targets::signs("SquaredHinge", predictions, targets);
        by_row((1.0 - targets * predictions).relu().square())
    }

    fn range(&self, _outputs: usize, _targets: usize) -> TargetRange {
        TargetRange::Signs
    }

    fn outputs(&self, targets: usize) -> Option<usize> {
        Some(targets)
    }
}
