//! The loop over epochs.

use std::fmt;
use std::path::PathBuf;

use ndarray::{Axis, Slice};
use tapegrad_autodiff::Element;
use tapegrad_nn::loss::TargetRange;
use tapegrad_nn::{LoadError, Module, recompute_statistics};

use super::progress::{Progress, Sums};
use super::{Trainer, step};
use crate::callback::{Asked, Moment, Run};
use crate::data::{DataProblem, Dataset, Task};
use crate::history::short;
use crate::{Checkpoints, FitError, History, error};

/// What a training has come to.
#[derive(Debug)]
#[non_exhaustive]
pub struct Fit {
    /// What was measured, from the first epoch on, also of a run that was resumed.
    pub history: History,
    /// Why it ended.
    pub end: End,
    /// Where it went on from, if it was resumed.
    pub resumed: Option<Resumed>,
    /// How many steps the guard has skipped, since the trainer was made.
    pub skipped: usize,
}

/// Why a training ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum End {
    /// There were as many epochs as were asked for.
    Epochs,
    /// There were as many steps as were asked for.
    Steps,
    /// A callback asked for it.
    Stopped {
        /// Its name.
        by: String,
        /// Why.
        reason: String,
    },
    /// A callback asked for a break: the run can be resumed.
    Interrupted {
        /// Its name.
        by: String,
        /// Why.
        reason: String,
    },
}

/// Where a run went on from.
#[derive(Debug)]
#[non_exhaustive]
pub struct Resumed {
    /// The checkpoint.
    pub file: PathBuf,
    /// How many epochs were finished in it.
    pub epoch: usize,
    /// How many steps were taken or skipped.
    pub step: usize,
    /// Newer checkpoints that cannot be read, the newest first.
    pub skipped: Vec<LoadError>,
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Epochs => write!(f, "all epochs are done"),
            Self::Steps => write!(f, "all steps are done"),
            Self::Stopped { by, reason } => write!(f, "stopped by {by}: {reason}"),
            Self::Interrupted { by, reason } => write!(f, "interrupted by {by}: {reason}"),
        }
    }
}

impl fmt::Display for Resumed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (file, epoch, step) = (self.file.display(), self.epoch, self.step);
        write!(f, "resumed after {epoch} epochs, {step} steps, from {file}")?;
        let mut skipped = self.skipped.iter();
        skipped.try_for_each(|error| write!(f, "; passed over, {error}"))
    }
}

/// Where it went on from, the last row of the history, and why it ended.
impl fmt::Display for Fit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(resumed) = &self.resumed {
            writeln!(f, "{resumed}")?;
        }
        let history = &self.history;
        if let (Some(epoch), Some(step)) = (history.epochs().last(), history.steps().last()) {
            write!(f, "epoch {epoch}, step {step}: ")?;
        }
        for name in history.names() {
            if let Some(value) = history.last(name) {
                write!(f, "{name} {}, ", short(value))?;
            }
        }
        match self.skipped {
            0 => write!(f, "{}", self.end),
            1 => write!(f, "1 step was skipped, {}", self.end),
            skipped => write!(f, "{skipped} steps were skipped, {}", self.end),
        }
    }
}

/// When callbacks are called.
#[derive(Clone, Copy)]
enum When {
    Start,
    AfterStep,
    Measure,
    AfterEpoch,
    End,
}

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

    /// Whether the settings make sense together, and the data can be learnt from.
    #[track_caller]
    pub(super) fn check(&self, model: &dyn Module<T>, train: &Dataset<T>) -> Result<(), FitError> {
        if self.epochs.is_none() && self.steps.is_none() {
            error::endless();
        }
        let validation = self.validation.iter().map(|data| ("validation", data));
        for (whose, data) in [("training", train)].into_iter().chain(validation) {
            let checked = data.check(Task::Regression);
            checked.map_err(|cause| FitError::Data { whose, cause })?;
            self.check_targets(model, data, whose)?;
        }
        let has_statistics = step::has_statistics(model);
        let rows = train.rows();
        match self.batch_size {
            Some(size) if has_statistics && !self.drops_last && size > 1 && rows % size == 1 => {
                Err(FitError::OneRow {
                    rows,
                    batch_size: size,
                })
            }
            Some(size) if self.drops_last && size > train.rows() => Err(FitError::NoBatch {
                rows: train.rows(),
                batch_size: size,
            }),
            _ => Ok(()),
        }
    }

    /// Whether outputs and targets are those of the loss, before a batch in the middle of training has some that are
    /// not, and whether the metrics can be asked about them.
    #[track_caller]
    fn check_targets(
        &self,
        model: &dyn Module<T>,
        data: &Dataset<T>,
        whose: &'static str,
    ) -> Result<(), FitError> {
        let first = data.x.slice_axis(Axis(0), Slice::from(..1)).to_shared();
        let outputs = self.predict(model, first).shape().last().copied();
        let (outputs, targets) = (outputs.unwrap_or(1), data.y.shape()[1]);
        let range = self.loss.range(outputs, targets);
        let of_classes = matches!(range, TargetRange::Classes(..2));
        let expected = self.loss.outputs(targets);
        if of_classes || expected.is_some_and(|expected| expected != outputs) {
            return Err(FitError::Outputs {
                whose,
                outputs,
                targets,
                expected: match expected {
                    Some(expected) => format!("the loss asks for {expected} outputs"),
                    None => {
                        "of classes there must be one output for each, at least 2; of one output \
                             `BinaryCrossEntropy` is the loss"
                            .to_owned()
                    }
                },
            });
        }
        let mut numbers = data.y.indexed_iter();
        if let Some((place, target)) = numbers.find(|(_, y)| !range.contains(y.wide())) {
            let problem = DataProblem::NotATarget {
                row: place[0],
                column: place[1],
                target: target.wide(),
                expected: range.to_string(),
            };
            let cause = problem.into();
            return Err(FitError::Data { whose, cause });
        }
        let is_evaluated = whose == "validation" || self.evaluates_training;
        if is_evaluated && !self.metrics.is_empty() {
            self.evaluate(model, data); // what does not fit is told now, and not after an epoch
        }
        Ok(())
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
        let end = loop {
            if let Some(end) = self.end(asked.as_ref()) {
                break end;
            }
            self.epoch(model, train, &mut asked)?;
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
        asked: &mut Option<Asked>,
    ) -> Result<(), FitError> {
        let mut batches = self.order(train).skip(self.progress.batch_of_epoch);
        let mut of_step = Vec::with_capacity(self.accumulate);
        loop {
            of_step.clear();
            of_step.extend(batches.by_ref().take(self.accumulate));
            if of_step.is_empty() {
                break;
            }
            self.step(model, &mut of_step)?;
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

    /// The columns of the history, before the first is measured: who looks for one knows whether it will be there.
    fn declare_columns(&mut self) {
        let history = &mut self.progress.history;
        for name in ["loss", "penalty", "learning_rate"] {
            history.declare(name);
        }
        let validation = self.validation.as_ref().map(|_| "validation");
        let training = self.evaluates_training.then_some("training");
        for whose in validation.into_iter().chain(training) {
            history.declare(&format!("{whose}_loss"));
            for metric in &self.metrics {
                let name = format!("{whose}_{}", metric.name());
                match metric.is_better_larger() {
                    true => history.larger_is_better(&name),
                    false => history.declare(&name),
                }
            }
        }
    }

    /// The row of the epoch.
    fn measure(&mut self, model: &dyn Module<T>, train: &Dataset<T>, sums: Sums) {
        let Progress {
            epoch,
            step,
            latest,
            ..
        } = self.progress;
        let mut row = vec![
            ("loss".to_owned(), sums.loss / sums.rows as f64),
            ("penalty".to_owned(), sums.penalty / sums.steps as f64),
            ("learning_rate".to_owned(), latest.learning_rate),
        ];
        if epoch.is_multiple_of(self.validate_every) {
            row.extend(self.evaluations(model, train));
        }
        let numbers = row.iter().map(|(name, number)| (name.as_str(), *number));
        self.progress.history.record(epoch, step, numbers);
    }

    /// Losses and metrics of the data that are evaluated, by column.
    fn evaluations(&self, model: &dyn Module<T>, train: &Dataset<T>) -> Vec<(String, f64)> {
        let mut numbers = Vec::new();
        let training = self.evaluates_training.then_some(("training", train));
        let validation = self.validation.as_ref().map(|data| ("validation", data));
        for (whose, data) in validation.into_iter().chain(training) {
            let evaluation = self.evaluate(model, data);
            numbers.push((format!("{whose}_loss"), evaluation.loss));
            for (name, value) in evaluation.metrics {
                numbers.push((format!("{whose}_{name}"), value));
            }
        }
        numbers
    }

    /// Exchanges the averages and the model, if there are averages.
    fn swap_average(&mut self, model: &mut dyn Module<T>) {
        if let Some(average) = &mut self.average {
            average.swap(model);
        }
    }

    /// Puts the averages into the model. Running statistics are of other weights: they are computed anew, from the
    /// training data as they stand.
    fn swap_average_in(&mut self, model: &mut dyn Module<T>, train: &Dataset<T>) {
        let Some(average) = self.average.as_mut().filter(|average| !average.is_empty()) else {
            return;
        };
        average.swap(model);
        if step::has_statistics(model) {
            let rows = self.batch_size.unwrap_or(train.rows());
            let batches = (0..train.rows()).step_by(rows);
            let batches = batches.map(|start| start..train.rows().min(start + rows));
            // Of one row alone there are no statistics.
            let batches = batches.filter(|batch| batch.len() > 1 || rows == 1);
            let inputs = batches.map(|batch| train.x.slice_axis(Axis(0), Slice::from(batch)));
            recompute_statistics(model, inputs.map(|inputs| inputs.to_shared()));
        }
    }

    /// The batches of the epoch.
    fn order<'d>(
        &self,
        train: &'d Dataset<T>,
    ) -> Box<dyn ExactSizeIterator<Item = Dataset<T>> + 'd> {
        let (seed, epoch) = (self.seed, self.progress.epoch);
        let batches = match self.batch_size {
            None => return Box::new(std::iter::once(train.clone())),
            Some(size) if self.is_balanced => train.balanced_batches(size, seed, epoch),
            Some(size) => train.batches(size, seed, epoch),
        };
        Box::new(match self.drops_last {
            true => batches.drop_last(),
            false => batches,
        })
    }

    /// How many steps an epoch of so many rows has.
    fn steps_of_epoch(&self, rows: usize) -> usize {
        let batches = match self.batch_size {
            None => 1,
            Some(size) if self.drops_last => rows / size,
            Some(size) => rows.div_ceil(size),
        };
        batches.div_ceil(self.accumulate)
    }

    /// Calls every callback.
    fn call(
        &mut self,
        when: When,
        model: &mut dyn Module<T>,
        train: &Dataset<T>,
        asked: &mut Option<Asked>,
    ) -> Result<(), FitError> {
        if self.callbacks.is_empty() {
            return Ok(());
        }
        let steps_of_epoch = self.steps_of_epoch(train.rows());
        let progress = &mut self.progress;
        let learning_rate = match progress.latest.learning_rate {
            none if none.is_nan() => self.optimizer.learning_rate(),
            latest => latest,
        };
        let moment = Moment {
            epoch: progress.epoch,
            epochs: self.epochs,
            step: progress.step,
            steps: self.steps,
            batch: progress.batch_of_epoch.div_ceil(self.accumulate),
            batches: steps_of_epoch,
            loss: progress.latest.loss,
            penalty: progress.latest.penalty,
            learning_rate,
            is_resumed: progress.is_resumed,
        };
        let mut failed = None;
        for callback in &mut self.callbacks {
            let mut run = Run {
                model: &mut *model,
                history: &mut progress.history,
                moment,
                asked: &mut *asked,
            };
            let called = match when {
                When::Start => callback.start(&mut run),
                When::AfterStep => callback.after_step(&mut run),
                When::Measure => callback.measure(&mut run),
                When::AfterEpoch => callback.after_epoch(&mut run),
                When::End => callback.end(&mut run),
            };
            if let Err(cause) = called {
                let name = callback.name().to_owned();
                failed.get_or_insert(FitError::Callback { name, cause });
                if !matches!(when, When::End) {
                    break; // at the end each has something to finish
                }
            }
            if let Some(asked) = asked.as_mut().filter(|asked| asked.by.is_empty()) {
                asked.by = callback.name().to_owned();
            }
        }
        failed.map_or(Ok(()), Err)
    }
}
