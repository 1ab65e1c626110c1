//! What is measured after an epoch, of the model as it is evaluated.

use ndarray::{Axis, Slice};
use tapegrad_autodiff::Element;
use tapegrad_nn::{Module, recompute_statistics};

use super::Trainer;
use super::progress::{Progress, Sums};
use super::step::has_statistics;
use crate::data::Dataset;

impl<T: Element> Trainer<'_, T> {
    /// The columns of the history, before the first is measured: who looks for one knows whether it will be there.
    pub(super) fn declare_columns(&mut self) {
        let history = &mut self.progress.history;
        history.smaller_is_better("loss");
        history.not_judged("penalty");
        history.not_judged("learning_rate");
        let validation = self.validation.as_ref().map(|_| "validation");
        let training = self.evaluates_training.then_some("training");
        for whose in validation.into_iter().chain(training) {
            history.smaller_is_better(&format!("{whose}_loss"));
            for metric in &self.metrics {
                let name = format!("{whose}_{}", metric.name());
                history.judge(&name, Some(metric.is_better_larger()));
            }
        }
    }

    /// The row of the epoch.
    pub(super) fn measure(&mut self, model: &dyn Module<T>, train: &Dataset<T>, sums: Sums) {
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
    pub(super) fn swap_average(&mut self, model: &mut dyn Module<T>) {
        if let Some(average) = &mut self.average {
            average.swap(model);
        }
    }

    /// Puts the averages into the model. Running statistics are of other weights: they are computed anew, from the
    /// training data as they stand.
    pub(super) fn swap_average_in(&mut self, model: &mut dyn Module<T>, train: &Dataset<T>) {
        let Some(average) = self.average.as_mut().filter(|average| !average.is_empty()) else {
            return;
        };
        average.swap(model);
        if has_statistics(model) {
            let rows = self.batch_size.unwrap_or(train.rows());
            let batches = (0..train.rows()).step_by(rows);
            let batches = batches.map(|start| start..train.rows().min(start + rows));
            // Of one row alone there are no statistics.
            let batches = batches.filter(|batch| batch.len() > 1 || rows == 1);
            let inputs = batches.map(|batch| train.x.slice_axis(Axis(0), Slice::from(batch)));
            recompute_statistics(model, inputs.map(|inputs| inputs.to_shared()));
        }
    }
}
