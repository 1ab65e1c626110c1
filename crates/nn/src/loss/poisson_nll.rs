use tapegrad_autodiff::{Element, IntoVar, Var};

use super::{Loss, TargetRange, by_row, targets};

/// The negative log-likelihood `λ − y ln λ` of counts `y` under Poisson distributions with the rates
/// `λ`, without `ln y!`, which no prediction changes.
///
/// Predictions are `ln λ` or `λ`, of the shape of the targets, which are at least 0 and need not be
/// whole. A count of 0 costs `λ`, at the rate 0 too; the loss of a negative rate is NaN unless the
/// count is 0. (PyTorch's `PoissonNLLLoss(log_input=False)` adds 1e-8 to the rate within the
/// logarithm.)
///
/// ```
/// use tapegrad_autodiff::Tape;
/// use tapegrad_nn::{Loss, loss};
///
/// let tape = Tape::<f64>::new();
/// let each = loss::PoissonNll::of_rates().each(tape.var([1.0, 0.0]), [3.0, 0.0]);
/// assert_eq!(each.value(), ndarray::array![1.0, 0.0].into_dyn());
/// let each = loss::PoissonNll::of_log_rates().each(tape.var([0.0]), [3.0]);
/// assert_eq!(each.item(), 1.0);
/// ```
///
/// # Panics
/// If the shapes differ, there is no element, or a target is negative or not finite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoissonNll {
    of_logarithms: bool,
}

impl PoissonNll {
    /// Predictions are `ln λ`, any numbers: `e^x − x y`.
    pub fn of_log_rates() -> Self {
        Self {
            of_logarithms: true,
        }
    }

    /// Predictions are `λ`, at least 0.
    pub fn of_rates() -> Self {
        Self {
            of_logarithms: false,
        }
    }
}

impl<'t, T: Element, Y: IntoVar<'t, T>> Loss<'t, T, Y> for PoissonNll {
    #[track_caller]
    fn each(&self, predictions: Var<'t, T>, targets: Y) -> Var<'t, T> {
        let targets = targets::at_least_0("PoissonNll", predictions, targets);
        if self.of_logarithms {
            return by_row(predictions.exp() - predictions * targets);
        }
        // Selected and not multiplied: 0 · ∞ would be NaN.
        let counted = targets.greater(T::zero()).where_(predictions, T::one());
        by_row(predictions - targets * counted.ln())
    }

    #[track_caller]
    fn response(&self, predictions: Var<'t, T>) -> Var<'t, T> {
        match self.of_logarithms {
            true => predictions.exp(),
            false => predictions,
        }
    }

    fn range(&self, _outputs: usize, _targets: usize) -> TargetRange {
        TargetRange::Between(0.0, f64::INFINITY)
    }

    fn outputs(&self, targets: usize) -> Option<usize> {
        Some(targets)
    }
}
