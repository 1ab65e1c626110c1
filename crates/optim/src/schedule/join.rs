use std::fmt;
use std::sync::Arc;

use super::Schedule;
use crate::error;

/// A schedule for each stretch of steps, each with a clock of its own: `s(t − b)` of the schedule `s` whose
/// stretch begins at the step `b`.
///
/// As PyTorch's `SequentialLR` and optax's `join_schedules`.
///
/// ```
/// use tapegrad_optim::{Schedule, schedule::{Exponential, Join, Linear}};
/// let lr = Join::new(Linear::new(0.0, 1.0, 10)).then(10, 1.0).then(100, Exponential::new(1.0, 0.5));
/// assert_eq!([lr.at(5), lr.at(10), lr.at(99)], [0.5, 1.0, 1.0]);
/// assert_eq!([lr.at(100), lr.at(102)], [1.0, 0.25]);
/// ```
#[derive(Clone)]
pub struct Join {
    first: Arc<dyn Schedule>,
    /// From which step on which schedule.
    rest: Vec<(usize, Arc<dyn Schedule>)>,
}

impl Join {
    /// Starts with `first`.
    pub fn new(first: impl Schedule + 'static) -> Self {
        Self {
            first: Arc::new(first),
            rest: Vec::new(),
        }
    }

    /// From `step` on, which is its step 0, it is `schedule`.
    ///
    /// # Panics
    /// If `step` is not after the one of the stretch before.
    #[track_caller]
    pub fn then(mut self, step: usize, schedule: impl Schedule + 'static) -> Self {
        let before = self.rest.last().map_or(0, |stretch| stretch.0);
        error::later("schedule::Join", "boundary", step, before);
        self.rest.push((step, Arc::new(schedule)));
        self
    }
}

impl Schedule for Join {
    fn at(&self, step: usize) -> f64 {
        let begun = self.rest.partition_point(|stretch| stretch.0 <= step);
        match self.rest[..begun].last() {
            Some((from, schedule)) => schedule.at(step - from),
            None => self.first.at(step),
        }
    }
}

/// The steps at which stretches begin; schedules need not be printable.
impl fmt::Debug for Join {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let boundaries: Vec<_> = self.rest.iter().map(|stretch| stretch.0).collect();
        f.debug_struct("Join")
            .field("boundaries", &boundaries)
            .finish_non_exhaustive()
    }
}
