use super::Schedule;
use crate::error;

/// A line up to where a schedule starts, in front of it: `initial + (s(0) − initial) t / steps` for
/// `t < steps`, and `s(t − steps)` of the schedule `s` from then on.
///
/// The schedule's own clock starts after the warm-up: the step `steps` is its step 0. As PyTorch's
/// `SequentialLR([LinearLR(..), s], [steps])` and optax's `warmup_…_schedule`. For a clock that runs from the
/// beginning multiply by a line: `Product::new(s, Linear::new(0.1, 1.0, steps))`.
///
/// | setting | default |
/// |---|---|
/// | [`initial`](Warmup::initial) | `s(0) / (steps + 1)`, so that no step is lost to a rate of 0 |
///
/// ```
/// use tapegrad_optim::{Schedule, schedule::{Exponential, Warmup}};
/// let lr = Warmup::new(3, Exponential::new(1.0, 0.5));
/// assert_eq!([lr.at(0), lr.at(1), lr.at(2)], [0.25, 0.5, 0.75]);
/// assert_eq!([lr.at(3), lr.at(4)], [1.0, 0.5]);
/// assert_eq!(lr.initial(0.0).at(0), 0.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Warmup<S> {
    steps: usize,
    initial: Option<f64>,
    schedule: S,
}

impl<S: Schedule> Warmup<S> {
    /// `steps` steps up to the first value of `schedule`; none if `steps` is 0.
    pub fn new(steps: usize, schedule: S) -> Self {
        Self {
            steps,
            initial: None,
            schedule,
        }
    }

    /// Starts at `initial`, which may be above the schedule.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    pub fn initial(self, initial: f64) -> Self {
        let initial = error::at_least_zero("schedule::Warmup", "initial value", initial);
        Self {
            initial: Some(initial),
            ..self
        }
    }
}

impl<S: Schedule> Schedule for Warmup<S> {
    fn at(&self, step: usize) -> f64 {
        if let Some(step) = step.checked_sub(self.steps) {
            return self.schedule.at(step);
        }
        let (steps, target) = (self.steps as f64, self.schedule.at(0));
        let initial = self.initial.unwrap_or(target / (steps + 1.0));
        initial + (target - initial) * (step as f64 / steps)
    }
}
