use tapegrad_autodiff::Element;

use super::{Average, Averaging};
use crate::error;

/// Stochastic weight averaging (Izmailov et al. 2018): the equal average of the parameters at every
/// `period`-th update from the one numbered `start` on, counted from 0: `a ← a + (x − a) / (n + 1)`.
///
/// | setting | default | range |
/// |---|---|---|
/// | start | no default; three quarters of the updates are usual | |
/// | period | no default; the updates of an epoch, or of a cycle of the learning rate | at least 1 |
///
/// The learning rate stays high meanwhile: [`schedule::Swa`](crate::schedule::Swa). When training is over,
/// swap the average in and [recompute the statistics](tapegrad_nn::recompute_statistics) if there are any.
///
/// ```
/// use tapegrad_nn::Dense;
/// use tapegrad_optim::Swa;
///
/// let mut layer = Dense::<f64>::new(1, 1).without_bias();
/// let mut average = Swa::new(1, 2);
/// for x in [100.0, 1.0, 100.0, 3.0, 100.0, 8.0] {
///     layer.weight.value.fill(x);
///     average.update(&layer);
/// }
/// average.swap(&mut layer);
/// assert_eq!(layer.weight.value[[0, 0]], 4.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Swa {
    start: usize,
    period: usize,
}

impl Swa {
    /// The average from an update on, of every `period`-th.
    ///
    /// # Panics
    /// If the period is 0.
    #[track_caller]
    pub fn new<T: Element>(start: usize, period: usize) -> Average<Self, T> {
        Average::new(Self {
            start,
            period: error::at_least_one("Swa", "period", period),
        })
    }
}

impl Averaging for Swa {
    fn name(&self) -> String {
        "Swa".to_owned()
    }

    fn part(&self, number: usize) -> Option<f64> {
        let since = number.checked_sub(self.start)?;
        let count = (since / self.period) as f64;
        since
            .is_multiple_of(self.period)
            .then(|| 1.0 / (count + 1.0))
    }
}
