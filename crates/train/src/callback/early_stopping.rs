use tapegrad_autodiff::Element;
use tapegrad_nn::checkpoint::saved_count;
use tapegrad_nn::{LoadProblem, Section};

use super::monitor::Monitor;
use super::{Callback, CallbackError, Run};
use crate::error;

/// Stops when a column of the history has not improved for so many epochs, and puts the weights of the best epoch
/// back in the end.
///
/// Let `b` be the best number so far. A number `v` is better if `v < b − δ`, or `v > b + δ` where [larger is
/// better](crate::History::larger_is_better), and then `b = v`. Training stops at the epoch that is the `patience`-th
/// in a row without a better one. Only epochs count in which the column was measured; NaN is not better.
///
/// | setting | default | range |
/// |---|---|---|
/// | [`new`](EarlyStopping::new): `patience` | | at least 1 epoch |
/// | [`monitor`](EarlyStopping::monitor) | `validation_loss` with validation data, else `loss` | a column of the history |
/// | [`min_delta`](EarlyStopping::min_delta): `δ` | 0 | `[0, ∞)` |
/// | [`start_from`](EarlyStopping::start_from) | the first epoch | |
/// | [`keep_last`](EarlyStopping::keep_last) | off: in the end the model has the weights of the best epoch | |
///
/// The weights are put back at every end, also after all epochs and after an interruption, which goes on from the
/// last ones. With [averages](crate::Trainer::average) they are averages, as the column was measured with them.
/// Beside `δ = 0` the best epoch is the last that was better by `δ`, not the least number of all.
///
/// A column that does not exist after the first epoch is an error that names those that do; and one that is [not
/// judged](crate::History::is_judged) is an error.
///
/// As in Algorithm 7.1 of Goodfellow, Bengio and Courville, *Deep Learning* (2016), Keras and Lightning; but Keras's
/// patience of 0 is 1 here, and by default Keras keeps the last weights.
/// [`ReduceOnPlateau`](tapegrad_optim::schedule::ReduceOnPlateau) bears one more epoch for the same patience.
///
/// ```
/// use tapegrad_nn::{Mlp, loss};
/// use tapegrad_optim::Adam;
/// use tapegrad_train::callback::EarlyStopping;
/// use tapegrad_train::{End, Trainer, data};
///
/// let (train, validation) = data::moons::<f32>(60, 0.3, 1).split(0.5, 1);
/// let mut model = Mlp::new(&[2, 64, 1]).seed(1);
/// let mut stopping = EarlyStopping::new(5);
/// let fit = Trainer::new(Adam::new(3e-2), loss::BinaryCrossEntropy::new())
///     .epochs(1000)
///     .validate(&validation)
///     .callback(&mut stopping)
///     .fit(&mut model, &train)?;
/// assert!(matches!(&fit.end, End::Stopped { by, .. } if by == "EarlyStopping"));
/// assert_eq!(stopping.best(), fit.history.best("validation_loss"));
/// # Ok::<(), tapegrad_train::FitError>(())
/// ```
#[derive(Clone, Debug)]
pub struct EarlyStopping {
    patience: usize,
    monitor: Monitor,
    min_delta: f64,
    start_from: usize,
    restores: bool,
    memory: Memory,
}

#[derive(Clone, Debug, Default)]
struct Memory {
    /// The epoch and its number; `None` before there is one.
    best: Option<(usize, f64)>,
    /// Epochs in a row that were not better.
    waited: usize,
    /// Of the best epoch, in arrays; none if the last ones are kept.
    weights: Section,
}

/// The best epoch and its number, and the epochs waited.
type Saved = (Option<(u64, f64)>, u64);

const VERSION: u32 = 1;

impl EarlyStopping {
    const NAME: &str = "EarlyStopping";

    /// Stops after so many epochs in a row that are not better.
    ///
    /// # Panics
    /// If `patience` is 0.
    #[track_caller]
    pub fn new(patience: usize) -> Self {
        let patience =
            error::at_least_one("EarlyStopping::new", "epochs without improvement", patience);
        Self {
            patience,
            monitor: Monitor::default(),
            min_delta: 0.0,
            start_from: 1,
            restores: true,
            memory: Memory::default(),
        }
    }

    /// Looks at this column of the history.
    pub fn monitor(self, column: &str) -> Self {
        let monitor = Monitor::of(column);
        Self { monitor, ..self }
    }

    /// By how much a number must be better to count.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    pub fn min_delta(self, delta: f64) -> Self {
        let min_delta = error::at_least_zero("EarlyStopping::min_delta", "number", delta);
        Self { min_delta, ..self }
    }

    /// Looks at no epoch before this one; the first is 1.
    pub fn start_from(self, epoch: usize) -> Self {
        let start_from = epoch;
        Self { start_from, ..self }
    }

    /// Leaves the weights as they are in the end, and keeps no others.
    pub fn keep_last(self) -> Self {
        let restores = false;
        Self { restores, ..self }
    }

    /// The best epoch of the last run and its number; `None` before there is one.
    pub fn best(&self) -> Option<(usize, f64)> {
        self.memory.best
    }

    fn is_better(&self, value: f64, is_better_larger: bool) -> bool {
        match self.memory.best {
            None => !value.is_nan(),
            Some((_, best)) if is_better_larger => value > best + self.min_delta,
            Some((_, best)) => value < best - self.min_delta,
        }
    }

    /// Why it stops.
    fn reason(&self, column: &str) -> String {
        let waited = self.memory.waited;
        match self.memory.best {
            None => format!("`{column}` was NaN for {waited} epochs"),
            Some((epoch, best)) => {
                format!(
                    "`{column}` has not improved on {best:.4} of epoch {epoch} for {waited} epochs"
                )
            }
        }
    }
}

impl<T: Element> Callback<T> for EarlyStopping {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn start(&mut self, run: &mut Run<'_, T>) -> Result<(), CallbackError> {
        match run.is_resumed() {
            false => self.memory = Memory::default(),
            true if self.restores && self.memory.best.is_some() => {
                self.memory.weights.check(run.model())?;
            }
            true => {}
        }
        Ok(())
    }

    fn after_epoch(&mut self, run: &mut Run<'_, T>) -> Result<(), CallbackError> {
        let history = run.history();
        let Some(value) = self.monitor.latest(history)? else {
            return Ok(());
        };
        if run.epoch() < self.start_from {
            return Ok(());
        }
        let column = self.monitor.name(history).to_owned();
        if self.is_better(value, history.is_better_larger(&column)) {
            let weights = match self.restores {
                true => Section::of(run.model()),
                false => Section::new(),
            };
            self.memory = Memory {
                best: Some((run.epoch(), value)),
                waited: 0,
                weights,
            };
            return Ok(());
        }
        self.memory.waited += 1;
        if self.memory.waited >= self.patience {
            run.stop(self.reason(&column));
        }
        Ok(())
    }

    fn end(&mut self, run: &mut Run<'_, T>) -> Result<(), CallbackError> {
        if self.restores && self.memory.best.is_some() {
            self.memory.weights.load_into(run.model_mut())?;
        }
        Ok(())
    }

    fn save(&self) -> Section {
        let best = self.memory.best.map(|(epoch, best)| (epoch as u64, best));
        let saved: Saved = (best, self.memory.waited as u64);
        let mut section = self.memory.weights.clone();
        section.set_state_of(Self::NAME, VERSION, &saved);
        section
    }

    fn load(&mut self, section: &Section) -> Result<(), LoadProblem> {
        let (best, waited): Saved = section.state_of(Self::NAME, VERSION)?;
        if best.is_some_and(|(_, best)| best.is_nan()) {
            let reason = "the best number of early stopping is NaN; it must be a number";
            return LoadProblem::malformed(reason);
        }
        let best = match best {
            Some((epoch, best)) => Some((saved_count("epochs", epoch)?, best)),
            None => None,
        };
        self.memory = Memory {
            best,
            waited: saved_count("epochs without improvement", waited)?,
            weights: match self.restores {
                true => section.clone(),
                false => Section::new(),
            },
        };
        Ok(())
    }
}
