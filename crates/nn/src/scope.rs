use std::cell::{RefCell, RefMut};
use std::fmt;

use rand::RngExt;
use rand_distr::StandardNormal;
use tapegrad_autodiff::{ArrayMap, Element, IntoVar, Tape, Var};

use crate::notes::{Binding, Notes, Source, same_array};
use crate::random::Stream;
use crate::{GradientMap, Module, Param, ParamId, Role, Strength, error, random};

/// One pass through a model on a tape: the only place where a [`Param`] becomes a [`Var`].
///
/// Make one for each step. A scope binds each parameter once, so shared weights have one variable;
/// it knows whether the pass is for training or evaluation, holds the pass's random stream, and
/// lets a parameter or a penalty [`Strength`] be [substituted](Scope::substitute) by a variable:
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
    step: Option<usize>,
    all_in_loss: bool,
    observes_parts: bool,
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
            step: None,
            all_in_loss: false,
            observes_parts: false,
            seed: None,
            notes: RefCell::new(Notes::new()),
            stream: RefCell::new(random::stream(0)),
        }
    }

    /// Starts the random streams of the pass from a seed. Give each step its own, such as the number
    /// of the step: with the same one, dropout leaves out the same units in each.
    ///
    /// Without it, [`stream`](Scope::stream) starts from 0, and layers that draw refuse to.
    pub fn seed(self, seed: u64) -> Self {
        Self {
            seed: Some(seed),
            stream: RefCell::new(random::stream(seed)),
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

    /// Penalties that are proximal act in the loss in this pass, too: for derivatives of the whole
    /// objective, and not for an optimizer's step, which would act twice.
    pub fn penalties_in_loss(self) -> Self {
        Self {
            all_in_loss: true,
            ..self
        }
    }

    /// Notes the shape of what each [part](Scope::part) of the model gives.
    pub(crate) fn observing_parts(self) -> Self {
        Self {
            observes_parts: true,
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

    /// Data: a constant on the tape. An `ArcArray` is shared, not copied.
    pub fn input(&self, x: impl IntoVar<'t, T>) -> Var<'t, T> {
        x.into_var(self.tape)
    }

    /// What was substituted for a strength.
    pub(crate) fn substituted(&self, strength: &Strength) -> Option<Var<'t, T>> {
        self.bound(strength)
    }

    /// The gradients of a loss with respect to every trainable parameter bound in this pass; zero
    /// where the loss does not depend on one. With them come the new values of statistics that were
    /// [noted](Scope::update).
    ///
    /// # Panics
    /// If the loss does not hold one number or is on another tape.
    #[track_caller]
    pub fn backward(&self, loss: Var<'t, T>) -> GradientMap<T> {
        if !std::ptr::eq(loss.tape(), self.tape) {
            error::loss_on_another_tape();
        }
        let gradients = loss.backward();
        let notes = self.notes.borrow();
        let trained = notes.bound.iter().filter(|binding| binding.trained);
        let updates = notes.updates.iter();
        let updates = updates.map(|&(id, index)| (id.number(), self.tape.at(index)));
        GradientMap::new(
            gradients
                .by_key(trained.map(|binding| (binding.id.number(), self.tape.at(binding.index)))),
            ArrayMap::of_values(updates),
            !notes.summed && (notes.owing || !notes.charges.is_empty()),
        )
    }

    /// The tape of the pass.
    pub fn tape(&self) -> &'t Tape<T> {
        self.tape
    }

    /// Adds a number on the scope's tape to what [`Module::penalty`](crate::Module::penalty) sums: the
    /// cost of something that is known only here, as of a layer's output.
    ///
    /// # Panics
    /// If it does not hold one number or is on another tape, or if the penalties of a training pass are
    /// summed already.
    #[track_caller]
    pub fn charge(&self, cost: Var<'t, T>) {
        if !std::ptr::eq(cost.tape(), self.tape) {
            error::charge_on_another_tape();
        }
        if cost.len() != 1 {
            error::charge_of_several(&cost.shape());
        }
        let cost = cost.reshape(&[]);
        let mut notes = self.notes.borrow_mut();
        if notes.summed && self.training {
            drop(notes);
            error::late_charge();
        }
        notes.charges.push(cost.index());
    }

    /// The sum of what was [charged](Scope::charge) so far.
    pub(crate) fn charges(&self) -> Option<Var<'t, T>> {
        let notes = self.notes.borrow();
        let charges = notes.charges.iter().map(|&index| self.tape.at(index));
        charges.reduce(|sum, cost| sum + cost)
    }

    /// The [step](Scope::at_step) of training that the pass belongs to, if it was said.
    pub fn step(&self) -> Option<usize> {
        self.step
    }

    /// The step for a strength, which matters if it has a schedule.
    ///
    /// # Panics
    /// If it has one and the pass no step.
    #[track_caller]
    pub(crate) fn step_of(&self, strength: &Strength) -> usize {
        match self.step {
            Some(step) => step,
            None if strength.is_scheduled() => error::no_step(),
            None => 0,
        }
    }

    /// Notes that the penalties are summed.
    pub(crate) fn penalties_are_summed(&self) {
        self.notes.borrow_mut().summed = true;
    }

    /// Whether proximal penalties [act in the loss](Scope::penalties_in_loss).
    pub(crate) fn all_in_loss(&self) -> bool {
        self.all_in_loss
    }

    /// Whether the pass is for training.
    pub fn is_training(&self) -> bool {
        self.training
    }

    /// The random stream of the pass.
    pub fn stream(&self) -> RefMut<'_, Stream> {
        self.stream.borrow_mut()
    }

    /// A random stream of the part of the model that the pass is in: what a layer draws from. It is
    /// fixed by the seed of the pass, the [path](Scope::path) of the part, and how many such streams
    /// the part had before in this pass; whatever other parts draw changes nothing.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// # use tapegrad_nn::Scope;
    /// let tape = Tape::<f32>::new();
    /// let of_layer = |on: &Scope<'_>, layer: usize| {
    ///     let _part = on.enter("layers", layer);
    ///     on.part_stream()
    /// };
    /// let on = Scope::train(&tape).seed(7);
    /// let (first, second) = (of_layer(&on, 0), of_layer(&on, 1));
    /// assert_ne!(first, second);
    /// assert_eq!(of_layer(&Scope::train(&tape).seed(7), 1), second);
    /// ```
    ///
    /// # Panics
    /// If the pass has no [seed](Scope::seed).
    #[track_caller]
    pub fn part_stream(&self) -> Stream {
        let Some(seed) = self.seed else {
            error::no_seed(&self.path());
        };
        let notes = &mut *self.notes.borrow_mut();
        let part = notes.path.iter().fold(seed, |seed, &(field, index)| {
            let seed = random::derive_named(seed, field);
            index.map_or(seed, |index| random::derive(seed, index))
        });
        let count = notes.count_stream(part);
        random::stream(random::derive(part, count))
    }

    /// A constant with elements uniform in `[0, 1)`, drawn from the stream in row-major order.
    pub fn uniform(&self, shape: &[usize]) -> Var<'t, T> {
        let below_one = T::one() - T::epsilon() / T::of(2.0); // an `f64` just below 1 rounds to 1 in `f32`
        let mut stream = self.stream();
        self.tape
            .constant_from_fn(shape, || T::of(stream.random::<f64>()).min(below_one))
    }

    /// A constant with standard normal elements, drawn from the stream in row-major order.
    pub fn normal(&self, shape: &[usize]) -> Var<'t, T> {
        let mut stream = self.stream();
        self.tape
            .constant_from_fn(shape, || T::of(stream.sample::<f64, _>(StandardNormal)))
    }

    /// The output of a part of the model, called `field` or `field.index`: so a module calls the
    /// `forward` of each of its parts. Errors name the part, what it draws is
    /// [its own](Scope::part_stream), and a [summary](crate::summary_with_input) shows its output's
    /// shape.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// # use tapegrad_nn::{Dense, Scope};
    /// let tape = Tape::<f32>::new();
    /// let on = Scope::train(&tape);
    /// let (encoder, x) = (Dense::new(2, 3), on.input(ndarray::array![[0.5, 1.0]]));
    /// assert_eq!(on.part("encoder", None, &encoder, x).shape()[..], [1, 3]);
    /// ```
    #[track_caller]
    pub fn part(
        &self,
        field: &'static str,
        index: impl Into<Option<usize>>,
        part: &(impl Module<T> + ?Sized),
        x: Var<'t, T>,
    ) -> Var<'t, T> {
        let _within = self.enter(field, index);
        if !self.observes_parts {
            return part.forward(self, x);
        }
        let place = self.notes.borrow().outputs.len();
        let path = self.path();
        self.notes.borrow_mut().outputs.push((path, Vec::new()));
        let y = part.forward(self, x);
        self.notes.borrow_mut().outputs[place].1 = y.shape().to_vec();
        y
    }

    /// The path and the output's shape of each part that the pass came to, in the order in which
    /// they were entered.
    pub(crate) fn part_outputs(&self) -> Vec<(String, Vec<usize>)> {
        self.notes.borrow().outputs.clone()
    }

    /// Until the returned guard is dropped, errors name the part of the model that the pass is in:
    /// `field`, or `field.index`.
    ///
    /// [`part`](Scope::part) calls it; call it around what is no [`Module`].
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// # use tapegrad_nn::Scope;
    /// let tape = Tape::<f32>::new();
    /// let on = Scope::train(&tape);
    /// let _encoder = on.enter("encoder", None);
    /// let _layer = on.enter("layers", 2);
    /// assert_eq!(on.path(), "encoder.layers.2");
    /// ```
    pub fn enter(&self, field: &'static str, index: impl Into<Option<usize>>) -> Within<'_> {
        self.notes.borrow_mut().path.push((field, index.into()));
        Within { notes: &self.notes }
    }

    /// The part of the model that the pass is in; empty at the top.
    pub fn path(&self) -> String {
        let part = |(field, index): &(&str, Option<usize>)| match index {
            Some(index) => format!("{field}.{index}"),
            None => (*field).to_owned(),
        };
        self.notes
            .borrow()
            .path
            .iter()
            .map(part)
            .collect::<Vec<_>>()
            .join(".")
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

/// The guard of [`Scope::enter`].
#[derive(Debug)]
#[must_use = "the part is left when the guard is dropped"]
pub struct Within<'s> {
    notes: &'s RefCell<Notes>,
}

impl Drop for Within<'_> {
    fn drop(&mut self) {
        self.notes.borrow_mut().path.pop();
    }
}
