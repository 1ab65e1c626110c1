//! What must hold before a step changes anything.

use tapegrad_autodiff::Element;
use tapegrad_nn::penalty::{Acts, Term};
use tapegrad_nn::{GradientMap, Module, Name, ParamId, Penalty, Role, Strength};

use crate::settings::Settings;
use crate::{Optimizer, Rule, error, parameters};

/// What a check has found.
pub(crate) struct Checked {
    /// The learning rate of the next step.
    pub(crate) lr: f64,
    /// Whether a trained parameter has no settings yet.
    pub(super) new: bool,
}

impl<R: Rule, T: Element> Optimizer<R, T> {
    /// That each parameter stands in the model once (clones would be stepped apart and drift); that each
    /// trainable one has the shape that it had before and, if there are to be gradients, one of its shape; that
    /// each group has a parameter; and that rates and strengths of the next step are numbers that they can be.
    /// `seen` is storage.
    #[track_caller]
    pub(crate) fn check(
        &self,
        who: &str,
        model: &(impl Module<T> + ?Sized),
        gradients: Option<&GradientMap<T>>,
        seen: &mut Vec<ParamId>,
    ) -> Checked {
        if gradients.is_some_and(GradientMap::lacks_penalty) {
            error::no_penalty(who);
        }
        let lr = self.learning_rate();
        self.check_own(who, lr);
        if let Some(gradients) = gradients {
            gradients.check_statistics(model);
        }
        seen.clear();
        let mut new = false;
        let (mut resized, mut refused, mut unfit, mut rate) = (None, None, None, None);
        model.visit(Name::root(), &mut |name, param| {
            let (id, shape) = (param.id(), param.value.shape());
            seen.push(id);
            if !param.is_trained() {
                return;
            }
            let state = self.states.get(&id);
            let slot = state.and_then(|state| state.slots.first());
            if let Some(slot) = slot.filter(|slot| slot.shape() != shape) {
                resized.get_or_insert_with(|| (name.to_string(), slot.shape(), shape));
            }
            let gradient = gradients.map(|gradients| gradients.numbers(id).map(|(shape, _)| shape));
            if let Some(gradient) = gradient.filter(|&gradient| gradient != Some(shape)) {
                refused.get_or_insert_with(|| (name.to_string(), gradient, shape));
            }
            let anew;
            let settings = match state.and_then(|state| state.settings_for(param.role)) {
                Some(settings) => settings,
                None => {
                    new = true;
                    anew = self.settings_of(name, param.role);
                    &anew
                }
            };
            rate = rate.or_else(|| self.unfit_rate(lr, settings));
            if unfit.is_none() {
                let mut strengths = strengths(&param.penalty, settings);
                unfit = strengths.find(|k| !k.is_fit(self.steps)).cloned();
            }
        });
        parameters::check_distinct(who, model, seen);
        if let Some(group) = self.empty_group(model) {
            error::empty_group(who, &group);
        }
        if let Some(rate) = rate {
            rate_of_group(who, rate);
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
        Checked { lr, new }
    }

    /// That the optimizer's own learning rate and momentum of the next step are ones.
    #[track_caller]
    fn check_own(&self, who: &str, lr: f64) {
        error::at_least_zero(who, "learning rate", lr);
        if let Some(momentum) = &self.momentum {
            error::fraction(who, "momentum", momentum.at(self.steps));
        }
    }

    /// That all numbers of the next step are such as they can be, for weights whose settings were looked up;
    /// strengths that something stands for are not asked.
    #[track_caller]
    pub(crate) fn check_numbers<'w>(
        &self,
        who: &str,
        lr: f64,
        weights: impl Iterator<Item = (&'w Penalty<T>, &'w Settings<R>)>,
        is_substituted: impl Fn(&Strength) -> bool,
    ) where
        R: 'w,
    {
        self.check_own(who, lr);
        for (penalty, settings) in weights {
            if let Some(rate) = self.unfit_rate(lr, settings) {
                rate_of_group(who, rate);
            }
            for strength in strengths(penalty, settings).filter(|k| !is_substituted(k)) {
                strength.at(self.steps);
            }
        }
    }

    /// The learning rate with these settings, if it is none.
    fn unfit_rate(&self, lr: f64, settings: &Settings<R>) -> Option<f64> {
        let rate = settings.rate(lr, self.steps);
        (!(T::of(rate).is_finite() && rate >= 0.0)).then_some(rate)
    }

    /// The first group without any parameter of the model.
    fn empty_group(&self, model: &(impl Module<T> + ?Sized)) -> Option<String> {
        if self.grouped {
            return None;
        }
        let mut has = vec![false; self.groups.len()];
        model.visit(Name::root(), &mut |name, param| {
            let name = name.to_string();
            for (has, group) in has.iter_mut().zip(&self.groups) {
                *has |= param.role != Role::Statistic && group.has(&name, param.role);
            }
        });
        let empty = has.iter().position(|has| !has)?;
        Some(self.groups[empty].to_string())
    }
}

/// The strengths of a weight's decay and proximal penalties.
fn strengths<'w, R, T: Element>(
    penalty: &'w Penalty<T>,
    settings: &'w Settings<R>,
) -> impl Iterator<Item = &'w Strength> {
    let proximal = |term: &&Term<T>| term.acts() == Acts::Proximal;
    let terms = penalty.terms().iter().filter(proximal);
    let decay = settings.decay.strength().into_iter();
    decay.chain(terms.map(Term::strength))
}

#[track_caller]
fn rate_of_group(who: &str, rate: f64) -> ! {
    let range = "finite and at least 0";
    error::hyper_parameter(who, "learning rate of a group", rate, range)
}
