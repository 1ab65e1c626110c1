use super::Schedule;
use crate::error;

/// `initial · factorᵗ`. As PyTorch's `ExponentialLR`.
///
/// With a factor above 1 it grows beyond all bounds, to ∞, which an optimizer refuses.
///
/// ```
/// use tapegrad_optim::{Schedule, schedule::Exponential};
/// let lr = Exponential::new(1.0, 0.5);
/// assert_eq!([lr.at(0), lr.at(1), lr.at(3)], [1.0, 0.5, 0.125]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exponential {
    initial: f64,
    factor: f64,
}

impl Exponential {
    /// Starts at `initial` and is multiplied by `factor` every step.
    ///
    /// # Panics
    /// If `initial` or `factor` is negative or not finite.
    #[track_caller]
    pub fn new(initial: f64, factor: f64) -> Self {
        Self {
            initial: error::at_least_zero("schedule::Exponential", "initial value", initial),
            factor: error::at_least_zero("schedule::Exponential", "factor", factor),
        }
    }
}

impl Schedule for Exponential {
    fn at(&self, step: usize) -> f64 {
        multiplied(self.initial, self.factor, step)
    }
}

/// `initial · factorⁿ`; 0 stays 0 where the power is infinite.
pub(super) fn multiplied(initial: f64, factor: f64, n: usize) -> f64 {
    if initial == 0.0 {
        0.0
    } else {
        initial * factor.powf(n as f64)
    }
}
