use super::Schedule;
use crate::error;

/// `peak · min((t + 1) / warmup, √(warmup / (t + 1)))`: a line up to `peak` at the step `warmup − 1`, and from
/// there on falling as `1 / √t`.
///
/// The schedule of Vaswani et al. 2017, `d^−½ min(n^−½, n · warmup^−1.5)` at the step `n = t + 1`, which peaks
/// at `1 / √(d · warmup)`: for a width `d` of 512 and a `warmup` of 4000 at 0.0007.
///
/// ```
/// use tapegrad_optim::{Schedule, schedule::InverseSqrt};
/// let lr = InverseSqrt::new(1.0, 4);
/// assert_eq!([lr.at(0), lr.at(1), lr.at(3), lr.at(15)], [0.25, 0.5, 1.0, 0.5]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InverseSqrt {
    peak: f64,
    warmup: usize,
}

impl InverseSqrt {
    /// Rises to `peak` in `warmup` steps; a `warmup` of 1 starts there.
    ///
    /// # Panics
    /// If `peak` is negative or not finite, or `warmup` is 0.
    #[track_caller]
    pub fn new(peak: f64, warmup: usize) -> Self {
        Self {
            peak: error::at_least_zero("schedule::InverseSqrt", "peak", peak),
            warmup: error::at_least_one("schedule::InverseSqrt", "warm-up", warmup),
        }
    }
}

impl Schedule for InverseSqrt {
    fn at(&self, step: usize) -> f64 {
        let part = (step as f64 + 1.0) / self.warmup as f64;
        self.peak * part.min(part.sqrt().recip())
    }
}
