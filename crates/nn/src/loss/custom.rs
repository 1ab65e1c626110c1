use std::fmt;

use tapegrad_autodiff::{Element, IntoVar, Var};

use super::{Loss, by_row, targets};
use crate::error;

/// `f(p, y)` of predictions and targets, with a closure `f` written in operations.
///
/// It gives one number for each element of the predictions, or for each of their rows.
///
/// ```
/// use ndarray::array;
/// use tapegrad_autodiff::{Tape, Var};
/// use tapegrad_nn::{Loss, loss};
///
/// let tape = Tape::<f64>::new();
/// let predictions = tape.var(array![[1.0, 2.0], [0.0, 3.0]]);
/// let fourth = loss::Custom::new(|p, y| (p - y).powi(4));
/// assert_eq!(fourth.mean(predictions, &array![[1.0, 1.0], [0.0, 1.0]]).item(), 4.25);
/// let worst = loss::Custom::new(|p, y| (p - y).abs().max(-1));
/// assert_eq!(worst.mean(predictions, &array![[1.0, 1.0], [0.0, 1.0]]).item(), 1.5);
/// ```
///
/// # Panics
/// If the result has another shape than the predictions and is not one number a row, as where shapes
/// were broadcast by mistake, or there is no prediction.
#[derive(Clone, Copy)]
pub struct Custom<F> {
    f: F,
}

impl<F> Custom<F> {
    /// The loss of a closure that takes the predictions and the targets.
    pub fn new<T: Element>(f: F) -> Self
    where
        F: for<'t> Fn(Var<'t, T>, Var<'t, T>) -> Var<'t, T>,
    {
        Self { f }
    }
}

impl<'t, T: Element, Y: IntoVar<'t, T>, F> Loss<'t, T, Y> for Custom<F>
where
    F: Fn(Var<'t, T>, Var<'t, T>) -> Var<'t, T>,
{
    #[track_caller]
    fn each(&self, predictions: Var<'t, T>, targets: Y) -> Var<'t, T> {
        let costs = (self.f)(
            predictions,
            targets::on_tape("Custom", predictions, targets),
        );
        let [shape, of_costs] = [predictions.shape(), costs.shape()];
        if of_costs != shape && *of_costs != shape[..shape.len().min(1)] {
            error::custom_costs(&shape, &of_costs);
        }
        by_row(costs)
    }
}

impl<F> fmt::Debug for Custom<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Custom")
    }
}
