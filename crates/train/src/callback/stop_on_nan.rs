use tapegrad_autodiff::Element;

use super::{Callback, CallbackError, Run};

/// Stops when a number is NaN or infinite: the loss or the penalty of a step, or any number of an epoch's row.
///
/// The trainer's [guard](crate::Trainer::guard) looks at gradients, and by default its error comes before this; this
/// one ends the training of a model whose validation diverges, and is no error. It stops also at the loss of a step
/// that the guard skips, and at a metric that is NaN as it is not defined for the data.
///
/// ```
/// use tapegrad_nn::{Mlp, loss};
/// use tapegrad_optim::{Guard, Sgd};
/// use tapegrad_train::callback::StopOnNan;
/// use tapegrad_train::{Trainer, data};
///
/// let (train, ..) = data::linear_regression::<f32>(50, 3, 0.1, 1);
/// let mut model = Mlp::new(&[3, 1]).seed(1);
/// let fit = Trainer::new(Sgd::new(1e3), loss::SquaredError)
///     .epochs(100)
///     .guard(Guard::skip(1000))
///     .callback(StopOnNan::new())
///     .fit(&mut model, &train)?;
/// assert!(fit.end.to_string().starts_with("stopped by StopOnNan: the loss of step "));
/// # Ok::<(), tapegrad_train::FitError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct StopOnNan {}

impl StopOnNan {
    /// Without settings.
    pub fn new() -> Self {
        Self::default()
    }
}

impl<T: Element> Callback<T> for StopOnNan {
    fn name(&self) -> &str {
        "StopOnNan"
    }

    fn after_step(&mut self, run: &mut Run<'_, T>) -> Result<(), CallbackError> {
        let numbers = [("loss", run.loss()), ("penalty", run.penalty())];
        if let Some((what, number)) = numbers.into_iter().find(|(_, number)| !number.is_finite()) {
            run.stop(format!("the {what} of step {} is {number}", run.step()));
        }
        Ok(())
    }

    fn after_epoch(&mut self, run: &mut Run<'_, T>) -> Result<(), CallbackError> {
        let mut row = run.history().last_row();
        if let Some((name, number)) = row.find(|(_, number)| !number.is_finite()) {
            let reason = format!("`{name}` of epoch {} is {number}", run.epoch());
            drop(row);
            run.stop(reason);
        }
        Ok(())
    }
}
