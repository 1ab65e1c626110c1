use std::fmt;

use tapegrad_autodiff::{ArcArrayD, Element, Var};
use tapegrad_nn::{Module, Scope};
use tapegrad_optim::{Optimizer, Rule};
use tapegrad_train::History;

use crate::snapshot::Snapshot;
use crate::{HyperGradient, HyperParameters, TuneError, ValidationGradient};

/// Trains hyper-parameters on a validation loss: a fit of the model, the [gradient](ValidationGradient) there, and a
/// step of any update rule, in turn (Bengio 2000; Pedregosa 2016; Lorraine et al. 2020).
///
/// ```text
/// w ← argmin L(w, θ), from where the last fit ended;    θ ← θ − step of dV/dθ
/// ```
///
/// A fit is one step of what you train a model by in ordinary life. By `θ = log λ` a step of 0.5 makes a strength
/// 1.6 times as large or as small: [`Adam`](tapegrad_optim::Adam) with a rate of 0.2 to 0.5 crosses the usual
/// ranges in ten or twenty fits, whatever the scale of the loss.
///
/// The rows of validation are learnt from by this: keep others to test.
///
/// The [history](Tuner::history) has a row for each step: `validation_loss`, `training_loss`, and each
/// hyper-parameter by its name, where these were measured; of an array as `name.0`, `name.1` ….
///
/// The parts can be had by hand; a step is
///
/// ```
/// # use tapegrad_autodiff::{Tape, Var};
/// # use tapegrad_nn::{Dense, Loss, Module, Penalty, Scope, Strength, loss};
/// # use tapegrad_optim::Adam;
/// # use tapegrad_tune::{HyperParameters, Implicit, TuneError, ValidationGradient};
/// # let ridge = Strength::new(1.0);
/// # let mut model = Dense::<f64>::new(1, 1).without_bias().penalize(Penalty::l2(&ridge));
/// # let mut hyper = HyperParameters::new();
/// # hyper.strength("ridge", &ridge);
/// # let mut optimizer = Adam::new(0.3);
/// # fn fit(model: &mut Dense<f64>) { model.weight.value.fill(0.5) }
/// # fn training<'t>(on: &Scope<'t, f64>, model: &Dense<f64>) -> Var<'t, f64> {
/// #     (on.param(&model.weight) - 1.0).square().sum(..) + model.penalty(on)
/// # }
/// # fn validation<'t>(on: &Scope<'t, f64>, model: &Dense<f64>) -> Var<'t, f64> {
/// #     on.param(&model.weight).sum(..)
/// # }
/// fit(&mut model);
/// let gradient = Implicit::new().gradient(&hyper, &model, training, validation)?;
/// hyper.step(&mut optimizer, &gradient)?;
/// # Ok::<(), TuneError>(())
/// ```
pub struct Tuner<R, D, T: Element = f32> {
    hyper: HyperParameters<T>,
    optimizer: Optimizer<R, T>,
    method: D,
    history: History,
    /// The least validation loss, and where it was.
    best: Option<(f64, Vec<ArcArrayD<T>>)>,
}

impl<R: Rule, D: ValidationGradient<T>, T: Element> Tuner<R, D, T> {
    /// Of hyper-parameters, the optimizer that steps them, and the way to their gradient.
    pub fn new(hyper: HyperParameters<T>, optimizer: Optimizer<R, T>, method: D) -> Self {
        Self {
            hyper,
            optimizer,
            method,
            history: History::new(),
            best: None,
        }
    }

    /// Fits the model by `fit`, takes the [gradient](ValidationGradient::gradient) there, and steps. Strengths
    /// are set when `fit` is called; what else is tuned is in its second argument.
    ///
    /// # Errors
    /// If a loss, the gradient or a hyper-parameter after the step is not finite. Then the parameters of the model
    /// and the hyper-parameters are as they were, and no row is recorded.
    ///
    /// # Panics
    /// As the method does.
    #[track_caller]
    pub fn step<M: Module<T> + ?Sized>(
        &mut self,
        model: &mut M,
        mut fit: impl FnMut(&mut M, &HyperParameters<T>),
        training: impl for<'t> Fn(&Scope<'t, T>, &M) -> Var<'t, T>,
        validation: impl for<'t> Fn(&Scope<'t, T>, &M) -> Var<'t, T>,
    ) -> Result<HyperGradient<T>, TuneError> {
        let before = Snapshot::of(model);
        fit(model, &self.hyper);
        let there = self.hyper.coordinates();
        let numbers = numbers(&self.hyper);
        let method = &self.method;
        let gradient = method.gradient(&self.hyper, model, training, validation);
        let stepped = gradient.and_then(|gradient| {
            self.hyper.step(&mut self.optimizer, &gradient)?;
            Ok(gradient)
        });
        match stepped {
            Ok(gradient) => {
                self.record(&gradient, there, &numbers);
                Ok(gradient)
            }
            Err(error) => {
                before.restore(model);
                Err(error)
            }
        }
    }

    fn record(
        &mut self,
        gradient: &HyperGradient<T>,
        there: Vec<ArcArrayD<T>>,
        numbers: &[(String, f64)],
    ) {
        let loss = gradient.validation_loss;
        if self.best.as_ref().is_none_or(|(best, _)| loss < *best) {
            self.best = Some((loss, there));
        }
        let losses = [
            ("validation_loss", loss),
            ("training_loss", gradient.training_loss),
        ];
        let numbers = numbers.iter().map(|(name, value)| (name.as_str(), *value));
        let steps = self.optimizer.steps();
        self.history
            .record(steps, steps, losses.into_iter().chain(numbers));
    }

    /// Goes back to where the validation loss was least, if a step was taken: fit the model again to have it there.
    pub fn restore_best(&mut self) {
        if let Some((_, coordinates)) = &self.best {
            self.hyper.go_to(coordinates.iter().cloned());
        }
    }

    /// What is tuned, as it is now.
    pub fn hyper(&self) -> &HyperParameters<T> {
        &self.hyper
    }

    /// What was measured, a row for each step.
    pub fn history(&self) -> &History {
        &self.history
    }
}

/// Hyper-parameters as numbers, each with a name.
fn numbers<T: Element>(hyper: &HyperParameters<T>) -> Vec<(String, f64)> {
    let mut numbers = Vec::new();
    for (name, value) in hyper.values() {
        for (index, x) in value.iter().enumerate() {
            let name = match value.ndim() {
                0 => name.to_owned(),
                _ => format!("{name}.{index}"),
            };
            numbers.push((name, x.wide()));
        }
    }
    numbers
}

impl<R: fmt::Debug, D: fmt::Debug, T: Element> fmt::Debug for Tuner<R, D, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tuner")
            .field("hyper", &self.hyper)
            .field("optimizer", &self.optimizer)
            .field("method", &self.method)
            .finish_non_exhaustive()
    }
}
