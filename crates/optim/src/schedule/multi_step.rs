use super::Schedule;
use super::exponential::multiplied;
use crate::error;

/// `initial · factorⁿ` with the `n` milestones that are not above `t`: a drop at each of them.
///
/// As PyTorch's `MultiStepLR`, which sorts its milestones and takes one twice. For values of your own
/// see [`Piecewise`](super::Piecewise).
///
/// ```
/// use tapegrad_optim::{Schedule, schedule::MultiStep};
/// let lr = MultiStep::new(0.4, 0.5, &[30, 80]);
/// assert_eq!([lr.at(29), lr.at(30), lr.at(80), lr.at(1000)], [0.4, 0.2, 0.1, 0.1]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct MultiStep {
    initial: f64,
    factor: f64,
    milestones: Vec<usize>,
}

impl MultiStep {
    /// Starts at `initial` and is multiplied by `factor` at each of the steps `milestones`.
    ///
    /// # Panics
    /// If `initial` or `factor` is negative or not finite, or the milestones are not in strictly ascending
    /// order from 1 on.
    #[track_caller]
    pub fn new(initial: f64, factor: f64, milestones: &[usize]) -> Self {
        const WHO: &str = "schedule::MultiStep";
        let mut before = 0;
        for &milestone in milestones {
            before = error::later(WHO, "milestone", milestone, before);
        }
        Self {
            initial: error::at_least_zero(WHO, "initial value", initial),
            factor: error::at_least_zero(WHO, "factor", factor),
            milestones: milestones.to_vec(),
        }
    }
}

impl Schedule for MultiStep {
    fn at(&self, step: usize) -> f64 {
        let drops = self.milestones.partition_point(|&at| at <= step);
        multiplied(self.initial, self.factor, drops)
    }
}
