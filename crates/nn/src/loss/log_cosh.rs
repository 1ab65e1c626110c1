use std::f64::consts::LN_2;

use tapegrad_autodiff::{Element, IntoVar, Var};

use super::{Loss, by_row, targets};

/// `ln cosh r` of a residual `r = p − y`; the derivative by `p` is `tanh r`.
///
/// Nearly `½ r²` for small residuals and `|r| − ln 2` for large ones, smooth everywhere. It neither
/// overflows nor cancels: up to `|r| = 1` it is `−½ ln(1 − tanh² r)`, beyond
/// `|r| + ln(1 + e^−2|r|) − ln 2`. Predictions and targets have one shape.
///
/// ```
/// use tapegrad_autodiff::Tape;
/// use tapegrad_nn::{Loss, loss};
///
/// let tape = Tape::<f64>::new();
/// let each = loss::LogCosh.each(tape.var([1e-9, 1000.0]), [0.0, 0.0]).value();
/// assert!((each[0] / 5e-19 - 1.0).abs() < 1e-12);
/// assert_eq!(each[1], 1000.0 - 2.0_f64.ln());
/// ```
///
/// # Panics
/// As [`SquaredError`](super::SquaredError).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogCosh;

impl<'t, T: Element, Y: IntoVar<'t, T>> Loss<'t, T, Y> for LogCosh {
    #[track_caller]
    fn each(&self, predictions: Var<'t, T>, targets: Y) -> Var<'t, T> {
        let residual = predictions - targets::of_one_shape("LogCosh", predictions, targets);
        // Held within its range: what is not selected has derivatives, too.
        let small = residual.clamp(-1.0, 1.0);
        let near = (-small.tanh().square()).ln_1p() * -0.5;
        let half = residual.tape().constant(T::of(0.5));
        let far = (2.0 * residual).sigmoid_cross_entropy(half) - LN_2;
        by_row(small.equal(residual).where_(near, far))
    }

    fn outputs(&self, targets: usize) -> Option<usize> {
        Some(targets)
    }
}
