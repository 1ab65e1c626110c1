use std::fmt;

use tapegrad_autodiff::Element;
use tapegrad_nn::Module;

use crate::History;

/// What a [`Callback`](super::Callback) is shown of a training that is going on.
pub struct Run<'r, T: Element = f32> {
    pub(crate) model: &'r mut dyn Module<T>,
    pub(crate) history: &'r mut History,
    pub(crate) moment: Moment,
    pub(crate) asked: &'r mut Option<Asked>,
}

/// Where a training is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    pub(crate) epoch: usize,
    pub(crate) epochs: Option<usize>,
    pub(crate) step: usize,
    pub(crate) steps: Option<usize>,
    pub(crate) batch: usize,
    pub(crate) batches: usize,
    pub(crate) loss: f64,
    pub(crate) penalty: f64,
    pub(crate) learning_rate: f64,
    pub(crate) is_resumed: bool,
}

/// That training is to end, who asked for it and why.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) by: String,
    pub(crate) reason: String,
    /// Whether a run that is resumed goes on.
    pub(crate) goes_on: bool,
}

impl<T: Element> Run<'_, T> {
    /// The model.
    pub fn model(&self) -> &dyn Module<T> {
        self.model
    }

    /// The model, to be changed. After an epoch with averages of the weights these are in it, and what is changed
    /// then is the averages.
    pub fn model_mut(&mut self) -> &mut dyn Module<T> {
        self.model
    }

    /// What was measured so far; after an epoch, with its row.
    pub fn history(&self) -> &History {
        self.history
    }

    /// Puts a number of your own in the row of the epoch; before the first row it is dropped. Others read the row
    /// [`after_epoch`](super::Callback::after_epoch): what they are to find is put there by
    /// [`measure`](super::Callback::measure). A column of which nothing was said is [not
    /// judged](History::is_judged), unless it is a loss by its name.
    pub fn record(&mut self, name: &str, number: f64) {
        self.history.add(name, number);
    }

    /// Says at the [start](super::Callback::start) that a column is going to be recorded whose smaller numbers are
    /// better.
    pub fn smaller_is_better(&mut self, name: &str) {
        self.history.smaller_is_better(name);
    }

    /// Says at the [start](super::Callback::start) that a column is going to be recorded whose larger numbers are
    /// better.
    pub fn larger_is_better(&mut self, name: &str) {
        self.history.larger_is_better(name);
    }

    /// Says at the [start](super::Callback::start) that a column is going to be recorded, if not after the first
    /// epoch, in which no number is better than another.
    pub fn not_judged(&mut self, name: &str) {
        self.history.not_judged(name);
    }

    /// How many epochs were finished.
    pub fn epoch(&self) -> usize {
        self.moment.epoch
    }

    /// How many epochs there are to be, if it was said.
    pub fn epochs(&self) -> Option<usize> {
        self.moment.epochs
    }

    /// How many steps were taken or skipped.
    pub fn step(&self) -> usize {
        self.moment.step
    }

    /// How many steps there are to be at most, if it was said.
    pub fn steps(&self) -> Option<usize> {
        self.moment.steps
    }

    /// How many steps were taken or skipped in this epoch; after it, all.
    pub fn step_of_epoch(&self) -> usize {
        self.moment.batch
    }

    /// How many steps an epoch has.
    pub fn steps_of_epoch(&self) -> usize {
        self.moment.batches
    }

    /// The mean data loss of the last step, without the penalty; NaN before the first.
    pub fn loss(&self) -> f64 {
        self.moment.loss
    }

    /// What the penalties cost in the last step; NaN before the first.
    pub fn penalty(&self) -> f64 {
        self.moment.penalty
    }

    /// The learning rate of the last step; before the first, of the next.
    pub fn learning_rate(&self) -> f64 {
        self.moment.learning_rate
    }

    /// Whether the run goes on from a checkpoint.
    pub fn is_resumed(&self) -> bool {
        self.moment.is_resumed
    }

    /// Asks for the end of training: it is finished, and a run that is resumed ends at once.
    pub fn stop(&mut self, reason: impl Into<String>) {
        self.ask(reason.into(), false);
    }

    /// Asks for a break: a run that is resumed goes on from here.
    pub fn interrupt(&mut self, reason: impl Into<String>) {
        self.ask(reason.into(), true);
    }

    /// The first to ask is the one who is told; the trainer writes who it is. A stop outranks a break, after which
    /// the run would go on.
    fn ask(&mut self, reason: String, goes_on: bool) {
        let asked = Asked {
            by: String::new(),
            reason,
            goes_on,
        };
        match &self.asked {
            Some(before) if goes_on || !before.goes_on => {}
            _ => *self.asked = Some(asked),
        }
    }
}

impl<T: Element> fmt::Debug for Run<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run")
            .field("moment", &self.moment)
            .field("history", &self.history)
            .finish_non_exhaustive()
    }
}
