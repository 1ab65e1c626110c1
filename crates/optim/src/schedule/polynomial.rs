use super::Schedule;
use crate::error;

/// `last + (initial − last) (1 − t / period)^power` up to `t = period`, and `last` from then on.
///
/// As PyTorch's `PolynomialLR`, whose `last` is 0, and as optax's `polynomial_schedule`. A power of 1 is
/// [`Linear`](super::Linear), a higher one falls early, a lower one late.
///
/// ```
/// use tapegrad_optim::{Schedule, schedule::Polynomial};
/// let lr = Polynomial::new(1.0, 0.0, 4, 2.0);
/// assert_eq!([lr.at(0), lr.at(2), lr.at(3), lr.at(9)], [1.0, 0.25, 0.0625, 0.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Polynomial {
    initial: f64,
    last: f64,
    period: usize,
    power: f64,
}

impl Polynomial {
    /// Goes from `initial` to `last` over `period` steps.
    ///
    /// # Panics
    /// If `initial` or `last` is negative or not finite, `period` is 0, or `power` is not positive and
    /// finite.
    #[track_caller]
    pub fn new(initial: f64, last: f64, period: usize, power: f64) -> Self {
        Self {
            initial: error::at_least_zero("schedule::Polynomial", "initial value", initial),
            last: error::at_least_zero("schedule::Polynomial", "last value", last),
            period: error::at_least_one("schedule::Polynomial", "period", period),
            power: error::above_zero("schedule::Polynomial", "power", power),
        }
    }
}

impl Schedule for Polynomial {
    fn at(&self, step: usize) -> f64 {
        let part = step.min(self.period) as f64 / self.period as f64;
        self.last + (self.initial - self.last) * (1.0 - part).powf(self.power)
    }
}
