use std::f64::consts::PI;

use super::Schedule;
use crate::error;

/// `last + ½ (initial − last) (1 + cos(π t / period))` down to `last` at `t = period`, and `last`
/// from then on.
///
/// As PyTorch's `CosineAnnealingLR` (Loshchilov and Hutter 2017, without restarts) up to `period`;
/// PyTorch's rises again after it.
///
/// ```
/// use tapegrad_optim::{Schedule, schedule::Cosine};
/// let lr = Cosine::new(1.0, 0.0, 100);
/// assert_eq!([lr.at(0), lr.at(100), lr.at(1000)], [1.0, 0.0, 0.0]);
/// assert!((lr.at(50) - 0.5).abs() < 1e-15);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cosine {
    initial: f64,
    last: f64,
    period: usize,
}

impl Cosine {
    /// Falls from `initial` to `last` over `period` steps.
    ///
    /// # Panics
    /// If `initial` or `last` is negative or not finite, or `period` is 0.
    #[track_caller]
    pub fn new(initial: f64, last: f64, period: usize) -> Self {
        Self {
            initial: error::at_least_zero("schedule::Cosine", "initial value", initial),
            last: error::at_least_zero("schedule::Cosine", "last value", last),
            period: error::at_least_one("schedule::Cosine", "period", period),
        }
    }
}

impl Schedule for Cosine {
    fn at(&self, step: usize) -> f64 {
        let part = step.min(self.period) as f64 / self.period as f64;
        self.last + 0.5 * (self.initial - self.last) * (1.0 + (PI * part).cos())
    }
}
