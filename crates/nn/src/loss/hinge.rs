use tapegrad_autodiff::{Element, IntoVar, Var};

use super::{Loss, TargetRange, by_row, targets};

/// `max(0, 1 − y z)` of scores `z` and targets `y` that are −1 or 1, of one shape: the loss of the
/// support vector machine (Cortes and Vapnik 1995).
///
/// The derivative by `z` is `−y` within the margin and 0 from `y z = 1` on.
///
/// ```
/// use tapegrad_autodiff::Tape;
/// use tapegrad_nn::{Loss, loss};
///
/// let tape = Tape::<f64>::new();
/// let each = loss::Hinge.each(tape.var([0.5, 0.5, 3.0]), [1.0, -1.0, 1.0]);
/// assert_eq!(each.value(), ndarray::array![0.5, 1.5, 0.0].into_dyn());
/// ```
///
/// # Panics
/// If the shapes differ, there is no element, or a target is neither −1 nor 1 (0 and 1 are not
/// converted).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hinge;

impl<'t, T: Element, Y: IntoVar<'t, T>> Loss<'t, T, Y> for Hinge {
    #[track_caller]
    fn each(&self, predictions: Var<'t, T>, targets: Y) -> Var<'t, T> {
        let targets = targets::signs("Hinge", predictions, targets);
        by_row((1.0 - targets * predictions).relu())
    }

    fn range(&self, _outputs: usize, _targets: usize) -> TargetRange {
        TargetRange::Signs
    }

    fn outputs(&self, targets: usize) -> Option<usize> {
        Some(targets)
    }
}
