use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use tapegrad_autodiff::ndarray::Dimension;
use tapegrad_autodiff::{Element, IntoValue};
use tapegrad_nn::{GradientMap, Module, Name, Param, ParamId, Role};

use crate::after_update::{Spare, act};
use crate::decay::Decayed;
use crate::lift::{self, MOST_SLOTS, Step};
use crate::param_group::ParamGroup;
use crate::settings::Settings;
use crate::state::State;
use crate::{Decay, Rule, Schedule, error};

mod check;
mod saved;

use check::Checked;

/// Steps the parameters of a model by a [`Rule`]: it owns the rule's state and the count of steps,
/// neither the rule nor the parameters do.
///
/// Made by the rule's name with its defaults, as by [`Adam::new`](crate::Adam::new), or of a rule with options
/// by [`Optimizer::new`].
///
/// | setting | default |
/// |---|---|
/// | learning rate | no default; a number or a [`Schedule`] of the optimizer's steps |
/// | [`momentum`](Optimizer::momentum) | the rule's |
/// | [`decay`](Optimizer::decay) | none, or decoupled 0.01 of `AdamW`; on weights |
/// | [`decay_biases`](Optimizer::decay_biases) | off; of gains, too |
/// | [`group`](Optimizer::group) | all parameters are trained alike |
///
/// ```
/// use tapegrad_optim::{Adam, Decay, Optimizer};
/// let plain: Optimizer<Adam> = Adam::new(1e-3);
/// let with_options: Optimizer<Adam> =
///     Optimizer::new(Adam::default().betas(0.8, 0.99).amsgrad(), 1e-3).decay(Decay::decoupled(0.01));
/// ```
#[derive(Clone)]
pub struct Optimizer<R, T: Element = f32> {
    pub(crate) rule: R,
    pub(crate) decay: Decay,
    pub(crate) decays_biases: bool,
    pub(crate) groups: Vec<ParamGroup<R>>,
    schedule: Arc<dyn Schedule>,
    momentum: Option<Arc<dyn Schedule>>,
    pub(crate) steps: usize,
    states: BTreeMap<ParamId, State<R, T>>,
    /// Whether each group was found to have a parameter.
    grouped: bool,
    /// The parameters of the last step, for their memory.
    seen: Vec<ParamId>,
    /// For its memory.
    spare: Spare<T>,
}

impl<R: Rule, T: Element> Optimizer<R, T> {
    /// An optimizer with a rule, and the decay that [stands with it](Decay::then), and a learning rate.
    ///
    /// # Panics
    /// If the learning rate at step 0 is negative or not finite, or the rule asks for more than
    /// four slots.
    #[track_caller]
    pub fn new(rule: impl Into<Decayed<R>>, lr: impl Schedule + 'static) -> Self {
        let Decayed { decay, rule } = rule.into();
        if rule.slots() > MOST_SLOTS {
            error::too_many_slots(rule.slots(), MOST_SLOTS);
        }
        error::at_least_zero("Optimizer", "learning rate", lr.at(0));
        Self {
            rule,
            decay,
            decays_biases: false,
            groups: Vec::new(),
            schedule: Arc::new(lr),
            momentum: None,
            steps: 0,
            states: BTreeMap::new(),
            grouped: false,
            seen: Vec::new(),
            spare: Spare::default(),
        }
    }

    /// What decay means, and how strong it is.
    pub fn decay(mut self, decay: Decay) -> Self {
        self.decay = decay;
        self.unsettled()
    }

    /// Biases and gains decay too, as in PyTorch.
    pub fn decay_biases(mut self) -> Self {
        self.decays_biases = true;
        self.unsettled()
    }

    /// Trains some parameters otherwise than the rest. A group that has no parameter of the model is refused at
    /// the next step; [`Ledger`](crate::Ledger) shows who is in which.
    ///
    /// # Panics
    /// If the group's rule remembers something else than the optimizer's.
    #[track_caller]
    pub fn group(mut self, group: ParamGroup<R>) -> Self {
        if let Some(rule) = group.own_rule() {
            self.same_slots("Optimizer::group", rule);
        }
        self.groups.push(group);
        self.unsettled()
    }

    /// A momentum that changes with the step, in place of the rule's: `μ`, or `β₁` of the rules that
    /// have one. [`OneCycle::momentum`](crate::schedule::OneCycle::momentum) is made for it.
    ///
    /// # Panics
    /// If the rule has no momentum, or the momentum at step 0 is not in `[0, 1)`.
    #[track_caller]
    pub fn momentum(mut self, momentum: impl Schedule + 'static) -> Self {
        error::fraction("Optimizer", "momentum", momentum.at(0));
        if self.rule.with_momentum(momentum.at(0)).is_none() {
            error::no_momentum(&self.rule.name());
        }
        self.momentum = Some(Arc::new(momentum));
        self
    }

    /// Goes on with another learning rate, of the same count of steps.
    ///
    /// # Panics
    /// If the learning rate at the next step is negative or not finite.
    #[track_caller]
    pub fn set_learning_rate(&mut self, lr: impl Schedule + 'static) {
        error::at_least_zero("Optimizer", "learning rate", lr.at(self.steps));
        self.schedule = Arc::new(lr);
    }

    /// Goes on by the rule with other options.
    ///
    /// # Panics
    /// If it remembers something else.
    #[track_caller]
    pub fn set_rule(&mut self, rule: R) {
        self.same_slots("Optimizer::set_rule", rule);
        self.rule = rule;
    }

    #[track_caller]
    fn same_slots(&self, who: &str, rule: R) {
        let (slots, own) = (slot_names(&rule), slot_names(&self.rule));
        if slots != own {
            error::other_slots(who, &slots, &own);
        }
    }

    /// Settings are looked up anew.
    fn unsettled(mut self) -> Self {
        self.grouped = false;
        for state in self.states.values_mut() {
            state.settings = None;
        }
        self
    }

    /// How many steps were taken.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// The learning rate of the next step, but of [groups](Optimizer::group) with their own.
    pub fn learning_rate(&self) -> f64 {
        self.schedule.at(self.steps)
    }

    /// What applies to a parameter of this name and role.
    pub(crate) fn settings_of(&self, name: &Name<'_>, role: Role) -> Settings<R> {
        let decay = match role {
            Role::Weight => self.decay.clone(),
            Role::Statistic => Decay::None,
            _ if self.decays_biases => self.decay.clone(),
            _ => Decay::None,
        };
        let mut settings = Settings {
            role,
            rule: None,
            rate: None,
            factor: 1.0,
            decay,
        };
        if !self.groups.is_empty() && role != Role::Statistic {
            let name = name.to_string();
            let having = |group: &&ParamGroup<R>| group.has(&name, role);
            for group in self.groups.iter().filter(having) {
                group.apply(&mut settings);
            }
        }
        settings
    }

    /// What is kept of a parameter; of one that was in no step, what will be.
    pub(crate) fn state_of(&self, name: &Name<'_>, param: &Param<T>) -> State<R, T> {
        let state = self.states.get(&param.id());
        if let Some(settled) = state.filter(|state| state.settings_for(param.role).is_some()) {
            return settled.clone();
        }
        let settings = self.settings_of(name, param.role);
        let rule = settings.rule.unwrap_or(self.rule);
        let new = || State::new(rule, param.value.shape());
        let mut state = state.cloned().unwrap_or_else(new);
        state.settings = Some(settings);
        state
    }

    /// A rule at the next step.
    pub(crate) fn now(&self, rule: R) -> R {
        match &self.momentum {
            Some(momentum) => rule.with_momentum(momentum.at(self.steps)).unwrap_or(rule),
            None => rule,
        }
    }

    /// The next step of a parameter in this state, with its settings but for the decay.
    pub(crate) fn next_step(&self, state: &State<R, T>, decay: &Decay) -> Step<R, T> {
        let settings = state.settings.as_ref();
        let rule = self.now(
            settings
                .and_then(|settings| settings.rule)
                .unwrap_or(self.rule),
        );
        let lr = self.learning_rate();
        Step {
            rule,
            at: lift::at(rule, state.steps + 1),
            pull: decay.pull(|k| T::of(k.at(self.steps))),
            lr: T::of(settings.map_or(lr, |settings| settings.rate(lr, self.steps))),
        }
    }

    /// Changes every trainable parameter of a model by its gradient, in place where nobody else
    /// holds its value; then [proximal](tapegrad_nn::Penalty::proximal) penalties act on what they are
    /// written on, and after them its [`Constraint`](tapegrad_nn::Constraint). New values of statistics
    /// that came with the gradients are written, too.
    ///
    /// Everything is checked before anything is changed. What a parameter is given by its name, a group or a
    /// decay, is looked up when it is met first, and again when settings change.
    ///
    /// # Panics
    /// If a trainable parameter has no gradient, one of another shape, or had another shape before;
    /// if the loss lacks the penalties of the pass; if a parameter stands in the model twice (a clone is
    /// the same parameter); if a statistic has another shape than its new value; if a group has no parameter of
    /// the model; or if a learning rate, or the strength of a decay or of a proximal penalty, is negative or not
    /// finite, or a momentum not in `[0, 1)`.
    #[track_caller]
    pub fn step(&mut self, model: &mut (impl Module<T> + ?Sized), gradients: &GradientMap<T>) {
        const WHO: &str = "Optimizer::step";
        let mut seen = std::mem::take(&mut self.seen);
        let Checked { lr, new } = self.check(WHO, model, Some(gradients), &mut seen);
        self.seen = seen;
        if new {
            self.settle(model);
        }
        self.grouped = true;
        gradients.update_statistics(model);
        let rule = self.now(self.rule);
        let mut latest = None;
        model.visit_mut(Name::root(), &mut |_, param| {
            if let Some((_, g)) = gradients.numbers(&*param).filter(|_| param.is_trained()) {
                self.step_param((rule, lr), param, g, &mut latest);
            }
        });
        self.steps += 1;
    }

    /// Looks up what applies to each parameter that is met for the first time, or has another role.
    fn settle(&mut self, model: &(impl Module<T> + ?Sized)) {
        model.visit(Name::root(), &mut |name, param| {
            let state = self.states.get(&param.id());
            let settings = state.and_then(|state| state.settings_for(param.role));
            if !param.is_trained() || settings.is_some() {
                return;
            }
            let state = self.state_of(name, param);
            self.states.insert(param.id(), state);
        });
    }

    /// With the optimizer's own rule and learning rate. `latest` is what the rule knew of the step of the
    /// parameter before, mostly the same one.
    fn step_param(
        &mut self,
        (own, lr): (R, f64),
        param: &mut Param<T>,
        g: &[T],
        latest: &mut Option<(usize, R::Step)>,
    ) {
        if !param.value.is_standard_layout() {
            param.value = (&param.value).into_value();
        }
        let settled = "every trained parameter was settled before the step";
        let steps = self.steps;
        let other = self
            .states
            .get(&param.id())
            .and_then(|state| state.settings.as_ref()?.rule);
        let rule = other.map_or(own, |rule| self.now(rule));
        let State {
            slots,
            steps: number,
            settings,
        } = self.states.get_mut(&param.id()).expect(settled);
        let settings = settings.as_ref().expect(settled);
        *number += 1;
        let at = match *latest {
            Some((latest, at)) if latest == *number && other.is_none() => at,
            _ => lift::at(rule, *number),
        };
        if other.is_none() {
            *latest = Some((*number, at));
        }
        let mut step = Step {
            rule,
            at,
            pull: settings.decay.pull(|k| T::of(k.at(steps))),
            lr: T::of(settings.rate(lr, steps)),
        };

        let contiguous = "parameters and slots are contiguous";
        let shape = param.value.raw_dim();
        let x = param.value.as_slice_mut().expect(contiguous);
        let numbers = slots.iter_mut();
        let numbers = numbers.map(|slot| slot.as_slice_mut().expect(contiguous));
        let Spare {
            reach,
            seen,
            before,
        } = &mut self.spare;
        let is_proximal = param.penalty.is_proximal();
        let seen = if is_proximal {
            step.seen(x, g, seen)
        } else {
            g
        };
        step.of_param(x, g, numbers, before);
        if is_proximal {
            reach.resize(g.len(), T::zero());
            step.reaches(seen, slots, reach);
        }
        if is_proximal || param.constraint.is_some() {
            act(
                (&param.penalty, param.constraint.as_ref()),
                steps,
                rule.shrinks_at_most().map(|most| most * step.lr.wide()),
                (x, shape.slice()),
                &mut self.spare,
                |_, _| {},
            );
        }
    }
}

/// What a rule remembers, in words.
pub(crate) fn slot_names<R: Rule>(rule: &R) -> Vec<&'static str> {
    (0..rule.slots()).map(|slot| rule.slot_name(slot)).collect()
}

impl<R: fmt::Debug, T: Element> fmt::Debug for Optimizer<R, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Optimizer")
            .field("rule", &self.rule)
            .field("decay", &self.decay)
            .field("decays_biases", &self.decays_biases)
            .field("groups", &self.groups)
            .field("steps", &self.steps)
            .field("learning_rate", &self.schedule.at(self.steps))
            .finish_non_exhaustive()
    }
}
