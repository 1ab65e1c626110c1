//! What must hold before a step changes anything.

use tapegrad_autodiff::Element;
use tapegrad_nn::penalty::{Acts, Term};
use tapegrad_nn::{GradientMap, Module, Name, Param, ParamId, Strength};

use crate::settings::Settings;
use crate::{Optimizer, Rule, error};

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
        let lr = error::at_least_zero(who, "learning rate", self.learning_rate());
        if let Some(momentum) = &self.momentum {
            error::fraction(who, "momentum", momentum.at(self.steps));
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
            let settings = match state.and_then(|state| state.settings.as_ref()) {
                Some(settings) => settings,
                None => {
                    new = true;
                    anew = self.settings_of(name, param.role);
                    &anew
                }
            };
            if settings.rate.is_some() {
                let own = settings.rate(lr, self.steps);
                rate = rate.or(Some(own).filter(|own| !(own.is_finite() && *own >= 0.0)));
            }
            if unfit.is_none() {
                unfit = self.unfit(param, settings);
            }
        });
        if !seen.is_sorted() {
            seen.sort_unstable();
        }
        if let Some(pair) = seen.windows(2).find(|pair| pair[0] == pair[1]) {
            error::not_distinct(who, &last_name(model, pair[0]));
        }
        if let Some(group) = self.empty_group(model) {
            error::empty_group(who, &group);
        }
        if let Some(rate) = rate {
            error::at_least_zero(who, "learning rate of a group", rate);
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

    /// The first strength of a parameter's decay or proximal penalties that is none at the next step.
    fn unfit(&self, param: &Param<T>, settings: &Settings<R>) -> Option<Strength> {
        let proximal = |term: &&Term<T>| term.acts() == Acts::Proximal;
        let terms = param.penalty.terms().iter().filter(proximal);
        let mut strengths = settings
            .decay
            .strength()
            .into_iter()
            .chain(terms.map(Term::strength));
        strengths
            .find(|strength| !strength.is_fit(self.steps))
            .cloned()
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
                *has |= group.has(&name, param.role);
            }
        });
        let empty = has.iter().position(|has| !has)?;
        Some(self.groups[empty].to_string())
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
