use std::collections::BTreeMap;
use std::fmt;

use tapegrad_autodiff::{ArcArrayD, Element, Tape, Var};
use tapegrad_nn::{Module, Name, Param, ParamId, Penalty, Scope, Strength};

use crate::lift::{self, Step};
use crate::settings::Settings;
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
    weights: BTreeMap<ParamId, Weight<'t, R, T>>,
    /// What stands for the learning rate.
    lr: Option<Var<'t, T>>,
    /// What stands for strengths, in every step.
    substitutes: BTreeMap<ParamId, Var<'t, T>>,
}

struct Weight<'t, R, T: Element> {
    x: Var<'t, T>,
    slots: Vec<Var<'t, T>>,
    steps: usize,
    settings: Settings<R>,
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
    /// constraint or a proximal penalty whose step is not written on the tape (a group lasso).
    #[track_caller]
    pub fn new(
        tape: &'t Tape<T>,
        optimizer: &Optimizer<R, T>,
        model: &(impl Module<T> + ?Sized),
    ) -> Self {
        optimizer.check("Unroll::new", model, None, &mut Vec::new());
        let mut weights = BTreeMap::new();
        let mut refused = None;
        model.visit(Name::root(), &mut |name, param| {
            if !param.is_trained() {
                return;
            }
            let after = after_update(param).map(|what| (param.value.shape(), what));
            refused = refused.take().or(after);
            let State {
                slots,
                steps,
                settings,
            } = optimizer.state_of(name, param);
            let slots = slots.into_iter().map(|slot| tape.constant(slot)).collect();
            let weight = Weight {
                x: tape.var(&param.value),
                slots,
                steps,
                settings: settings.expect("it was looked up"),
                penalty: param.penalty.clone(),
            };
            weights.insert(param.id(), weight);
        });
        if let Some((shape, what)) = refused {
            error::not_differentiable(shape, &what);
        }
        Self {
            tape,
            optimizer: optimizer.clone(),
            weights,
            lr: None,
            substitutes: BTreeMap::new(),
        }
    }

    /// Lets `var` stand for the optimizer's learning rate in every step from here on, in place of its schedule;
    /// factors of groups multiply it, and rates of their own do not know it.
    ///
    /// ```
    /// use ndarray::array;
    /// use tapegrad_autodiff::Tape;
    /// use tapegrad_nn::{Dense, Module};
    /// use tapegrad_optim::{Sgd, Unroll};
    ///
    /// // One step on ½ w² leads from w to w (1 − lr).
    /// let model = Dense::<f64>::new(1, 1).without_bias().seed(1);
    /// let tape = Tape::new();
    /// let lr = tape.var(0.1);
    /// let mut unroll = Unroll::new(&tape, &Sgd::new(0.1), &model).learning_rate(lr);
    /// let on = unroll.scope();
    /// unroll.step(0.5 * model.forward(&on, on.input(array![[1.0]])).square().sum(..));
    /// let slope = unroll.value(&model.weight).sum(..).backward().wrt(lr)[[]];
    /// assert_eq!(slope, -model.weight.value[[0, 0]]);
    /// ```
    ///
    /// # Panics
    /// If the variable does not hold one number.
    #[track_caller]
    pub fn learning_rate(mut self, var: Var<'t, T>) -> Self {
        self.lr = Some(one("learning_rate", "a learning rate", var));
        self
    }

    /// Lets `var` stand for the strength of penalties in every step from here on: in the scopes, and where a
    /// penalty is [proximal](Penalty::proximal) in what it does after the update; and for that of a
    /// [decay](crate::Decay).
    ///
    /// # Panics
    /// If the variable does not hold one number.
    #[track_caller]
    pub fn substitute(mut self, strength: &Strength, var: Var<'t, T>) -> Self {
        let var = one("substitute", "a strength", var);
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
    /// [`scope`](Unroll::scope), in which penalties that act in the loss must be: unlike
    /// [`Optimizer::step`] it cannot tell that one is not.
    ///
    /// # Panics
    /// If the loss does not hold one number, is on another tape or depends on no parameter as it is
    /// now, or if a learning rate or a strength is negative or not finite, or a momentum not in `[0, 1)`. Then
    /// nothing is changed.
    #[track_caller]
    pub fn step(&mut self, loss: Var<'t, T>) {
        let lr = match self.lr {
            Some(var) => var.item().wide(),
            None => self.optimizer.learning_rate(),
        };
        let weights = self.weights.values();
        let is_substituted = |strength: &Strength| self.substitutes.contains_key(&strength.into());
        self.optimizer.check_numbers(
            "Unroll::step",
            lr,
            weights.map(|weight| (&weight.penalty, &weight.settings)),
            is_substituted,
        );
        let x: Vec<_> = self.weights.values().map(|weight| weight.x).collect();
        let gradients = self.tape.grad_if_used(loss, &x);
        if !x.is_empty() && gradients.iter().all(Option::is_none) {
            error::stale_loss();
        }
        let optimizer = &self.optimizer;
        let number = optimizer.steps;
        let substitutes = &self.substitutes;
        let strength = |strength: &Strength| match substitutes.get(&strength.into()) {
            Some(var) => *var,
            None => self.tape.constant(T::of(strength.at(number))),
        };
        for (weight, g) in self.weights.values_mut().zip(gradients) {
            weight.steps += 1;
            let settings = &weight.settings;
            let rule = optimizer.now(settings.rule.unwrap_or(optimizer.rule));
            let rate = settings.rate(lr, number);
            let mut step: Step<R, Var<'t, T>> = Step {
                rule,
                at: lift::at(rule, weight.steps),
                pull: settings.decay.pull(strength),
                lr: match self.lr.filter(|_| settings.rate.is_none()) {
                    Some(lr) => lr * settings.factor,
                    None => self.tape.constant(T::of(rate)),
                },
            };
            let g = g.unwrap_or_else(|| self.tape.constant(ArcArrayD::zeros(weight.x.shape())));
            let seen = step.pull.in_gradient(weight.x, g);
            weight.x = step.of_var(&mut weight.slots, weight.x, g);
            if weight.penalty.is_proximal() {
                let most = rule.shrinks_at_most().map(|most| step.lr * most);
                step.lr = step.lr.broadcast_to(&weight.x.shape());
                let mut reach = step.reach(&weight.slots, seen);
                for term in weight.penalty.terms() {
                    let Some(proximal) = term.proximal() else {
                        continue;
                    };
                    let strength = strength(term.strength());
                    let stepped = proximal.step_on_tape(strength, weight.x, reach);
                    let [x, left] = stepped.expect("what has no step on a tape was refused");
                    weight.x = match most {
                        Some(most) => weight.x + (x - weight.x).minimum(most).maximum(-most),
                        None => x,
                    };
                    reach = left;
                }
            }
        }
        self.optimizer.steps += 1;
    }
}

/// What acts on a parameter after the update and has no derivative.
fn after_update<T: Element>(param: &Param<T>) -> Option<String> {
    if let Some(set) = param.constraint {
        return Some(set.to_string());
    }
    // Whether a step is written on the tape shows when it is asked for.
    let tape = Tape::new();
    let x = tape.constant(&param.value);
    let mut proximal = param
        .penalty
        .terms()
        .iter()
        .filter_map(|term| Some((term, term.proximal()?)));
    let (term, _) = proximal.find(|(_, proximal)| {
        let none = proximal.step_on_tape(tape.constant(T::zero()), x, x);
        none.is_none()
    })?;
    Some(term.form().name().into_owned())
}

/// The variable, if it holds one number, as a number.
#[track_caller]
fn one<'t, T: Element>(method: &str, what: &str, var: Var<'t, T>) -> Var<'t, T> {
    if var.len() != 1 {
        error::substitute_shape(method, &var.shape(), what);
    }
    var.reshape(&[])
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
