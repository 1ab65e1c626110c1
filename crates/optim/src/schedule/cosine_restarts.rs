use std::f64::consts::PI;

use super::Schedule;
use crate::error;

/// `last + ½ (initial − last) (1 + cos(π s / p))` at the step `s` of a period of `p` steps: half a wave
/// down, and then at `initial` again.
///
/// The `i`-th period has `period · factorⁱ` steps; the factor is 1 unless
/// [`period_factor`](CosineRestarts::period_factor) says otherwise. As PyTorch's
/// `CosineAnnealingWarmRestarts(T_0, T_mult, eta_min)` (Loshchilov and Hutter 2017).
///
/// ```
/// use tapegrad_optim::{Schedule, schedule::CosineRestarts};
/// let lr = CosineRestarts::new(1.0, 0.0, 10).period_factor(2);
/// assert_eq!([lr.at(0), lr.at(10), lr.at(30), lr.at(70)], [1.0; 4]);
/// assert!((lr.at(20) - 0.5).abs() < 1e-15);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CosineRestarts {
    initial: f64,
    last: f64,
    period: usize,
    factor: usize,
}

impl CosineRestarts {
    const WHO: &str = "schedule::CosineRestarts";

    /// Falls from `initial` towards `last` in every period of `period` steps.
    ///
    /// # Panics
    /// If `initial` or `last` is negative or not finite, or `period` is 0.
    #[track_caller]
    pub fn new(initial: f64, last: f64, period: usize) -> Self {
        Self {
            initial: error::at_least_zero(Self::WHO, "initial value", initial),
            last: error::at_least_zero(Self::WHO, "last value", last),
            period: error::at_least_one(Self::WHO, "period", period),
            factor: 1,
        }
    }

    /// Each period has `factor` times the steps of the one before.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn period_factor(self, factor: usize) -> Self {
        Self {
            factor: error::at_least_one(Self::WHO, "factor of periods", factor),
            ..self
        }
    }

    /// The step in its period, and the period's length.
    fn place(&self, step: usize) -> (usize, usize) {
        if self.factor == 1 {
            return (step % self.period, self.period);
        }
        let (mut step, mut period) = (step, self.period);
        while step >= period {
            step -= period;
            period = period.saturating_mul(self.factor);
        }
        (step, period)
    }
}

impl Schedule for CosineRestarts {
    fn at(&self, step: usize) -> f64 {
        let (step, period) = self.place(step);
        let part = step as f64 / period as f64;
        self.last + 0.5 * (self.initial - self.last) * (1.0 + (PI * part).cos())
    }
}
