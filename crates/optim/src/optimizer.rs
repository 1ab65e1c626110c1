use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use tapegrad_autodiff::{ArcArrayD, Element, IntoValue};
use tapegrad_nn::{GradientMap, Module, Name, Param, ParamId, Role};

use crate::lift::{MOST_SLOTS, Step};
use crate::{Decay, Real, Rule, Schedule, error};

/// Steps the parameters of a model by a [`Rule`]: it owns the rule's state and the count of steps,
/// neither the rule nor the parameters do.
///
/// Made by the rule's name: [`Sgd::new`](crate::Sgd::new), [`Momentum::new`](crate::Momentum::new),
/// [`RmsProp::new`](crate::RmsProp::new), [`Adam::new`](crate::Adam::new),
/// [`AdamW::new`](crate::AdamW::new); with a rule of your own, [`Optimizer::new`].
///
/// | setting | default |
/// |---|---|
/// | learning rate | no default; a number or a [`Schedule`] of the step |
/// | [`decay`](Optimizer::decay) | none, or decoupled 0.01 of `AdamW`; on weights |
/// | [`decay_biases`](Optimizer::decay_biases) | off |
#[derive(Clone)]
pub struct Optimizer<R, T: Element = f32> {
    pub(crate) rule: R,
    pub(crate) decay: Decay,
    pub(crate) decays_biases: bool,
    pub(crate) schedule: Arc<dyn Schedule>,
    pub(crate) steps: usize,
    pub(crate) slots: BTreeMap<ParamId, Vec<ArcArrayD<T>>>,
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
            slots: BTreeMap::new(),
        }
    }

    /// What decay means, and how strong it is.
    pub fn decay(self, decay: Decay) -> Self {
        Self { decay, ..self }
    }

    /// Biases decay too, as in PyTorch.
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

    /// The step of one number of a parameter with this role. To be asked for once the step is
    /// counted.
    pub(crate) fn step_of<N: Real>(&self, role: Role, lr: N::Number) -> Step<R, N> {
        let decays = role == Role::Weight || self.decays_biases;
        Step {
            rule: self.rule,
            decay: if decays { self.decay } else { Decay::none() },
            // A count that does not fit is one of powers that are 0 long before.
            at: self.rule.at(i32::try_from(self.steps).unwrap_or(i32::MAX)),
            lr,
        }
    }

    /// The slots of a parameter, zero before its first step.
    pub(crate) fn slots_of(&self, param: &Param<T>) -> Vec<ArcArrayD<T>> {
        let zeros = || vec![ArcArrayD::zeros(param.value.shape()); self.rule.slots()];
        self.slots.get(&param.id()).cloned().unwrap_or_else(zeros)
    }
}

impl<R: Rule, T: Element> Optimizer<R, T> {
    /// Changes every trainable parameter of a model by its gradient, in place where nobody else
    /// holds its value.
    ///
    /// Everything is checked before anything is changed.
    ///
    /// # Panics
    /// If a trainable parameter has no gradient, one of another shape, or had another shape before;
    /// if a parameter stands in the model twice (a clone is the same parameter); or if the learning
    /// rate is negative or not finite.
    #[track_caller]
    pub fn step(&mut self, model: &mut (impl Module<T> + ?Sized), gradients: &GradientMap<T>) {
        let lr = error::at_least_zero("Optimizer::step", "learning rate", self.learning_rate());
        self.check(model, gradients);
        self.steps += 1;
        model.visit_mut(Name::root(), &mut |_, param| {
            if let Some(g) = gradients.get(&*param).filter(|_| param.trainable) {
                self.step_param(lr, param, g);
            }
        });
    }

    /// That each trainable parameter stands in the model once and has a gradient and a state of its
    /// shape.
    #[track_caller]
    fn check(&self, model: &(impl Module<T> + ?Sized), gradients: &GradientMap<T>) {
        distinct("Optimizer::step", model);
        let changed = |slots: &&Vec<ArcArrayD<T>>| slots.len() != self.rule.slots();
        if let Some(slots) = self.slots.values().next().filter(changed) {
            error::rule_changed(slots.len(), self.rule.slots());
        }
        let mut refused = None;
        model.visit(Name::root(), &mut |name, param| {
            let expected = Some(param.value.shape());
            let gradient = gradients.get(param).map(|g| g.shape());
            let state = self
                .slots
                .get(&param.id())
                .and_then(|slots| Some(slots.first()?.shape()));
            let fits = gradient == expected && (state.is_none() || state == expected);
            if refused.is_none() && param.trainable && !fits {
                refused = Some((name.to_string(), param.value.shape(), gradient, state));
            }
        });
        match refused {
            Some((name, _, None, _)) => error::no_gradient(&name),
            Some((name, param, Some(gradient), _)) if gradient != param => {
                error::gradient_shape(&name, gradient, param)
            }
            Some((name, param, _, Some(state))) => error::state_shape(&name, state, param),
            _ => {}
        }
    }

    fn step_param(&mut self, lr: f64, param: &mut Param<T>, g: &ArcArrayD<T>) {
        if !param.value.is_standard_layout() {
            param.value = (&param.value).into_value();
        }
        let step = self.step_of(param.role, T::number(lr));
        let zeros = || vec![ArcArrayD::zeros(param.value.shape()); self.rule.slots()];
        let slots = self.slots.entry(param.id()).or_insert_with(zeros);
        let contiguous = "parameters, gradients and slots are contiguous";
        step.in_place(
            param.value.as_slice_mut().expect(contiguous),
            g.as_slice().expect(contiguous),
            slots
                .iter_mut()
                .map(|slot| slot.as_slice_mut().expect(contiguous)),
        );
    }
}

/// That no parameter stands in a model twice: it would be stepped twice, and its clones drift
/// apart.
#[track_caller]
pub(crate) fn distinct<T: Element>(who: &str, model: &(impl Module<T> + ?Sized)) {
    let mut seen = BTreeSet::new();
    let mut again = None;
    model.visit(Name::root(), &mut |name, param| {
        if !seen.insert(param.id()) && again.is_none() {
            again = Some(name.to_string());
        }
    });
    if let Some(name) = again {
        error::not_distinct(who, &name);
    }
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
