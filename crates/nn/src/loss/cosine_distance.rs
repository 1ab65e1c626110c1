use tapegrad_autodiff::{Element, IntoVar, Var, keep};

use super::{Loss, by_row, targets};

/// `1 − p·y / (‖p‖ ‖y‖)` over the last axis, one less the cosine of the angle between predicted and
/// target vectors, of one shape `[rows, …, components]`: 0 for one direction, 2 for opposite ones.
///
/// It is 1 for a vector of zeros, where its derivatives by both vectors are 0.
///
/// ```
/// use ndarray::array;
/// use tapegrad_autodiff::Tape;
/// use tapegrad_nn::{Loss, loss};
///
/// let tape = Tape::<f64>::new();
/// let vectors = tape.var(array![[2.0, 0.0], [0.0, -3.0], [0.0, 0.0]]);
/// let each = loss::CosineDistance.each(vectors, &array![[5.0, 0.0], [0.0, 1.0], [1.0, 1.0]]);
/// assert_eq!(each.value(), array![0.0, 2.0, 1.0].into_dyn());
/// ```
///
/// # Panics
/// If the shapes differ or have less than two axes, or there is no element.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CosineDistance;

impl<'t, T: Element, Y: IntoVar<'t, T>> Loss<'t, T, Y> for CosineDistance {
    #[track_caller]
    fn each(&self, predictions: Var<'t, T>, targets: Y) -> Var<'t, T> {
        targets::check_vectors("CosineDistance", predictions, "[rows, …, components]");
        let targets = targets::of_one_shape("CosineDistance", predictions, targets);
        by_row(1.0 - (direction(predictions) * direction(targets)).sum(-1))
    }

    fn outputs(&self, targets: usize) -> Option<usize> {
        Some(targets)
    }
}

/// The vectors along the last axis divided by their norms; those of zeros stay, with derivatives of
/// 0.
#[track_caller]
fn direction<T: Element>(vectors: Var<'_, T>) -> Var<'_, T> {
    let norm = vectors.norm(keep(-1));
    vectors / norm.greater(T::zero()).where_(norm, T::infinity())
}
