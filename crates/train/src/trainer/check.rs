//! What is found out before anything is trained.

use ndarray::{Axis, Slice};
use tapegrad_autodiff::Element;
use tapegrad_nn::Module;
use tapegrad_nn::loss::TargetRange;

use super::Trainer;
use super::step::has_statistics;
use crate::data::{DataProblem, Dataset, Task};
use crate::{FitError, error};

impl<T: Element> Trainer<'_, T> {
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
        let has_statistics = has_statistics(model);
        let rows = train.rows();
        match self.batch_size {
            Some(size) if has_statistics && !self.drops_last && size > 1 && rows % size == 1 => {
                Err(FitError::OneRow {
                    rows,
                    batch_size: size,
                })
            }
            Some(size) if self.drops_last && size > rows => Err(FitError::NoBatch {
                rows,
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
}
