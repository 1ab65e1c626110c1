use std::time::{Duration, Instant};

use indicatif::{ProgressFinish, ProgressStyle};
use tapegrad_autodiff::Element;

use super::{Callback, CallbackError, Run};

/// How often the text beside the bar changes at most.
const EVERY: Duration = Duration::from_millis(100);

/// A bar over all steps of a run, with the numbers of the last epoch, on the standard error. Of the feature
/// `progress`.
///
/// ```text
/// ███████████████▌               524/1000 steps, 3s of 6s, epoch 131, loss 0.2113, validation_loss 0.2604
/// ```
///
/// It shows nothing where the standard error is no terminal, and then costs nothing. What the program prints
/// meanwhile is mixed with it. The loss is that of the last step.
///
/// ```
/// use tapegrad_nn::{Mlp, loss};
/// use tapegrad_optim::Adam;
/// use tapegrad_train::callback::ProgressBar;
/// use tapegrad_train::{Trainer, data};
///
/// let mut model = Mlp::<f32>::new(&[2, 16, 1]);
/// Trainer::new(Adam::new(1e-3), loss::BinaryCrossEntropy::new())
///     .epochs(20)
///     .callback(ProgressBar::new())
///     .fit(&mut model, &data::moons(100, 0.2, 1))?;
/// # Ok::<(), tapegrad_train::FitError>(())
/// ```
#[derive(Debug)]
pub struct ProgressBar {
    bar: indicatif::ProgressBar,
    /// When the text changed.
    told: Option<Instant>,
}

impl Default for ProgressBar {
    fn default() -> Self {
        let (bar, told) = (indicatif::ProgressBar::hidden(), None);
        Self { bar, told }
    }
}

impl ProgressBar {
    /// Without settings.
    pub fn new() -> Self {
        Self::default()
    }

    fn tell<T: Element>(&mut self, run: &Run<'_, T>) {
        let mut text = format!("epoch {}, loss {:.4}", run.epoch(), run.loss());
        for (name, number) in run.history().last_row() {
            if !["loss", "penalty", "learning_rate"].contains(&name) {
                text.push_str(&format!(", {name} {number:.4}"));
            }
        }
        self.bar.set_message(text);
        self.told = Some(Instant::now());
    }
}

/// How many steps there are to be.
fn steps<T: Element>(run: &Run<'_, T>) -> Option<u64> {
    let of_epochs = run
        .epochs()
        .map(|epochs| epochs.saturating_mul(run.steps_of_epoch()));
    let steps = of_epochs.into_iter().chain(run.steps()).min();
    steps.map(|steps| steps as u64)
}

impl<T: Element> Callback<T> for ProgressBar {
    fn name(&self) -> &str {
        "ProgressBar"
    }

    fn start(&mut self, run: &mut Run<'_, T>) -> Result<(), CallbackError> {
        let style = ProgressStyle::with_template(
            "{bar:30} {pos}/{len} steps, {elapsed} of {duration}, {wide_msg}",
        )?;
        self.bar = indicatif::ProgressBar::no_length()
            .with_style(style)
            .with_finish(ProgressFinish::Abandon)
            .with_position(run.step() as u64);
        if let Some(steps) = steps(run) {
            self.bar.set_length(steps);
        }
        self.bar.reset_eta();
        self.told = None;
        Ok(())
    }

    fn after_step(&mut self, run: &mut Run<'_, T>) -> Result<(), CallbackError> {
        if self.bar.is_hidden() {
            return Ok(());
        }
        self.bar.set_position(run.step() as u64);
        if self.told.is_none_or(|told| told.elapsed() >= EVERY) {
            self.tell(run);
        }
        Ok(())
    }

    fn end(&mut self, run: &mut Run<'_, T>) -> Result<(), CallbackError> {
        if !self.bar.is_hidden() {
            self.tell(run);
        }
        self.bar.abandon();
        Ok(())
    }
}
