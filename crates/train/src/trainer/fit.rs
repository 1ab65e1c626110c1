//! The loop over epochs.

use tapegrad_autodiff::Element;
use tapegrad_nn::Module;

use super::Trainer;
use super::calls::When;
use super::outcome::{End, Fit, Resumed};
use super::progress::Progress;
use crate::callback::Asked;
use crate::data::{Batches, Dataset};
use crate::{Checkpoints, FitError};

impl<T: Element> Trainer<'_, T> {
    /// Trains a model from where it stands. Another `fit` of the same trainer goes on with the optimizer as it is,
    /// and counts epochs anew.
    ///
    /// With [`checkpoints`](Trainer::checkpoints) the folder must hold none: nothing is written over, and nothing
    /// begins afresh that could be [resumed](Trainer::resume).
    ///
    /// # Errors
    /// If data are not finite or have no row, gradients are not finite, a callback fails, or a checkpoint cannot be
    /// written or is there before. The model then has the weights that it had after the last step, and
    /// [`history`](Trainer::history) what was measured.
    ///
    /// # Panics
    /// If neither epochs nor steps were said, and as the model, the loss, the metrics and the optimizer do where
    /// shapes do not fit.
    #[track_caller]
    pub fn fit(&mut self, model: &mut dyn Module<T>, train: &Dataset<T>) -> Result<Fit, FitError> {
        self.check(model, train)?;
        if let Some(checkpoints) = &self.checkpoints {
            checkpoints.begin()?;
        }
        let settings = match self.checkpoints {
            Some(_) => self.settings(train),
            None => Vec::new(), // of use in a checkpoint alone
        };
        self.progress = Progress {
            settings,
            ..Progress::default()
        };
        if let Some(average) = &mut self.average {
            average.reset();
        }
        self.run(model, train, None)
    }

    /// Epoch after epoch from where the progress is.
    pub(super) fn run(
        &mut self,
        model: &mut dyn Module<T>,
        train: &Dataset<T>,
        resumed: Option<Resumed>,
    ) -> Result<Fit, FitError> {
        self.progress.is_resumed = resumed.is_some();
        self.declare_columns();
        let mut asked = None;
        self.call(When::Start, model, train, &mut asked)?;
        if !self.progress.is_resumed {
            // What callbacks have begun, a run that is killed before the first epoch's end goes on with.
            self.write_checkpoint(model)?;
        }
        let mut of_step = Vec::new(); // batches, whose memory is used again
        let end = loop {
            if let Some(end) = self.end(asked.as_ref()) {
                break end;
            }
            self.epoch(model, train, &mut of_step, &mut asked)?;
        };
        self.note_stop(asked.as_ref());
        self.write_checkpoint(model)?;
        if end == End::Steps && self.progress.batch_of_epoch > 0 {
            // The checkpoint has the epoch as it is: with more steps a run goes on inside of it.
            self.after_epoch(model, train, &mut asked)?;
        }
        self.swap_average_in(model, train);
        if let Some(average) = &mut self.average {
            average.reset(); // they are the model's now
        }
        self.call(When::End, model, train, &mut None)?;
        Ok(Fit {
            history: self.progress.history.clone(),
            end,
            resumed,
            skipped: self.guard.skipped(),
        })
    }

    /// Why the run ends before the next epoch or step, if it does. A run that is done has nothing to interrupt.
    fn end(&self, asked: Option<&Asked>) -> Option<End> {
        let progress = &self.progress;
        let (by, reason) = asked.map_or_else(Default::default, |asked| {
            (asked.by.clone(), asked.reason.clone())
        });
        if asked.is_some_and(|asked| !asked.goes_on) {
            return Some(End::Stopped { by, reason });
        }
        if let Some(end) = &progress.end {
            return Some(end.clone());
        }
        if self.steps.is_some_and(|steps| progress.step >= steps) {
            return Some(End::Steps);
        }
        if self.epochs.is_some_and(|epochs| progress.epoch >= epochs) {
            return Some(End::Epochs);
        }
        asked.map(|_| End::Interrupted { by, reason })
    }

    /// A run that was stopped is finished, and the next checkpoint says so.
    fn note_stop(&mut self, asked: Option<&Asked>) {
        if asked.is_some_and(|asked| !asked.goes_on) {
            self.progress.end = self.end(asked);
        }
    }

    /// The rest of an epoch: its steps, and what is measured after them. An interruption leaves it where it is.
    fn epoch(
        &mut self,
        model: &mut dyn Module<T>,
        train: &Dataset<T>,
        of_step: &mut Vec<Dataset<T>>,
        asked: &mut Option<Asked>,
    ) -> Result<(), FitError> {
        let mut batches = self.order(train);
        while batches.len() > 0 {
            batches.fill(of_step, self.accumulate);
            self.step(model, of_step)?;
            self.call(When::AfterStep, model, train, asked)?;
            if self.end(asked.as_ref()).is_some() {
                break;
            }
            let between = batches.len() > 0;
            if between && self.is_checkpoint_due_at_step() {
                self.write_checkpoint(model)?;
            }
        }
        let is_cut = matches!(
            self.end(asked.as_ref()),
            Some(End::Interrupted { .. } | End::Steps)
        );
        match is_cut && batches.len() > 0 {
            true => Ok(()),
            false => self.after_epoch(model, train, asked),
        }
    }

    /// Measures, tells the callbacks, and writes checkpoints that are due.
    fn after_epoch(
        &mut self,
        model: &mut dyn Module<T>,
        train: &Dataset<T>,
        asked: &mut Option<Asked>,
    ) -> Result<(), FitError> {
        let sums = std::mem::take(&mut self.progress.sums);
        self.progress.epoch += 1;
        match self.progress.epoch.is_multiple_of(self.validate_every) {
            true => self.swap_average_in(model, train),
            false => self.swap_average(model),
        }
        self.measure(model, train, sums);
        let done = self.call(When::Measure, model, train, asked);
        let done = done.and_then(|()| self.call(When::AfterEpoch, model, train, asked));
        let done = done.and_then(|()| self.write_best(model));
        self.swap_average(model);
        done?;
        self.progress.batch_of_epoch = 0;
        self.note_stop(asked.as_ref());
        let is_due =
            |checkpoints: &Checkpoints| self.progress.epoch.is_multiple_of(checkpoints.every);
        if self.checkpoints.as_ref().is_some_and(is_due) || self.is_checkpoint_due_at_step() {
            self.write_checkpoint(model)?;
        }
        Ok(())
    }

    /// The batches of the epoch that are left.
    fn order<'d>(&self, train: &'d Dataset<T>) -> Order<'d, T> {
        let (seed, epoch) = (self.seed, self.progress.epoch);
        let batches = match self.batch_size {
            None => return Order::Whole((self.progress.batch_of_epoch == 0).then_some(train)),
            Some(size) if self.is_balanced => train.balanced_batches(size, seed, epoch),
            Some(size) => train.batches(size, seed, epoch),
        };
        let mut batches = match self.drops_last {
            true => batches.drop_last(),
            false => batches,
        };
        batches.leave_out(self.progress.batch_of_epoch);
        Order::Batches(batches)
    }
}

/// What is left of an epoch.
enum Order<'d, T: Element> {
    /// One batch of all rows, as they stand.
    Whole(Option<&'d Dataset<T>>),
    Batches(Batches<'d, T>),
}

impl<T: Element> Order<'_, T> {
    /// How many batches are left.
    fn len(&self) -> usize {
        match self {
            Self::Whole(left) => usize::from(left.is_some()),
            Self::Batches(batches) => batches.len(),
        }
    }

    /// Up to `count` batches, in the memory of those that are there.
    fn fill(&mut self, of_step: &mut Vec<Dataset<T>>, count: usize) {
        match self {
            Self::Whole(left) => {
                of_step.clear();
                of_step.extend(left.take().cloned());
            }
            Self::Batches(batches) => {
                of_step.truncate(batches.len().min(count));
                for batch in of_step.iter_mut() {
                    batches.next_into(batch);
                }
                let more = count - of_step.len();
                of_step.extend(batches.take(more));
            }
        }
    }
}
