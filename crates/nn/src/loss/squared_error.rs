use tapegrad_autodiff::{Element, IntoVar, Var};

use super::{Loss, by_row, targets};

/// `(p − y)²` of predictions and targets of one shape.
///
/// There is no ½. The mean is the mean squared error.
///
/// ```
/// use ndarray::array;
/// use tapegrad_autodiff::Tape;
/// use tapegrad_nn::{Loss, loss};
///
/// let tape = Tape::<f64>::new();
/// let predictions = tape.var(array![[1.0], [5.0]]);
/// assert_eq!(loss::SquaredError.mean(predictions, &array![[1.0], [3.0]]).item(), 2.0);
/// ```
///
/// # Panics
/// If the shapes differ (they are not broadcast: `[n, 1]` against `[n]` would be `n²` differences)
/// or there is no element.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SquaredError;

impl<'t, T: Element, Y: IntoVar<'t, T>> Loss<'t, T, Y> for SquaredError {
    #[track_caller]
    fn each(&self, predictions: Var<'t, T>, targets: Y) -> Var<'t, T> {
        let targets = targets::of_one_shape("SquaredError", predictions, targets);
        by_row((predictions - targets).square())
    }

    // One operation for all.
    #[track_caller]
    fn mean(&self, predictions: Var<'t, T>, targets: Y) -> Var<'t, T> {
        let targets = targets::of_one_shape("SquaredError", predictions, targets);
        predictions.mean_squared_difference(targets)
    }

    fn outputs(&self, targets: usize) -> Option<usize> {
        Some(targets)
    }
}
