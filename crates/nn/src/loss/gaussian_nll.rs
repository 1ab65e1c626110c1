use tapegrad_autodiff::{Element, IntoVar, Var};

use super::{Loss, by_row, targets};
use crate::error;

/// The negative log-likelihood `½ (ln σ² + (y − μ)² / σ²)` of targets `y` under normal distributions,
/// without `½ ln 2π`, which no prediction changes.
///
/// For targets `[rows, …, k]` predictions are `[rows, …, 2 k]`: along the last axis `k` means `μ`, then
/// `k` logarithms of variances, or variances. So one layer with `2 k` outputs predicts both.
///
/// Variances must be positive: the loss of one that is 0 is not finite, that of a negative one NaN.
/// (PyTorch's `GaussianNLLLoss` raises them to 1e-6.)
///
/// Logarithms of variances may be any finite numbers. One below that of the smallest normal number
/// divided by `ε²` (8e-25 as `f32`, 5e-277 as `f64`) counts as that, and has the gradient that it would
/// have there: so loss and gradients are finite for residuals up to `1 / ε` (8e6, 5e15), and a variance that
/// is too small for its residual is raised.
///
/// ```
/// use ndarray::array;
/// use tapegrad_autodiff::Tape;
/// use tapegrad_nn::{Loss, loss};
///
/// let tape = Tape::<f64>::new();
/// let predictions = tape.var(array![[3.0, 0.0]]);         // the mean 3, the variance e⁰
/// let loss = loss::GaussianNll::of_log_variances().mean(predictions, &array![[1.0]]);
/// assert_eq!(loss.item(), 2.0);
/// ```
///
/// # Panics
/// If the predictions have less than two axes, the shapes do not fit, or there is no element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GaussianNll {
    of_logarithms: bool,
}

impl GaussianNll {
    /// The second half of the predictions is `ln σ²`, any finite numbers.
    pub fn of_log_variances() -> Self {
        Self {
            of_logarithms: true,
        }
    }

    /// The second half of the predictions is `σ²`, above 0.
    pub fn of_variances() -> Self {
        Self {
            of_logarithms: false,
        }
    }
}

impl<'t, T: Element, Y: IntoVar<'t, T>> Loss<'t, T, Y> for GaussianNll {
    #[track_caller]
    fn each(&self, predictions: Var<'t, T>, targets: Y) -> Var<'t, T> {
        targets::check_vectors("GaussianNll", predictions, "[rows, …, means and variances]");
        let targets = targets::on_tape("GaussianNll", predictions, targets);
        let [shape, of_targets] = [predictions.shape(), targets.shape()];
        let last = shape.len() - 1;
        let fits = of_targets.len() == shape.len()
            && of_targets[..last] == shape[..last]
            && 2 * of_targets[last] == shape[last];
        if !fits {
            error::means_and_variances(&shape, &of_targets);
        }
        let residual = targets - predictions.slice(-1, ..of_targets[last]);
        let spread = predictions.slice(-1, of_targets[last]..);
        let (logarithm, square) = if self.of_logarithms {
            let logarithm = at_least_smallest(spread);
            // Squared after it was divided by σ, not by σ², which overflows sooner.
            (logarithm, (residual * (-0.5 * logarithm).exp()).square())
        } else {
            (spread.ln(), residual.square() / spread)
        };
        by_row(0.5 * (logarithm + square))
    }

    fn outputs(&self, targets: usize) -> Option<usize> {
        Some(2 * targets)
    }
}

/// Logarithms of variances, raised to the least that counts; the cotangent passes as if it were not.
fn at_least_smallest<T: Element>(logarithm: Var<'_, T>) -> Var<'_, T> {
    let epsilon = T::epsilon();
    let least = T::min_positive_value() / epsilon / epsilon;
    let raised = logarithm.maximum(least.ln());
    raised.stop_gradient() + (logarithm - logarithm.stop_gradient())
}
