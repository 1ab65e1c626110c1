use super::Schedule;
use super::exponential::multiplied;
use crate::error;

/// `initial · factor^⌊t / period⌋`: a drop every `period` steps. As PyTorch's `StepLR`.
///
/// ```
/// use tapegrad_optim::{Schedule, schedule::Step};
/// let lr = Step::new(0.4, 0.5, 10);
/// assert_eq!([lr.at(0), lr.at(9), lr.at(10), lr.at(25)], [0.4, 0.4, 0.2, 0.1]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    initial: f64,
    factor: f64,
    period: usize,
}

impl Step {
    /// Starts at `initial` and is multiplied by `factor` every `period` steps.
    ///
    /// # Panics
    /// If `initial` or `factor` is negative or not finite, or `period` is 0.
    #[track_caller]
    pub fn new(initial: f64, factor: f64, period: usize) -> Self {
        Self {
            initial: error::at_least_zero("schedule::Step", "initial value", initial),
            factor: error::at_least_zero("schedule::Step", "factor", factor),
            period: error::at_least_one("schedule::Step", "period", period),
        }
    }
}

impl Schedule for Step {
    fn at(&self, step: usize) -> f64 {
        multiplied(self.initial, self.factor, step / self.period)
    }
}
