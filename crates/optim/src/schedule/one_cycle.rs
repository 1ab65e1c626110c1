use std::f64::consts::PI;

use super::Schedule;
use crate::error;

/// Up from `initial` to `peak` and far down to `last`, once in `steps` steps; `last` from then on.
///
/// | phases | first | second | third |
/// |---|---|---|---|
/// | two | `initial` to `peak`, until the step `rising · steps − 1` | `peak` to `last`, until `steps − 1` | – |
/// | [three](OneCycle::three_phases) | the same | `peak` to `initial`, until `2 · rising · steps − 2` | `initial` to `last`, until `steps − 1` |
///
/// Each phase is half a wave of a cosine, or a [line](OneCycle::linear).
///
/// | setting | default | PyTorch's |
/// |---|---|---|
/// | [`rising`](OneCycle::rising) | 0.3 | `pct_start` |
/// | [`ends`](OneCycle::ends) | `peak / 25`, `peak / 250000` | `max_lr / div_factor`, and that `/ final_div_factor` |
/// | [`linear`](OneCycle::linear) | off | `anneal_strategy` |
/// | [`three_phases`](OneCycle::three_phases) | off | `three_phase` |
///
/// As PyTorch's `OneCycleLR` (Smith and Topin 2018), but that PyTorch's fails after `steps`, and divides by 0
/// where the first phase has one step.
///
/// ```
/// use tapegrad_optim::{Schedule, schedule::OneCycle};
/// let lr = OneCycle::new(1.0, 100).ends(0.1, 0.001);
/// assert!([(0, 0.1), (29, 1.0), (99, 0.001)].iter().all(|&(step, value)| (lr.at(step) - value).abs() < 1e-15));
/// assert_eq!(lr.at(1000), lr.at(99));
/// // A momentum with the same timing, lowest where the rate is highest.
/// let momentum = lr.momentum(0.85, 0.95);
/// assert!([(0, 0.95), (29, 0.85), (99, 0.95)].iter().all(|&(step, value)| (momentum.at(step) - value).abs() < 1e-15));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OneCycle {
    initial: f64,
    peak: f64,
    last: f64,
    steps: usize,
    rising: f64,
    linear: bool,
    three_phases: bool,
}

impl OneCycle {
    const WHO: &str = "schedule::OneCycle";

    /// A cycle of `steps` steps up to `peak`.
    ///
    /// # Panics
    /// If `peak` is negative or not finite, or `steps` is 0.
    #[track_caller]
    pub fn new(peak: f64, steps: usize) -> Self {
        Self {
            initial: peak / 25.0,
            peak: error::at_least_zero(Self::WHO, "peak", peak),
            last: peak / 25.0 / 1e4,
            steps: error::at_least_one(Self::WHO, "number of steps", steps),
            rising: 0.3,
            linear: false,
            three_phases: false,
        }
    }

    /// Where it starts and where it ends.
    ///
    /// # Panics
    /// If one is negative or not finite.
    #[track_caller]
    pub fn ends(self, initial: f64, last: f64) -> Self {
        Self {
            initial: error::at_least_zero(Self::WHO, "initial value", initial),
            last: error::at_least_zero(Self::WHO, "last value", last),
            ..self
        }
    }

    /// The share of the steps in which it rises.
    ///
    /// # Panics
    /// If it is not in `[0, 1]`, or with three phases not in `[0, ½]`.
    #[track_caller]
    pub fn rising(self, share: f64) -> Self {
        let rising = error::share(Self::WHO, "rising share", share);
        Self { rising, ..self }.checked()
    }

    /// Lines instead of waves.
    pub fn linear(self) -> Self {
        Self {
            linear: true,
            ..self
        }
    }

    /// Falls to `initial` in as many steps as it rose, and then to `last`.
    ///
    /// # Panics
    /// If the rising share is above ½.
    #[track_caller]
    pub fn three_phases(self) -> Self {
        Self {
            three_phases: true,
            ..self
        }
        .checked()
    }

    /// The same timing for a momentum: `high` where this one starts and ends, `low` at the peak. PyTorch's
    /// `cycle_momentum`, where they are 0.85 and 0.95 by default.
    ///
    /// # Panics
    /// If one is not in `[0, 1)`.
    #[track_caller]
    pub fn momentum(self, low: f64, high: f64) -> Self {
        let low = error::fraction(Self::WHO, "lowest momentum", low);
        let high = error::fraction(Self::WHO, "highest momentum", high);
        Self {
            initial: high,
            peak: low,
            last: high,
            ..self
        }
    }

    #[track_caller]
    fn checked(self) -> Self {
        if self.three_phases && self.rising > 0.5 {
            let range = "at most 0.5 with three phases";
            error::hyper_parameter(Self::WHO, "rising share", self.rising, range);
        }
        self
    }

    /// The value at `t` of a phase between two steps.
    fn between(&self, t: f64, steps: [f64; 2], [from, to]: [f64; 2]) -> f64 {
        let [start, end] = steps;
        let part = match end > start {
            true => (t - start) / (end - start),
            false => 1.0,
        };
        let left = match self.linear {
            true => 1.0 - part,
            false => 0.5 * (1.0 + (PI * part).cos()),
        };
        to + (from - to) * left
    }
}

impl Schedule for OneCycle {
    fn at(&self, step: usize) -> f64 {
        let end = (self.steps - 1) as f64;
        let t = (step as f64).min(end);
        let risen = self.rising * self.steps as f64 - 1.0;
        if t <= risen {
            return self.between(t, [0.0, risen], [self.initial, self.peak]);
        }
        if !self.three_phases {
            return self.between(t, [risen, end], [self.peak, self.last]);
        }
        let fallen = 2.0 * self.rising * self.steps as f64 - 2.0;
        if t <= fallen {
            return self.between(t, [risen, fallen], [self.peak, self.initial]);
        }
        self.between(t, [fallen, end], [self.initial, self.last])
    }
}
