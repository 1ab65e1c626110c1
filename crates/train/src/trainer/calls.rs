//! What callbacks are called for.

use tapegrad_autodiff::Element;
use tapegrad_nn::Module;

use super::Trainer;
use crate::FitError;
use crate::callback::{Asked, Moment, Run};
use crate::data::Dataset;

/// When callbacks are called.
#[derive(Clone, Copy)]
pub(super) enum When {
    Start,
    AfterStep,
    Measure,
    AfterEpoch,
    End,
}

impl<T: Element> Trainer<'_, T> {
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
    pub(super) fn call(
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
