use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use tapegrad_autodiff::ndarray::Dimension;
use tapegrad_autodiff::{Element, IntoValue};
use tapegrad_nn::penalty::{Acts, Term};
use tapegrad_nn::{GradientMap, Module, Name, Param, ParamId, Role};

use crate::after_update::{Spare, act};
use crate::lift::{self, MOST_SLOTS, Step};
use crate::state::State;
use crate::{Decay, Rule, Schedule, error};

/// Steps the parameters of a model by a [`Rule`]: it owns the rule's state and the count of steps,
/// neither the rule nor the parameters do.
///
/// Made by the rule's name: [`Sgd::new`](crate::Sgd::new), [`Momentum::new`](crate::Momentum::new),
/// [`RmsProp::new`](crate::RmsProp::new), [`Adam::new`](crate::Adam::new),
/// [`AdamW::new`](crate::AdamW::new); with a rule of your own, [`Optimizer::new`].
///
/// | setting | default |
/// |---|---|
/// | learning rate | no default; a number or a [`Schedule`] of the optimizer's steps |
/// | [`decay`](Optimizer::decay) | none, or decoupled 0.01 of `AdamW`; on weights |
/// | [`decay_biases`](Optimizer::decay_biases) | off; of gains, too |
#[derive(Clone)]
pub struct Optimizer<R, T: Element = f32> {
    pub(crate) rule: R,
    pub(crate) decay: Decay,
    pub(crate) decays_biases: bool,
    pub(crate) schedule: Arc<dyn Schedule>,
    pub(crate) steps: usize,
    pub(crate) states: BTreeMap<ParamId, State<T>>,
    /// The parameters of the last step, for their memory.
    seen: Vec<ParamId>,
    /// For its memory.
    spare: Spare<T>,
}

impl<R: Rule, T: Element> Optimizer<R, T> {
    /// An optimizer with a rule, a learning rate and no decay.
    ///
    /// # Panics
    /// If the learning rate at step 0 is negative or not finite, or the rule asks for more than
    /// four slots.
    #[track_caller]
    pub fn new(rule: R, lr: impl Schedule + 'static) -> Self {
        if rule.slots() > MOST_SLOTS {
            error::too_many_slots(rule.slots(), MOST_SLOTS);
        }
        error::at_least_zero("Optimizer", "learning rate", lr.at(0));
        Self {
            rule,
            decay: Decay::none(),
            decays_biases: false,
            schedule: Arc::new(lr),
            steps: 0,
            states: BTreeMap::new(),
            seen: Vec::new(),
            spare: Spare::default(),
        }
    }

    /// What decay means, and how strong it is.
    pub fn decay(self, decay: Decay) -> Self {
        Self { decay, ..self }
    }

    /// Biases and gains decay too, as in PyTorch.
    pub fn decay_biases(self) -> Self {
        Self {
            decays_biases: true,
            ..self
        }
    }

    /// How many steps were taken.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// The learning rate of the next step.
    pub fn learning_rate(&self) -> f64 {
        self.schedule.at(self.steps)
    }

    /// The decay of a parameter with this role.
    pub(crate) fn decay_of(&self, role: Role) -> Decay {
        match role {
            Role::Weight => self.decay,
            Role::Statistic => Decay::none(),
            _ if self.decays_biases => self.decay,
            _ => Decay::none(),
        }
    }

    /// What is remembered of a parameter.
    pub(crate) fn state_of(&self, param: &Param<T>) -> State<T> {
        let new = || State::new(self.rule, param.value.shape());
        self.states.get(&param.id()).cloned().unwrap_or_else(new)
    }

    /// The optimizer, if it has not stepped: slots that were filled under another option mean
    /// something else.
    #[track_caller]
    pub(crate) fn before_first_step(self, who: &str, option: &str) -> Self {
        if self.steps > 0 {
            error::late_option(who, option, self.steps);
        }
        self
    }

    /// Changes every trainable parameter of a model by its gradient, in place where nobody else
    /// holds its value; then [proximal](tapegrad_nn::Penalty::proximal) penalties act on what they are
    /// written on, and after them its [`Constraint`](tapegrad_nn::Constraint). New values of statistics
    /// that came with the gradients are written, too.
    ///
    /// Everything is checked before anything is changed.
    ///
    /// # Panics
    /// If a trainable parameter has no gradient, one of another shape, or had another shape before;
    /// if the loss lacks the penalties of the pass; if a parameter stands in the model twice (a clone is
    /// the same parameter); or if the learning rate or the strength of a proximal penalty is negative or
    /// not finite.
    #[track_caller]
    pub fn step(&mut self, model: &mut (impl Module<T> + ?Sized), gradients: &GradientMap<T>) {
        const WHO: &str = "Optimizer::step";
        let lr = error::at_least_zero(WHO, "learning rate", self.learning_rate());
        let mut seen = std::mem::take(&mut self.seen);
        self.check(WHO, model, Some(gradients), &mut seen);
        self.seen = seen;
        gradients.update_statistics(model);
        self.steps += 1;
        let mut latest = None;
        model.visit_mut(Name::root(), &mut |_, param| {
            if let Some((_, g)) = gradients.numbers(&*param).filter(|_| param.is_trained()) {
                self.step_param(lr, param, g, &mut latest);
            }
        });
    }

    /// That each parameter stands in the model once (clones would be stepped apart and drift), and
    /// that each trainable one has the shape that it had before and, if there are to be gradients,
    /// one of its shape. `seen` is storage.
    #[track_caller]
    pub(crate) fn check(
        &self,
        who: &str,
        model: &(impl Module<T> + ?Sized),
        gradients: Option<&GradientMap<T>>,
        seen: &mut Vec<ParamId>,
    ) {
        if gradients.is_some_and(GradientMap::lacks_penalty) {
            error::no_penalty(who);
        }
        seen.clear();
        let (mut resized, mut refused, mut unfit) = (None, None, None);
        model.visit(Name::root(), &mut |name, param| {
            let (id, shape) = (param.id(), param.value.shape());
            seen.push(id);
            if !param.is_trained() {
                return;
            }
            let mut steps = param
                .penalty
                .terms()
                .iter()
                .filter(|term| term.acts() == Acts::Proximal);
            let is_unfit = |term: &&Term<T>| !term.strength().is_fit(self.steps);
            unfit = unfit
                .take()
                .or_else(|| steps.find(is_unfit).map(Term::strength));
            let slot = self.states.get(&id).and_then(|state| state.slots.first());
            if let Some(slot) = slot.filter(|slot| slot.shape() != shape) {
                resized.get_or_insert_with(|| (name.to_string(), slot.shape(), shape));
            }
            let gradient = gradients.map(|gradients| gradients.numbers(id).map(|(shape, _)| shape));
            if let Some(gradient) = gradient.filter(|&gradient| gradient != Some(shape)) {
                refused.get_or_insert_with(|| (name.to_string(), gradient, shape));
            }
        });
        if !seen.is_sorted() {
            seen.sort_unstable();
        }
        if let Some(pair) = seen.windows(2).find(|pair| pair[0] == pair[1]) {
            error::not_distinct(who, &last_name(model, pair[0]));
        }
        if let Some(strength) = unfit {
            strength.at(self.steps); // which tells what is wrong
        }
        if let Some((name, state, param)) = resized {
            error::state_shape(who, &name, state, param);
        }
        match refused {
            Some((name, None, _)) => error::no_gradient(who, &name),
            Some((name, Some(gradient), param)) => {
                error::gradient_shape(who, &name, gradient, param)
            }
            None => {}
        }
    }

    /// `latest` is what the rule knew of the step of the parameter before, mostly the same one.
    fn step_param(
        &mut self,
        lr: f64,
        param: &mut Param<T>,
        g: &[T],
        latest: &mut Option<(usize, R::Step)>,
    ) {
        if !param.value.is_standard_layout() {
            param.value = (&param.value).into_value();
        }
        let decay = self.decay_of(param.role);
        let new = || State::new(self.rule, param.value.shape());
        let state = self.states.entry(param.id()).or_insert_with(new);
        state.steps += 1;
        let contiguous = "parameters and slots are contiguous";
        let shape = param.value.raw_dim();
        let at = match *latest {
            Some((steps, at)) if steps == state.steps => at,
            _ => lift::at(self.rule, state.steps),
        };
        *latest = Some((state.steps, at));
        let step = Step::new(self.rule, decay, at, T::number(lr));
        let x = param.value.as_slice_mut().expect(contiguous);
        let slots = state.slots.iter_mut();
        step.in_place(
            x,
            g,
            slots.map(|slot| slot.as_slice_mut().expect(contiguous)),
        );
        if param.penalty.is_proximal() {
            step.reaches(g, &state.slots, self.spare.reach(g.len()));
        }
        if param.penalty.is_proximal() || param.constraint.is_some() {
            act(
                (&param.penalty, param.constraint.as_ref()),
                self.steps - 1,
                self.rule.shrinks_at_most(lr),
                (x, shape.slice()),
                &mut self.spare,
                |_, _| {},
            );
        }
    }
}

/// Where a parameter stands in a model for the last time.
fn last_name<T: Element>(model: &(impl Module<T> + ?Sized), id: ParamId) -> String {
    let mut last = String::new();
    model.visit(Name::root(), &mut |name, param| {
        if param.id() == id {
            last = name.to_string();
        }
    });
    last
}

impl<R: fmt::Debug, T: Element> fmt::Debug for Optimizer<R, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Optimizer")
            .field("rule", &self.rule)
            .field("decay", &self.decay)
            .field("decays_biases", &self.decays_biases)
            .field("steps", &self.steps)
            .field("learning_rate", &self.schedule.at(self.steps))
            .finish_non_exhaustive()
    }
}
