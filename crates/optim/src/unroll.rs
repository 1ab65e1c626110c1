use std::collections::BTreeMap;
use std::fmt;

use tapegrad_autodiff::{ArcArrayD, Element, Tape, Var};
use tapegrad_nn::{Module, Param, ParamId, Penalty, Role, Scope, Strength};

use crate::lift::{self, Step};
use crate::state::State;
use crate::{Optimizer, Rule, error};

/// Training steps recorded on a tape, so that what comes of them can be differentiated by what went
/// into them.
///
/// The same rule text as in [`Optimizer::step`] works on variables. Each step's
/// [`scope`](Unroll::scope) substitutes the parameters by their values so far; neither the model
/// nor the optimizer is changed, and the model's statistics stay as they are.
///
/// ```
/// use ndarray::array;
/// use tapegrad_autodiff::Tape;
/// use tapegrad_nn::{Dense, Loss, Module, Penalty, Scope, Strength, loss};
/// use tapegrad_optim::{Adam, Unroll};
///
/// let (x, y) = (array![[0.0], [1.0]], array![[1.0], [3.0]]);
/// let strength = Strength::new(0.1);
/// let model = Dense::<f64>::new(1, 1).penalize(Penalty::l2(&strength));
///
/// let tape = Tape::new();
/// let lambda = tape.var(0.1);
/// let mut unroll = Unroll::new(&tape, &Adam::new(0.1), &model).substitute(&strength, lambda);
/// for _ in 0..5 {
///     let on = unroll.scope();
///     let data_loss = loss::SquaredError.mean(model.forward(&on, on.input(&x)), &y);
///     unroll.step(data_loss + model.penalty(&on));
/// }
/// let on = unroll.scope();
/// let validation = loss::SquaredError.mean(model.forward(&on, on.input(&x)), &y);
/// let slope = validation.backward().wrt(lambda);   // d(validation loss) / dλ
/// assert!(slope[[]] > 0.0);
/// ```
pub struct Unroll<'t, R, T: Element = f32> {
    tape: &'t Tape<T>,
    optimizer: Optimizer<R, T>,
    weights: BTreeMap<ParamId, Weight<'t, T>>,
    /// What stands for strengths, in every step.
    substitutes: BTreeMap<ParamId, Var<'t, T>>,
}

struct Weight<'t, T: Element> {
    x: Var<'t, T>,
    slots: Vec<Var<'t, T>>,
    steps: usize,
    role: Role,
    /// Of which only the proximal terms are used.
    penalty: Penalty<T>,
}

impl<'t, R: Rule, T: Element> Unroll<'t, R, T> {
    /// From a model's parameters and an optimizer's state as they are.
    ///
    /// Gradients can be taken with respect to the parameters' [initial values](Unroll::value) too.
    ///
    /// # Panics
    /// If a parameter stands in the model twice, had another shape in the optimizer's steps, or has a
    /// constraint.
    #[track_caller]
    pub fn new(
        tape: &'t Tape<T>,
        optimizer: &Optimizer<R, T>,
        model: &(impl Module<T> + ?Sized),
    ) -> Self {
        optimizer.check("Unroll::new", model, None, &mut Vec::new());
        let trained = model
            .parameters()
            .into_iter()
            .filter(|(_, param)| param.is_trained());
        let constrained = trained
            .clone()
            .find_map(|(_, param)| Some((param, param.constraint?)));
        if let Some((param, constraint)) = constrained {
            error::not_differentiable(param.value.shape(), &constraint.to_string());
        }
        let weight = |param: &Param<T>| {
            let State { slots, steps } = optimizer.state_of(param);
            let slots = slots.into_iter().map(|slot| tape.constant(slot)).collect();
            Weight {
                x: tape.var(&param.value),
                slots,
                steps,
                role: param.role,
                penalty: param.penalty.clone(),
            }
        };
        let weights = trained
            .map(|(_, param)| (param.id(), weight(param)))
            .collect();
        Self {
            tape,
            optimizer: optimizer.clone(),
            weights,
            substitutes: BTreeMap::new(),
        }
    }

    /// Lets `var` stand for a penalty's strength in every step from here on: in the scopes, and where the
    /// penalty is [proximal](Penalty::proximal) in what it does after the update.
    ///
    /// # Panics
    /// If the variable does not hold one number.
    #[track_caller]
    pub fn substitute(mut self, strength: &Strength, var: Var<'t, T>) -> Self {
        if var.len() != 1 {
            error::substitute_shape(&var.shape());
        }
        self.substitutes.insert(strength.into(), var);
        self
    }

    /// A training pass in which the parameters have their values so far.
    ///
    /// # Panics
    /// If what was substituted is on another tape.
    #[track_caller]
    pub fn scope(&self) -> Scope<'t, T> {
        let values = self.weights.iter().map(|(&id, weight)| (id, weight.x));
        let strengths = self.substitutes.iter().map(|(&id, &var)| (id, var));
        let mut on = Scope::train(self.tape).at_step(self.optimizer.steps);
        for (id, var) in values.chain(strengths) {
            on = on.substitute(id, var);
        }
        on
    }

    /// The value of a trainable parameter so far, a variable; at first a [`Tape::var`], later what
    /// the steps made of it.
    ///
    /// # Panics
    /// If the parameter is frozen or not one of the model's.
    #[track_caller]
    pub fn value(&self, param: &Param<T>) -> Var<'t, T> {
        match self.weights.get(&param.id()) {
            Some(weight) => weight.x,
            None => error::not_unrolled(param.value.shape()),
        }
    }

    /// Steps every trainable parameter along the gradient of a loss from this step's
    /// [`scope`](Unroll::scope).
    ///
    /// # Panics
    /// If the loss does not hold one number, is on another tape or depends on no parameter as it is
    /// now, the learning rate is negative or not finite, or a parameter has a proximal penalty whose step
    /// is not written on the tape (a group lasso).
    #[track_caller]
    pub fn step(&mut self, loss: Var<'t, T>) {
        let lr = error::at_least_zero(
            "Unroll::step",
            "learning rate",
            self.optimizer.learning_rate(),
        );
        let x: Vec<_> = self.weights.values().map(|weight| weight.x).collect();
        let gradients = self.tape.grad_if_used(loss, &x);
        if !x.is_empty() && gradients.iter().all(Option::is_none) {
            error::stale_loss();
        }
        let number = self.optimizer.steps;
        let most = self.optimizer.rule.shrinks_at_most(lr);
        self.optimizer.steps += 1;
        for (weight, g) in self.weights.values_mut().zip(gradients) {
            weight.steps += 1;
            let (rule, decay) = (self.optimizer.rule, self.optimizer.decay_of(weight.role));
            let at = lift::at(rule, weight.steps);
            let step: Step<R, Var<'t, T>> = Step::new(rule, decay, at, lr);
            let g = g.unwrap_or_else(|| self.tape.constant(ArcArrayD::zeros(weight.x.shape())));
            weight.x = step.of(&mut weight.slots, weight.x, g);
            if weight.penalty.is_proximal() {
                let lr = self.tape.constant(T::of(lr));
                let mut reach = step.reach(&weight.slots, g, lr.broadcast_to(&weight.x.shape()));
                for term in weight.penalty.terms() {
                    let Some(proximal) = term.proximal() else {
                        continue;
                    };
                    let strength = match self.substitutes.get(&term.strength().into()) {
                        Some(var) => var.reshape(&[]),
                        None => self.tape.constant(T::of(term.strength().at(number))),
                    };
                    let Some([x, left]) = proximal.step_on_tape(strength, weight.x, reach) else {
                        error::not_differentiable(&weight.x.shape(), &term.form().name());
                    };
                    weight.x = match most {
                        Some(most) => weight.x + (x - weight.x).clamp(-most, most),
                        None => x,
                    };
                    reach = left;
                }
            }
        }
    }
}

impl<R: fmt::Debug, T: Element> fmt::Debug for Unroll<'_, R, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Unroll of {:?} over {} parameters",
            self.optimizer,
            self.weights.len()
        )
    }
}
