use super::Schedule;
use crate::error;

/// `last + (initial − last) (1 − t / period)` up to `t = period`, and `last` from then on.
///
/// As PyTorch's `LinearLR`, whose `start_factor` and `end_factor` are of a base rate.
///
/// ```
/// use tapegrad_optim::{Schedule, schedule::Linear};
/// let strength = Linear::new(0.0, 1.0, 4);
/// assert_eq!([strength.at(0), strength.at(1), strength.at(4), strength.at(9)], [0.0, 0.25, 1.0, 1.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Linear {
    initial: f64,
    last: f64,
    period: usize,
}

impl Linear {
    /// Goes from `initial` to `last` over `period` steps, up or down.
    ///
    /// # Panics
    /// If `initial` or `last` is negative or not finite, or `period` is 0.
    #[track_caller]
    pub fn new(initial: f64, last: f64, period: usize) -> Self {
        Self {
            initial: error::at_least_zero("schedule::Linear", "initial value", initial),
            last: error::at_least_zero("schedule::Linear", "last value", last),
            period: error::at_least_one("schedule::Linear", "period", period),
        }
    }
}

impl Schedule for Linear {
    fn at(&self, step: usize) -> f64 {
        let part = step.min(self.period) as f64 / self.period as f64;
        self.last + (self.initial - self.last) * (1.0 - part)
    }
}
