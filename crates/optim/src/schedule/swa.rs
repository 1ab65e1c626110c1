use std::f64::consts::PI;

use super::Schedule;
use crate::error;

/// Another schedule before `start`; from then on `α rate + (1 − α) lr` with `lr` what that schedule is at
/// `start`, and `α` rising from 0 to 1 over `period` steps: the learning rate of stochastic weight averaging
/// (Izmailov et al. 2018), as PyTorch's `SWALR` that takes over at `start`.
///
/// `α = ½ (1 − cos(π t / period))` with `t = step − start`, or `t / period` if it is
/// [`linear`](Swa::linear); 1 after the period. With a period of 0 the rate is reached at `start`.
///
/// ```
/// use tapegrad_optim::{Schedule, schedule::Swa};
/// let lr = Swa::new(0.1, 100, 0.02, 10);
/// assert_eq!([lr.at(99), lr.at(100), lr.at(110), lr.at(500)], [0.1, 0.1, 0.02, 0.02]);
/// assert!((lr.at(105) - 0.06).abs() < 1e-15);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Swa<S> {
    before: S,
    start: usize,
    rate: f64,
    period: usize,
    is_linear: bool,
}

impl<S: Schedule> Swa<S> {
    /// Takes over from `before` at `start` and goes to `rate` over `period` steps.
    ///
    /// # Panics
    /// If `rate` is negative or not finite.
    #[track_caller]
    pub fn new(before: S, start: usize, rate: f64, period: usize) -> Self {
        Self {
            before,
            start,
            rate: error::at_least_zero("schedule::Swa", "rate", rate),
            period,
            is_linear: false,
        }
    }

    /// Goes to the rate along a line.
    pub fn linear(self) -> Self {
        Self {
            is_linear: true,
            ..self
        }
    }
}

impl<S: Schedule> Schedule for Swa<S> {
    fn at(&self, step: usize) -> f64 {
        let Some(t) = step.checked_sub(self.start) else {
            return self.before.at(step);
        };
        if t >= self.period {
            return self.rate;
        }
        let part = t as f64 / self.period as f64;
        let alpha = if self.is_linear {
            part
        } else {
            0.5 * (1.0 - (PI * part).cos())
        };
        alpha * self.rate + (1.0 - alpha) * self.before.at(self.start)
    }
}
