use tapegrad_autodiff::Element;
use tapegrad_nn::{LoadProblem, Section};
use tapegrad_optim::schedule::ReduceOnPlateau;

use super::monitor::{Monitor, MonitorError};
use super::{Callback, CallbackError, Run};

/// Shows a column of the history to a [`ReduceOnPlateau`], after each epoch in which it was measured.
///
/// | setting | default |
/// |---|---|
/// | [`monitor`](Plateau::monitor) | `validation_loss` with validation data, else `loss` |
///
/// Of a column whose [larger numbers are better](crate::History::larger_is_better) the plateau must
/// [maximize](ReduceOnPlateau::maximize); that it does not is an error after the first epoch, and so is a column that
/// does not exist, or is [not judged](crate::History::is_judged). What the plateau remembers is in the checkpoint.
///
/// ```
/// use tapegrad_nn::{Mlp, loss};
/// use tapegrad_optim::Adam;
/// use tapegrad_optim::schedule::ReduceOnPlateau;
/// use tapegrad_train::callback::Plateau;
/// use tapegrad_train::{Trainer, data};
///
/// let (train, validation) = data::moons::<f32>(60, 0.3, 1).split(0.5, 1);
/// let mut model = Mlp::new(&[2, 64, 1]).seed(1);
/// let plateau = ReduceOnPlateau::new(3e-2).patience(3).factor(0.5);
/// let fit = Trainer::new(Adam::new(plateau.clone()), loss::BinaryCrossEntropy::new())
///     .epochs(200)
///     .validate(&validation)
///     .callback(Plateau::new(plateau))
///     .fit(&mut model, &train)?;
/// assert!(fit.history.last("learning_rate") < Some(3e-2));
/// # Ok::<(), tapegrad_train::FitError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Plateau {
    plateau: ReduceOnPlateau,
    monitor: Monitor,
}

impl Plateau {
    /// With a clone of the plateau that the optimizer has.
    pub fn new(plateau: ReduceOnPlateau) -> Self {
        let monitor = Monitor::default();
        Self { plateau, monitor }
    }

    /// Looks at this column of the history.
    pub fn monitor(self, column: &str) -> Self {
        let monitor = Monitor::of(column);
        Self { monitor, ..self }
    }
}

impl<T: Element> Callback<T> for Plateau {
    fn name(&self) -> &str {
        "Plateau"
    }

    fn after_epoch(&mut self, run: &mut Run<'_, T>) -> Result<(), CallbackError> {
        let history = run.history();
        let latest = self.monitor.latest(history)?;
        let column = self.monitor.name(history);
        let is_better_larger = history.is_better_larger(column);
        if is_better_larger != self.plateau.is_maximizing() {
            let column = column.to_owned();
            return Err(MonitorError::Direction {
                column,
                is_better_larger,
            }
            .into());
        }
        if let Some(value) = latest {
            self.plateau.observe(value);
        }
        Ok(())
    }

    fn save(&self) -> Section {
        self.plateau.save()
    }

    fn load(&mut self, section: &Section) -> Result<(), LoadProblem> {
        self.plateau.load(section)
    }
}
