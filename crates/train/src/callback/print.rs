use tapegrad_autodiff::Element;

use super::{Callback, CallbackError, Run};
use crate::history::short;

/// Prints the row of an epoch to standard output, as a line: for programs whose output is read later, where a
/// [progress bar](super) is silent.
///
/// | setting | default |
/// |---|---|
/// | [`every`](Print::every) | each epoch, and the last |
///
/// ```
/// use tapegrad_nn::{Mlp, loss};
/// use tapegrad_optim::Adam;
/// use tapegrad_train::callback::Print;
/// use tapegrad_train::{Trainer, data};
///
/// let (data, mut model) = (data::moons::<f32>(60, 0.2, 1), Mlp::new(&[2, 8, 1]));
/// let mut trainer = Trainer::new(Adam::new(1e-2), loss::BinaryCrossEntropy::new())
///     .epochs(20)
///     .callback(Print::new().every(10));    // epoch 10, step 20: loss 0.5231, penalty 0.0000, …
/// trainer.fit(&mut model, &data)?;
/// # Ok::<(), tapegrad_train::FitError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Print {
    every: usize,
}

impl Print {
    /// Each epoch.
    pub fn new() -> Self {
        Self { every: 1 }
    }

    /// Every so many epochs, and the last.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn every(self, epochs: usize) -> Self {
        let every = crate::error::at_least_one("Print::every", "epochs", epochs);
        Self { every }
    }
}

impl Default for Print {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Element> Callback<T> for Print {
    fn name(&self) -> &str {
        "Print"
    }

    fn after_epoch(&mut self, run: &mut Run<'_, T>) -> Result<(), CallbackError> {
        let epoch = run.epoch();
        if epoch.is_multiple_of(self.every) || run.epochs() == Some(epoch) {
            let numbers = run.history().last_row();
            let numbers = numbers.map(|(name, number)| format!("{name} {}", short(number)));
            let numbers = numbers.collect::<Vec<_>>().join(", ");
            println!("epoch {epoch}, step {}: {numbers}", run.step());
        }
        Ok(())
    }
}
