//! What penalties say of the weights before any data.

use std::any::Any;
use std::fmt;

use tapegrad_autodiff::Element;
use tapegrad_nn::penalty::Term;
use tapegrad_nn::{Module, Name, Param, ParamId, Strength};

use super::relevance::{Groupwise, Relevance};
use crate::error;

/// The numbers that are trained, one parameter after the other, and the classes of those that share a strength.
pub(super) struct Prior {
    /// How many numbers.
    pub(super) count: usize,
    pub(super) classes: Vec<Class>,
}

/// Weights with one strength.
pub(super) struct Class {
    pub(super) name: String,
    handle: Handle,
    /// Which group of how many, of a relevance.
    group: Option<[usize; 2]>,
    /// Of its weights.
    pub(super) places: Vec<usize>,
    /// The strength.
    pub(super) lambda: f64,
    /// Whether the strength is to be chosen.
    pub(super) is_chosen: bool,
    /// Whether its weights are held at 0.
    pub(super) is_pruned: bool,
    /// Whether the evidence grows with the strength without end, which then stays.
    pub(super) is_unbounded: bool,
}

/// By what strengths are set.
#[derive(Clone, Debug)]
pub(super) enum Handle {
    Strength(Strength),
    Relevance(Relevance),
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Strength(strength) => write!(f, "the strength {strength}"),
            Self::Relevance(relevance) => write!(f, "the {relevance:?}"),
        }
    }
}

impl Handle {
    fn values(&self) -> Vec<f64> {
        match self {
            Self::Strength(strength) => vec![strength.at(0)],
            Self::Relevance(relevance) => relevance.strengths(),
        }
    }

    /// Sets what [`Prior::strengths`] gave.
    pub(super) fn set(self, values: Vec<f64>) {
        match self {
            Self::Strength(strength) => strength.set(values[0]),
            Self::Relevance(relevance) => relevance.set(values),
        }
    }

    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Strength(a), Self::Strength(b)) => ParamId::from(a) == ParamId::from(b),
            (Self::Relevance(a), Self::Relevance(b)) => a.is(b),
            _ => false,
        }
    }
}

impl Class {
    /// Whether the strength is still updated.
    pub(super) fn moves(&self) -> bool {
        self.is_chosen && !self.is_pruned && !self.is_unbounded
    }

    /// Whether it is a group that may be pruned.
    pub(super) fn is_group(&self) -> bool {
        self.group.is_some()
    }
}

impl Prior {
    /// Of a model whose penalties are squares, in which these strengths are to be chosen, or all.
    #[track_caller]
    pub(super) fn of<T: Element>(model: &(impl Module<T> + ?Sized), chosen: &[Handle]) -> Self {
        let mut prior = Self {
            count: 0,
            classes: Vec::new(),
        };
        let mut seen = Vec::new();
        // Outside of the closure, whose caller is not the user's line.
        let mut params = Vec::new();
        model.visit(Name::root(), &mut |name, param| {
            if param.is_trained() && !seen.contains(&param.id()) {
                seen.push(param.id());
                params.push((name.to_string(), param));
            }
        });
        for (name, param) in params {
            prior.add(&name, param);
        }
        for class in &mut prior.classes {
            class.is_chosen = chosen.is_empty() || chosen.iter().any(|one| class.handle.is(one));
            if class.is_chosen && class.lambda <= 0.0 {
                error::zero_strength(&class.name);
            }
        }
        for one in chosen {
            if !prior.classes.iter().any(|class| class.handle.is(one)) {
                error::strength_of_none(&one.to_string());
            }
        }
        if !prior.classes.iter().any(|class| class.is_chosen) {
            error::nothing_to_choose();
        }
        prior
    }

    #[track_caller]
    fn add<T: Element>(&mut self, name: &str, param: &Param<T>) {
        if let Some(constraint) = param.constraint {
            error::evidence_constraint(name, &constraint.to_string());
        }
        let (first, shape) = (self.count, param.value.shape());
        self.count += param.value.len();
        match param.penalty.terms() {
            [] => (),
            [term] => {
                if let Some(relevance) = relevance(term) {
                    let count = relevance.count(shape);
                    let lambdas = relevance.of_groups(count);
                    for (group, lambda) in lambdas.into_iter().enumerate() {
                        let places = 0..param.value.len();
                        let places = places.filter(|place| relevance.group(shape, *place) == group);
                        let places = places.map(|place| first + place).collect();
                        let handle = Handle::Relevance(relevance.clone());
                        let name = relevance.name(name, group);
                        self.join(name, handle, Some([group, count]), places, lambda);
                    }
                } else if is_square(term) {
                    let strength = term.strength();
                    if strength.is_scheduled() {
                        error::evidence_schedule(name);
                    }
                    let places = (first..self.count).collect();
                    let handle = Handle::Strength(strength.clone());
                    self.join(name.to_owned(), handle, None, places, strength.at(0));
                } else {
                    error::no_gaussian(name, &term.to_string());
                }
            }
            _ => error::no_gaussian(name, &param.penalty.to_string()),
        }
    }

    #[track_caller]
    fn join(
        &mut self,
        name: String,
        handle: Handle,
        group: Option<[usize; 2]>,
        places: Vec<usize>,
        lambda: f64,
    ) {
        if let Some([_, count]) = group {
            let others = self.classes.iter().filter(|class| class.handle.is(&handle));
            for [_, other] in others.filter_map(|class| class.group) {
                if other != count {
                    error::other_groups(other, count);
                }
            }
        }
        let mut classes = self.classes.iter_mut();
        match classes.find(|class| class.handle.is(&handle) && class.group == group) {
            Some(class) => {
                class.name += &format!(", {name}");
                class.places.extend(places);
            }
            None => self.classes.push(Class {
                name,
                handle,
                group,
                places,
                lambda,
                is_chosen: false,
                is_pruned: false,
                is_unbounded: false,
            }),
        }
    }

    /// What is to be chosen, as it is.
    pub(super) fn strengths(&self) -> Vec<(Handle, Vec<f64>)> {
        let chosen = self.classes.iter().filter(|class| class.is_chosen);
        chosen
            .map(|class| (class.handle.clone(), class.handle.values()))
            .collect()
    }

    /// Every number's strength, 0 where there is none; `None` of those that are pruned.
    pub(super) fn lambdas(&self) -> Vec<Option<f64>> {
        let mut lambdas = vec![Some(0.0); self.count];
        for class in &self.classes {
            for &place in &class.places {
                lambdas[place] = (!class.is_pruned).then_some(class.lambda);
            }
        }
        lambdas
    }

    /// Writes the strengths to where penalties read them.
    pub(super) fn set(&self) {
        for class in &self.classes {
            match (&class.handle, class.group) {
                (Handle::Strength(strength), _) if class.is_chosen => strength.set(class.lambda),
                (Handle::Relevance(relevance), Some([group, count])) if class.is_chosen => {
                    let mut strengths = relevance.of_groups(count);
                    strengths[group] = class.lambda;
                    relevance.set(strengths);
                }
                _ => (),
            }
        }
    }

    /// Which numbers are not held at 0.
    pub(super) fn moves(&self) -> Vec<bool> {
        self.lambdas().iter().map(Option::is_some).collect()
    }

    /// Makes the weights of what is pruned 0.
    pub(super) fn prune<T: Element>(&self, model: &mut (impl Module<T> + ?Sized)) {
        let pruned = self.classes.iter().filter(|class| class.is_pruned);
        let mut pruned: Vec<_> = pruned
            .flat_map(|class| class.places.iter().copied())
            .collect();
        if pruned.is_empty() {
            return;
        }
        pruned.sort_unstable();
        let (mut first, mut seen) = (0, Vec::new());
        model.visit_mut(Name::root(), &mut |_, param| {
            if !param.is_trained() || seen.contains(&param.id()) {
                return;
            }
            seen.push(param.id());
            let after = first + param.value.len();
            for (place, w) in (first..after).zip(param.value.iter_mut()) {
                if pruned.binary_search(&place).is_ok() {
                    *w = T::zero();
                }
            }
            first = after;
        });
    }
}

fn relevance<T: Element>(term: &Term<T>) -> Option<&Relevance> {
    let form: &dyn Any = term.form();
    form.downcast_ref::<Groupwise>()
        .map(|groupwise| &groupwise.0)
}

/// Whether a term is `λ Σ w²`.
fn is_square<T: Element>(term: &Term<T>) -> bool {
    term.form().elastic_net(1.0) == Some([None, Some(1.0)])
}
