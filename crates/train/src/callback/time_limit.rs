use std::time::{Duration, Instant};

use tapegrad_autodiff::Element;

use super::{Callback, CallbackError, Run};

/// Interrupts a run after a time, at the end of a step: with [checkpoints](crate::Trainer::checkpoints) it can be
/// resumed.
///
/// The time is that of the run of this process, by a clock that is never set back; a run that is resumed has as much
/// again. Evaluation counts, too, and is not cut short.
///
/// ```
/// use std::time::Duration;
/// use tapegrad_nn::{Mlp, loss};
/// use tapegrad_optim::Adam;
/// use tapegrad_train::callback::TimeLimit;
/// use tapegrad_train::{End, Trainer, data};
///
/// let mut model = Mlp::<f32>::new(&[2, 16, 1]);
/// let fit = Trainer::new(Adam::new(1e-3), loss::BinaryCrossEntropy::new())
///     .epochs(1_000_000)
///     .callback(TimeLimit::new(Duration::from_millis(50)))
///     .fit(&mut model, &data::moons(100, 0.2, 1))?;
/// assert!(matches!(fit.end, End::Interrupted { .. }));
/// # Ok::<(), tapegrad_train::FitError>(())
/// ```
#[derive(Clone, Debug)]
pub struct TimeLimit {
    limit: Duration,
    /// `None` before a run.
    start: Option<Instant>,
}

impl TimeLimit {
    /// Of at least one step.
    pub fn new(limit: Duration) -> Self {
        let start = None;
        Self { limit, start }
    }
}

impl<T: Element> Callback<T> for TimeLimit {
    fn name(&self) -> &str {
        "TimeLimit"
    }

    fn start(&mut self, _run: &mut Run<'_, T>) -> Result<(), CallbackError> {
        self.start = Some(Instant::now());
        Ok(())
    }

    fn after_step(&mut self, run: &mut Run<'_, T>) -> Result<(), CallbackError> {
        let elapsed = self.start.map(|start| start.elapsed());
        if elapsed.is_some_and(|elapsed| elapsed >= self.limit) {
            run.interrupt(format!("the limit of {:?} is reached", self.limit));
        }
        Ok(())
    }
}
