mod charges;
mod hvp;
mod part;
mod random;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

use tapegrad_autodiff::{ArrayMap, Element, Gradients, IntoVar, Tape, Var};

pub use self::part::Within;
use crate::notes::{Binding, Notes, Source, same_array};
use crate::random::{Stream, stream};
use crate::{GradientMap, Param, ParamId, Role, error};

/// One pass through a model on a tape: the only place where a [`Param`] becomes a [`Var`].
///
/// Make one for each step. A scope binds each parameter once, so shared weights have one variable;
/// it knows whether the pass is for training or evaluation, holds the pass's random stream, and
/// lets a parameter or a penalty [`Strength`](crate::Strength) be [substituted](Scope::substitute) by a variable:
/// all that unrolled training and hypergradients need.
///
/// ```
/// use ndarray::array;
/// use tapegrad_autodiff::Tape;
/// use tapegrad_nn::{Param, Role, Scope};
///
/// let w = Param::new(Role::Weight, array![1.0, 2.0]);
/// let tape = Tape::<f64>::new();
/// let on = Scope::train(&tape);
/// let loss = (on.param(&w) * on.param(&w)).sum(..);   // one variable, used twice
/// assert_eq!(on.backward(loss).wrt(&w), array![2.0, 4.0].into_dyn());
/// ```
pub struct Scope<'t, T: Element = f32> {
    tape: &'t Tape<T>,
    training: bool,
    draws_weights: bool,
    step: Option<usize>,
    all_in_loss: bool,
    observes_parts: bool,
    /// How many values are in each running statistic so far, if they are equal averages.
    counts: Option<&'t RefCell<BTreeMap<ParamId, usize>>>,
    seed: Option<u64>,
    notes: RefCell<Notes>,
    stream: RefCell<Stream>,
}

impl<'t, T: Element> Scope<'t, T> {
    /// A pass for training: parameters are variables, layers that behave differently in training do
    /// so.
    pub fn train(tape: &'t Tape<T>) -> Self {
        Self::new(tape, true)
    }

    /// A pass for evaluation: parameters are constants, so nothing is recorded but what depends on
    /// substituted variables.
    pub fn eval(tape: &'t Tape<T>) -> Self {
        Self::new(tape, false)
    }

    fn new(tape: &'t Tape<T>, training: bool) -> Self {
        Self {
            tape,
            training,
            draws_weights: training,
            step: None,
            all_in_loss: false,
            observes_parts: false,
            counts: None,
            seed: None,
            notes: RefCell::new(Notes::new()),
            stream: RefCell::new(stream(0)),
        }
    }

    /// Starts the random streams of the pass from a seed. Give each step its own, such as the number
    /// of the step: with the same one, dropout leaves out the same units in each.
    ///
    /// Without it, [`stream`](Scope::stream) starts from 0, and layers that draw refuse to.
    pub fn seed(self, seed: u64) -> Self {
        Self {
            seed: Some(seed),
            stream: RefCell::new(stream(seed)),
            ..self
        }
    }

    /// The step of training that the pass belongs to, for what has a schedule: mostly the optimizer's
    /// `steps()`. Without it a strength with a schedule is refused.
    pub fn at_step(self, step: usize) -> Self {
        Self {
            step: Some(step),
            ..self
        }
    }

    /// Layers with a distribution over weights draw from it in a pass for evaluation, too, where else they take
    /// its mean: one draw of the [`predictive`](crate::predictive) distribution. The pass needs a
    /// [seed](Scope::seed).
    pub fn draw_weights(self) -> Self {
        Self {
            draws_weights: true,
            ..self
        }
    }

    /// Running statistics are equal averages of all values that are counted here.
    pub(crate) fn averaging(self, counts: &'t RefCell<BTreeMap<ParamId, usize>>) -> Self {
        Self {
            counts: Some(counts),
            ..self
        }
    }

    /// Penalties that are proximal act in the loss in this pass, too: for derivatives of the whole
    /// objective, and not for an optimizer's step, which would act twice.
    pub fn penalties_in_loss(self) -> Self {
        Self {
            all_in_loss: true,
            ..self
        }
    }

    /// Lets `var` stand for a parameter or a penalty strength in this pass. The parameter itself
    /// then has no gradient in the map. What the pass does not meet is not substituted: a sum of
    /// penalties has strengths of its own.
    ///
    /// # Panics
    /// If the variable is on another tape, or the parameter is already bound: substitute before the
    /// first use.
    #[track_caller]
    pub fn substitute(self, what: impl Into<ParamId>, var: Var<'t, T>) -> Self {
        if !std::ptr::eq(var.tape(), self.tape) {
            error::substitute_from_another_tape();
        }
        let binding = Binding {
            id: what.into(),
            index: var.index(),
            trained: false,
            source: Source::Substituted,
        };
        if !self.notes.borrow_mut().bind(binding) {
            error::substitute_bound();
        }
        self
    }

    /// The variable of a parameter: its value, shared and not copied, or what was substituted.
    ///
    /// # Panics
    /// If what was substituted has another shape, or the parameter was bound with another value: a
    /// scope serves one step.
    #[track_caller]
    pub fn param(&self, param: &Param<T>) -> Var<'t, T> {
        let notes = &mut *self.notes.borrow_mut();
        let Some(Binding { index, source, .. }) = notes.find(param.id()) else {
            let trained = self.training && param.is_trained();
            notes.owing |= trained && param.penalty.is_in_loss();
            let var = self.tape.share(&param.value, trained);
            notes.bind(Binding {
                id: param.id(),
                index: var.index(),
                trained,
                source: Source::of(&param.value),
            });
            return var;
        };
        let (var, expected) = (self.tape.at(*index), param.value.shape());
        let same = match source {
            Source::Substituted => true,
            Source::Shared => var.shares(&param.value),
            Source::Copied(held) => held
                .downcast_ref()
                .is_some_and(|held| same_array(held, &param.value)),
        };
        if !same {
            error::other_value(expected);
        }
        let shape = var.shape();
        if *shape != *expected {
            error::substitute_shape(&shape, expected);
        }
        var
    }

    /// The variable of a parameter that was bound or substituted before in this pass.
    pub fn bound(&self, what: impl Into<ParamId>) -> Option<Var<'t, T>> {
        let notes = self.notes.borrow();
        let binding = notes.find(what.into())?;
        Some(self.tape.at(binding.index))
    }

    /// Notes a new value of a [statistic](Role::Statistic), instead of one noted before. The
    /// parameter itself stays as it is: [`backward`](Scope::backward) returns the value, and the
    /// optimizer's step or [`GradientMap::update_statistics`] writes it to the model.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// # use tapegrad_nn::{Param, Role, Scope};
    /// let count = Param::new(Role::Statistic, 0.0);
    /// let tape = Tape::<f64>::new();
    /// let on = Scope::train(&tape);
    /// for _ in 0..3 {
    ///     on.update(&count, on.updated(&count) + 1.0);
    /// }
    /// assert_eq!(on.updated(&count).item(), 3.0);
    /// ```
    ///
    /// # Panics
    /// If the parameter has another role, or the value another shape, or is on another tape.
    #[track_caller]
    pub fn update(&self, statistic: &Param<T>, value: Var<'t, T>) {
        let (old, new) = (statistic.value.shape(), value.shape());
        if statistic.role != Role::Statistic {
            error::update_of_another_role(old);
        }
        if !std::ptr::eq(value.tape(), self.tape) {
            error::update_on_another_tape();
        }
        if *new != *old {
            error::update_shape(&new, old);
        }
        self.notes
            .borrow_mut()
            .update(statistic.id(), value.index());
    }

    /// The new value of a statistic that was noted in this pass, or else the variable of its old
    /// one.
    ///
    /// # Panics
    /// As [`param`](Scope::param).
    #[track_caller]
    pub fn updated(&self, statistic: &Param<T>) -> Var<'t, T> {
        let noted = self.notes.borrow().updated(statistic.id());
        match noted {
            Some(index) => self.tape.at(index),
            None => self.param(statistic),
        }
    }

    /// Notes `r ← (1 − m) r + m value` of a running [statistic](Role::Statistic) `r` with the `momentum` `m`;
    /// where statistics are [recomputed](crate::recompute_statistics), what makes `r` the equal average of the
    /// values in all passes instead. With `m = 1` nothing of the old `r` stays, which may be no number.
    ///
    /// What is used twice in a pass updates twice.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// # use tapegrad_nn::{Param, Role, Scope};
    /// let mean = Param::new(Role::Statistic, 8.0);
    /// let tape = Tape::<f64>::new();
    /// let on = Scope::train(&tape);
    /// on.update_running(&mean, on.input(4.0), 0.25);
    /// assert_eq!(on.updated(&mean).item(), 7.0);
    /// ```
    ///
    /// # Panics
    /// As [`update`](Scope::update), and if `momentum` is not in `[0, 1]`.
    #[track_caller]
    pub fn update_running(&self, statistic: &Param<T>, value: Var<'t, T>, momentum: f64) {
        if !(0.0..=1.0).contains(&momentum) {
            error::share("Scope::update_running", "momentum", momentum);
        }
        let momentum = match self.counts {
            Some(counts) => {
                let mut counts = counts.borrow_mut();
                let count = counts.entry(statistic.id()).or_default();
                *count += 1;
                1.0 / *count as f64
            }
            None => momentum,
        };
        let new = if momentum == 1.0 {
            value
        } else {
            self.updated(statistic) * (1.0 - momentum) + value * momentum
        };
        self.update(statistic, new);
    }

    /// Data: a constant on the tape. An `ArcArray` is shared, not copied.
    pub fn input(&self, x: impl IntoVar<'t, T>) -> Var<'t, T> {
        x.into_var(self.tape)
    }

    /// The gradients of a loss with respect to every trainable parameter bound in this pass; zero
    /// where the loss does not depend on one. With them come the new values of statistics that were
    /// [noted](Scope::update).
    ///
    /// # Panics
    /// If the loss does not hold one number or is on another tape.
    #[track_caller]
    pub fn backward(&self, loss: Var<'t, T>) -> GradientMap<T> {
        self.check_loss("backward", loss);
        self.by_parameter(loss.backward())
    }

    #[track_caller]
    fn check_loss(&self, operation: &str, loss: Var<'t, T>) {
        if !std::ptr::eq(loss.tape(), self.tape) {
            error::loss_on_another_tape(operation);
        }
    }

    /// Gradients under the parameters that they belong to.
    #[track_caller]
    fn by_parameter(&self, gradients: Gradients<T>) -> GradientMap<T> {
        let notes = self.notes.borrow();
        let trained = notes.bound.iter().filter(|binding| binding.trained);
        GradientMap::new(
            gradients
                .by_key(trained.map(|binding| (binding.id.number(), self.tape.at(binding.index)))),
            self.updates(),
            !notes.summed && (notes.owing || !notes.charges.is_empty()),
        )
    }

    /// The new values of statistics that were noted.
    fn updates(&self) -> ArrayMap<T> {
        let updates = &self.notes.borrow().updates;
        let updates = updates.iter();
        ArrayMap::of_values(updates.map(|&(id, index)| (id.number(), self.tape.at(index))))
    }

    /// A map of the new values of statistics alone.
    pub(crate) fn statistics(&self) -> GradientMap<T> {
        GradientMap::new(ArrayMap::default(), self.updates(), false)
    }

    /// The tape of the pass.
    pub fn tape(&self) -> &'t Tape<T> {
        self.tape
    }

    /// The [step](Scope::at_step) of training that the pass belongs to, if it was said.
    pub fn step(&self) -> Option<usize> {
        self.step
    }

    /// Whether layers with a distribution over weights [draw](Scope::draw_weights) from it, as they do in training.
    pub fn draws_weights(&self) -> bool {
        self.draws_weights
    }

    /// Whether the pass is for training.
    pub fn is_training(&self) -> bool {
        self.training
    }
}

impl<T: Element> fmt::Debug for Scope<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mode, bound) = (
            if self.training { "train" } else { "eval" },
            self.notes.borrow().bound.len(),
        );
        write!(
            f,
            "Scope::{mode} with {bound} parameters on a tape of {} values",
            self.tape.len()
        )
    }
}
