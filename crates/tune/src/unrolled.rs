use std::cell::LazyCell;
use std::fmt;

use tapegrad_autodiff::{Element, Tape, Var};
use tapegrad_nn::{Module, Name, ParamId, Scope};
use tapegrad_optim::{Optimizer, Rule, Unroll};

use crate::validation_gradient::substituted;
use crate::{HyperGradient, HyperParameters, TuneError, Tuned, ValidationGradient, error};

/// The validation gradient through training steps: `V` after `k` steps of any rule from where the model and the
/// optimizer are, differentiated by what went into them (Maclaurin et al. 2015; Franceschi et al. 2017).
///
/// | | |
/// |---|---|
/// | exact | of these `k` steps; the point that they begin at is a constant (Shaban et al. 2019, truncated) |
/// | at a minimum | tends to what [`Implicit`](crate::Implicit) gives as `k` grows |
/// | time | about four training steps for each |
/// | memory | the values of all `k` passes |
///
/// Unlike at a minimum, what acts on training alone can be tuned: the strength of a [decay](tapegrad_optim::Decay),
/// and the [learning rate](Unrolled::learning_rate). Proximal penalties act as steps. Step `0, 1, …` has its number
/// for the seed of layers that draw.
///
/// Neither the model nor the optimizer is changed: to go on from the end of the steps, train by them.
///
/// ```
/// use ndarray::array;
/// use tapegrad_nn::{Dense, Module};
/// use tapegrad_optim::Sgd;
/// use tapegrad_tune::{HyperParameters, Unrolled, ValidationGradient};
///
/// // One step on ½ w² leads from w to w (1 − lr).
/// let model = Dense::<f64>::new(1, 1).without_bias().seed(1);
/// let mut hyper = HyperParameters::new();
/// let lr = hyper.positive("learning rate", 0.1);
/// let method = Unrolled::new(Sgd::new(0.1), 1).learning_rate(lr);
/// let gradient = method.gradient(
///     &hyper,
///     &model,
///     |on, model| 0.5 * model.forward(on, on.input(array![[1.0]])).square().sum(..),
///     |on, model| model.forward(on, on.input(array![[1.0]])).sum(..),
/// )?;
/// let by_logarithm = -0.1 * model.weight.value[[0, 0]];
/// assert!((gradient.wrt(lr)[[]] - by_logarithm).abs() < 1e-12);
/// # Ok::<(), tapegrad_tune::TuneError>(())
/// ```
#[derive(Clone)]
pub struct Unrolled<R, T: Element = f32> {
    optimizer: Optimizer<R, T>,
    steps: usize,
    learning_rate: Option<Tuned>,
}

impl<R: Rule, T: Element> Unrolled<R, T> {
    /// Through so many steps of an optimizer.
    ///
    /// # Panics
    /// If there is no step.
    #[track_caller]
    pub fn new(optimizer: Optimizer<R, T>, steps: usize) -> Self {
        Self {
            optimizer,
            steps: error::at_least_one("Unrolled", "number of steps", steps),
            learning_rate: None,
        }
    }

    /// A hyper-parameter is the optimizer's learning rate, in place of its schedule.
    pub fn learning_rate(mut self, tuned: Tuned) -> Self {
        self.learning_rate = Some(tuned);
        self
    }
}

impl<R: Rule, T: Element> ValidationGradient<T> for Unrolled<R, T> {
    /// # Errors
    /// If a loss or a number of the gradient is not finite.
    ///
    /// # Panics
    /// If neither loss depends on a hyper-parameter, or the learning rate is none of them; and as
    /// [`Unroll`].
    #[track_caller]
    fn gradient<M: Module<T> + ?Sized>(
        &self,
        hyper: &HyperParameters<T>,
        model: &M,
        training: impl for<'t> Fn(&Scope<'t, T>, &M) -> Var<'t, T>,
        validation: impl for<'t> Fn(&Scope<'t, T>, &M) -> Var<'t, T>,
    ) -> Result<HyperGradient<T>, TuneError> {
        let tape = Tape::new();
        let on_tape = hyper.on_tape(&tape);
        let mut unroll = Unroll::new(&tape, &self.optimizer, model);
        for of in &on_tape {
            if let Some(strength) = of.strength {
                unroll = unroll.substitute(strength, of.value);
            }
        }
        if let Some(tuned) = self.learning_rate {
            match on_tape.iter().find(|of| of.id == tuned.into()) {
                Some(of) => unroll = unroll.learning_rate(of.value),
                None => error::not_tuned("Unrolled::learning_rate"),
            }
        }
        let others = || on_tape.iter().filter(|of| of.strength.is_none());
        let mut training_loss = None;
        for step in 0..self.steps {
            let others = others().map(|of| (of.id, of.value));
            let on = substituted(unroll.scope().seed(step as u64), others);
            let loss = training(&on, model);
            TuneError::finite(loss.item().wide(), || {
                format!("the training loss at step {step}")
            })?;
            unroll.step(loss);
            training_loss = Some(loss);
        }
        let training_loss = training_loss.expect("there is at least one step");

        let mut trained: Vec<(ParamId, Var<'_, T>)> = Vec::new();
        model.visit(Name::root(), &mut |_, param| {
            if param.is_trained() {
                trained.push((param.id(), unroll.value(param)));
            }
        });
        let hyper = on_tape.iter().map(|of| (of.id, of.value));
        let on = substituted(Scope::eval(&tape), trained.into_iter().chain(hyper));
        let validation_loss = validation(&on, model);
        let losses = [validation_loss, training_loss].map(|loss| loss.item().wide());
        TuneError::finite(losses[0], || "the validation loss".to_owned())?;

        let gradients = validation_loss.backward();
        let of_training = LazyCell::new(|| training_loss.backward());
        for of in &on_tape {
            // What moves no weight may be in the loss all the same, as by a rule of signs.
            let is_used =
                gradients.get(of.coordinate).is_some() || of_training.get(of.coordinate).is_some();
            if !is_used {
                error::unused("Unrolled", of.name);
            }
        }
        let parts: Vec<_> = on_tape
            .into_iter()
            .map(|of| {
                let gradient = gradients.wrt(of.coordinate);
                (of, gradient)
            })
            .collect();
        HyperGradient::new(losses, None, parts)
    }
}

impl<R: fmt::Debug, T: Element> fmt::Debug for Unrolled<R, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unrolled")
            .field("optimizer", &self.optimizer)
            .field("steps", &self.steps)
            .field("learning_rate", &self.learning_rate)
            .finish()
    }
}
