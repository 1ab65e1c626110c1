//! Callbacks: what is done beside the training, at its start and end and after each step and epoch.

mod closure;
mod csv_log;
mod early_stopping;
mod json_lines;
mod log_error;
mod log_file;
mod monitor;
mod plateau;
mod print;
#[cfg(feature = "progress")]
mod progress_bar;
mod run;
mod stop_on_nan;
mod tensor_board;
mod time_limit;
mod weight_log;

use std::error::Error;

use tapegrad_autodiff::Element;
use tapegrad_nn::{LoadProblem, Section};

pub use self::closure::{Closure, after_epoch, after_step, measure};
pub use self::csv_log::CsvLog;
pub use self::early_stopping::EarlyStopping;
pub use self::json_lines::JsonLines;
pub use self::log_error::LogError;
pub(crate) use self::monitor::Monitor;
pub use self::monitor::MonitorError;
pub use self::plateau::Plateau;
pub use self::print::Print;
#[cfg(feature = "progress")]
pub use self::progress_bar::ProgressBar;
pub use self::run::Run;
pub(crate) use self::run::{Asked, Moment};
pub use self::stop_on_nan::StopOnNan;
pub use self::tensor_board::TensorBoard;
pub use self::time_limit::TimeLimit;
pub use self::weight_log::WeightLog;

/// Why a callback could not do its work, as a file that cannot be written.
pub type CallbackError = Box<dyn Error + Send + Sync>;

/// What a [`Trainer`](crate::Trainer) calls while it trains. Every method does nothing unless it is written.
///
/// What it is shown is a [`Run`]: the model, the history, what is going on; and it may ask the run to stop. After
/// an epoch, and at the end, the model is as it is evaluated, with the averages of its weights if there are any.
///
/// Your own is a few lines:
///
/// ```
/// use tapegrad_train::callback::{Callback, CallbackError, Run};
///
/// /// Stops when the loss is low enough.
/// struct GoodEnough(f64);
///
/// impl Callback for GoodEnough {
///     fn name(&self) -> &str {
///         "GoodEnough"
///     }
///     fn after_epoch(&mut self, run: &mut Run<'_>) -> Result<(), CallbackError> {
///         if run.history().last("loss").is_some_and(|loss| loss < self.0) {
///             run.stop("the loss is low enough");
///         }
///         Ok(())
///     }
/// }
/// ```
///
/// What changes with time belongs to [`save`](Callback::save) and [`load`](Callback::load), so that a run that
/// is resumed goes on as if it had not been interrupted.
pub trait Callback<T: Element = f32> {
    /// What it is called in errors and checkpoints.
    fn name(&self) -> &str;

    /// Before the first step. Of a run that [goes on](Run::is_resumed) from a checkpoint, what was saved is
    /// loaded before.
    ///
    /// # Errors
    /// If it cannot do its work; then nothing is trained.
    fn start(&mut self, run: &mut Run<'_, T>) -> Result<(), CallbackError> {
        let _ = run;
        Ok(())
    }

    /// After a step.
    ///
    /// # Errors
    /// If it cannot do its work; then training ends with this error.
    fn after_step(&mut self, run: &mut Run<'_, T>) -> Result<(), CallbackError> {
        let _ = run;
        Ok(())
    }

    /// After an epoch, to [put numbers](Run::record) in its row, before anyone is called
    /// [`after_epoch`](Callback::after_epoch).
    ///
    /// # Errors
    /// As [`after_step`](Callback::after_step).
    fn measure(&mut self, run: &mut Run<'_, T>) -> Result<(), CallbackError> {
        let _ = run;
        Ok(())
    }

    /// After an epoch, with its row in the history.
    ///
    /// # Errors
    /// As [`after_step`](Callback::after_step).
    fn after_epoch(&mut self, run: &mut Run<'_, T>) -> Result<(), CallbackError> {
        let _ = run;
        Ok(())
    }

    /// After the last step, also of a run that was stopped.
    ///
    /// # Errors
    /// As [`after_step`](Callback::after_step).
    fn end(&mut self, run: &mut Run<'_, T>) -> Result<(), CallbackError> {
        let _ = run;
        Ok(())
    }

    /// Before a checkpoint is written: waits until the disk has what was written elsewhere, so that after a power
    /// loss no checkpoint knows of more than there is.
    ///
    /// # Errors
    /// If it cannot do its work; then the checkpoint is not written, and training ends with this error.
    fn sync(&mut self) -> Result<(), CallbackError> {
        Ok(())
    }

    /// What it has to remember, for a checkpoint.
    fn save(&self) -> Section {
        Section::new()
    }

    /// Goes on from what was saved. Who does not write it remembers nothing, and loads nothing else.
    ///
    /// # Errors
    /// If the section is none of its own. Then nothing is changed.
    fn load(&mut self, section: &Section) -> Result<(), LoadProblem> {
        match section.arrays().next() {
            None => section.state::<()>(),
            Some((name, array)) => Err(LoadProblem::Extra {
                name: name.to_owned(),
                shape: array.shape().to_vec(),
            }),
        }
    }
}

/// What points to a callback is one: give a trainer `&mut callback` to look at it afterwards.
macro_rules! pointer {
    ($pointer:ty) => {
        impl<T: Element, C: Callback<T> + ?Sized> Callback<T> for $pointer {
            fn name(&self) -> &str {
                (**self).name()
            }
            fn start(&mut self, run: &mut Run<'_, T>) -> Result<(), CallbackError> {
                (**self).start(run)
            }
            fn after_step(&mut self, run: &mut Run<'_, T>) -> Result<(), CallbackError> {
                (**self).after_step(run)
            }
            fn measure(&mut self, run: &mut Run<'_, T>) -> Result<(), CallbackError> {
                (**self).measure(run)
            }
            fn after_epoch(&mut self, run: &mut Run<'_, T>) -> Result<(), CallbackError> {
                (**self).after_epoch(run)
            }
            fn end(&mut self, run: &mut Run<'_, T>) -> Result<(), CallbackError> {
                (**self).end(run)
            }
            fn sync(&mut self) -> Result<(), CallbackError> {
                (**self).sync()
            }
            fn save(&self) -> Section {
                (**self).save()
            }
            fn load(&mut self, section: &Section) -> Result<(), LoadProblem> {
                (**self).load(section)
            }
        }
    };
}

pointer!(&mut C);
pointer!(Box<C>);
