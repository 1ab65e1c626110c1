//! One step: the gradients of the batches, and what the optimizer makes of them.

use tapegrad_autodiff::{ArcArrayD, Element, Tape};
use tapegrad_nn::{Accumulation, GradientMap, Loss, Module, Name, Role, Scope, random};

use super::progress::Latest;
use super::{AnyLoss, Trainer};
use crate::FitError;
use crate::augmentation::Augmenting;
use crate::data::Dataset;

/// Losses of a step, and its gradients.
struct Pass<T: Element> {
    loss: f64,
    penalty: f64,
    gradients: GradientMap<T>,
}

/// What a pass is made on.
struct Setting<'a, T: Element> {
    loss: &'a AnyLoss<'a, T>,
    /// The optimizer's step, for schedules.
    step: usize,
    /// The seed of all random numbers of steps.
    seed: u64,
    /// The number of the first batch.
    batch: usize,
}

impl<T: Element> Trainer<'_, T> {
    /// A step by batches whose gradients are averaged.
    pub(super) fn step(
        &mut self,
        model: &mut dyn Module<T>,
        batches: &mut Vec<Dataset<T>>,
    ) -> Result<(), FitError> {
        let setting = Setting {
            loss: &*self.loss,
            step: self.optimizer.steps(),
            seed: random::derive_named(self.seed, "step"),
            batch: self.progress.batch,
        };
        for (number, augmentation) in self.augmentations.iter().enumerate() {
            let seed = random::derive_named(self.seed, "augmentation");
            let seed = random::derive(seed, number);
            let numbered = batches.drain(..).zip(setting.batch..);
            let augmented = numbered.map(|(batch, place)| {
                let seed = random::derive(seed, place);
                let tape = &mut self.tape;
                let mut with = Augmenting::new(&*model, setting.loss, tape, seed);
                with = with.at_step(setting.step);
                augmentation.augment(batch, &mut with)
            });
            *batches = augmented.collect();
        }

        // Of several batches statistics are those after each, one by one, as if they had been steps of their own.
        let before = match batches.len() {
            1 => Vec::new(),
            _ => statistics(model),
        };
        let mut pass = mean(batches, |place, batch| {
            let pass = of_batch(&mut self.tape, model, batch, &setting, place);
            if !before.is_empty() && pass.gradients.is_finite() {
                pass.gradients.update_statistics(model);
            }
            pass
        });
        if let Some(change) = &mut self.gradients {
            pass.gradients = change(pass.gradients);
        }
        let guarded = self.guard.lets_pass(model, &pass.gradients);
        if !matches!(guarded, Ok(true)) {
            set_statistics(model, before);
        }
        let passes = guarded.map_err(|cause| FitError::NotFinite {
            epoch: self.progress.epoch,
            step: self.progress.step,
            cause,
        })?;
        let progress = &mut self.progress;
        progress.latest = Latest {
            loss: pass.loss,
            penalty: pass.penalty,
            learning_rate: self.optimizer.learning_rate(),
        };
        if passes {
            let (tape, change) = (&mut self.tape, &mut self.gradients);
            let mut again = |model: &dyn Module<T>| {
                let pass = |place, batch: &_| of_batch(tape, model, batch, &setting, place);
                let gradients = mean(batches, pass).gradients;
                match change {
                    Some(change) => change(gradients),
                    None => gradients,
                }
            };
            self.optimizer.train(model, pass.gradients, &mut again);
            if let Some(average) = &mut self.average {
                average.update(model);
            }
            let rows: usize = batches.iter().map(|batch| batch.rows()).sum();
            progress.sums.loss += pass.loss * rows as f64;
            progress.sums.rows += rows;
            progress.sums.penalty += pass.penalty;
            progress.sums.steps += 1;
        }
        progress.step += 1;
        progress.batch += batches.len();
        progress.batch_of_epoch += batches.len();
        Ok(())
    }
}

/// Whether a model has running statistics.
pub(super) fn has_statistics<T: Element>(model: &dyn Module<T>) -> bool {
    let mut has = false;
    model.visit(Name::root(), &mut |_, param| {
        has |= param.role == Role::Statistic
    });
    has
}

/// The statistics of a model, whose storage is shared.
fn statistics<T: Element>(model: &dyn Module<T>) -> Vec<ArcArrayD<T>> {
    let mut statistics = Vec::new();
    model.visit(Name::root(), &mut |_, param| {
        if param.role == Role::Statistic {
            statistics.push(param.value.clone());
        }
    });
    statistics
}

/// Puts statistics back; none, if there are none.
fn set_statistics<T: Element>(model: &mut dyn Module<T>, statistics: Vec<ArcArrayD<T>>) {
    let mut statistics = statistics.into_iter();
    model.visit_mut(Name::root(), &mut |_, param| {
        if param.role == Role::Statistic
            && let Some(value) = statistics.next()
        {
            param.value = value;
        }
    });
}

/// What one pass for each batch comes to, as if their rows were one batch.
fn mean<T: Element>(
    batches: &[Dataset<T>],
    mut pass: impl FnMut(usize, &Dataset<T>) -> Pass<T>,
) -> Pass<T> {
    if let [batch] = batches {
        return pass(0, batch);
    }
    let mut accumulation = Accumulation::new();
    let (mut loss, mut penalty) = (0.0, 0.0);
    for (place, batch) in batches.iter().enumerate() {
        let pass = pass(place, batch);
        loss += pass.loss * batch.rows() as f64;
        penalty += pass.penalty * batch.rows() as f64;
        accumulation.add(pass.gradients, batch.rows());
    }
    let rows = accumulation.rows() as f64;
    Pass {
        loss: loss / rows,
        penalty: penalty / rows,
        gradients: accumulation.mean(),
    }
}

/// The pass of one batch, at its place among those of the step.
fn of_batch<T: Element>(
    tape: &mut Tape<T>,
    model: &dyn Module<T>,
    batch: &Dataset<T>,
    setting: &Setting<'_, T>,
    place: usize,
) -> Pass<T> {
    let pass = {
        let seed = random::derive(setting.seed, setting.batch + place);
        let on = Scope::train(tape).at_step(setting.step).seed(seed);
        let predictions = model.forward(&on, on.input(&batch.x));
        let loss = match &batch.weights {
            Some(weights) => (&setting.loss).weighted_mean(predictions, &batch.y, weights),
            None => setting.loss.mean(predictions, &batch.y),
        };
        let penalty = model.penalty(&on);
        Pass {
            loss: loss.item().wide(),
            penalty: penalty.item().wide(),
            gradients: on.backward(loss + penalty),
        }
    };
    tape.clear(); // before the step, so that it is in place
    pass
}
