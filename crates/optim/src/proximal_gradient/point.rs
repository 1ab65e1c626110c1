//! A model at the points that are tried.

use tapegrad_autodiff::{Element, Tape};
use tapegrad_nn::{GradientMap, Module, Name, kkt};

use crate::error;
use crate::flat::{self, flatten};
use crate::parameters::{self, check_gradients};

/// A model that is moved from point to point. Dropped, also by a panic, it is where it stays.
pub(super) struct Moved<'a, M: Module<T> + ?Sized, F, T: Element> {
    who: &'a str,
    model: &'a mut M,
    evaluate: F,
    /// Where it stays.
    pub(super) x: Vec<T>,
    pub(super) evaluations: usize,
    tape: Tape<T>,
    reach: Vec<T>,
}

/// A point, and what is known there.
pub(super) struct Tried<T> {
    pub(super) x: Vec<T>,
    /// With all penalties.
    pub(super) loss: f64,
    /// Of what is smooth.
    pub(super) smooth: f64,
    /// Of what is smooth.
    pub(super) g: Vec<T>,
}

impl<T: Element> Tried<T> {
    pub(super) fn is_finite(&self) -> bool {
        self.loss.is_finite() && flat::largest(&self.g).is_finite()
    }
}

impl<'a, M, F, T> Moved<'a, M, F, T>
where
    M: Module<T> + ?Sized,
    F: FnMut(&M) -> (T, GradientMap<T>),
    T: Element,
{
    /// Where it is.
    #[track_caller]
    pub(super) fn new(who: &'a str, model: &'a mut M, evaluate: F) -> Self {
        let (mut x, mut seen) = (Vec::new(), Vec::new());
        let mut constrained = None;
        model.visit(Name::root(), &mut |name, param| {
            if !param.is_trained() {
                return;
            }
            if let Some(set) = param.constraint {
                constrained.get_or_insert_with(|| (name.to_string(), set.to_string()));
            }
            x.extend(param.value.iter());
            seen.push(param.id());
        });
        if let Some((name, set)) = constrained {
            error::constrained(who, &name, &set);
        }
        parameters::check_distinct(who, model, &mut seen);
        Self {
            who,
            model,
            evaluate,
            x,
            evaluations: 0,
            tape: Tape::new(),
            reach: Vec::new(),
        }
    }

    /// The loss at a point, where the model then is, and its gradients.
    #[track_caller]
    pub(super) fn at(&mut self, x: Vec<T>) -> (Tried<T>, GradientMap<T>) {
        flat::write(self.model, |part, numbers| {
            numbers.copy_from_slice(&x[part])
        });
        self.evaluations += 1;
        let (loss, gradients) = (self.evaluate)(self.model);
        check_gradients(self.who, self.model, &gradients);
        let mut g = Vec::with_capacity(x.len());
        flatten(self.model, &gradients, &mut g);
        let loss = loss.wide();
        let smooth = loss - self.proximal_cost();
        let tried = Tried { x, loss, smooth, g };
        (tried, gradients)
    }

    /// The largest residual at the point of these gradients, where the model is.
    #[track_caller]
    pub(super) fn residual(&self, gradients: &GradientMap<T>) -> f64 {
        kkt(self.model, gradients).worst()
    }

    /// Stays at the point of these gradients.
    #[track_caller]
    pub(super) fn stays(&mut self, x: &[T], gradients: &GradientMap<T>) {
        gradients.update_statistics(self.model);
        self.x.clear();
        self.x.extend_from_slice(x);
    }

    /// What the proximal penalties cost, where the model is.
    fn proximal_cost(&mut self) -> f64 {
        let (mut sum, tape) = (0.0, &self.tape);
        self.model.visit(Name::root(), &mut |_, param| {
            if !(param.is_trained() && param.penalty.is_proximal()) {
                return;
            }
            let terms = param.penalty.terms().iter();
            for term in terms.filter(|term| term.proximal().is_some()) {
                let cost = term.form().cost(tape.constant(&param.value)).item();
                sum += term.strength().at(0) * cost.wide();
            }
        });
        self.tape.clear();
        sum
    }

    /// The proximal step after a plain one of the length `t`.
    pub(super) fn prox(&mut self, x: &mut [T], t: f64) {
        let (mut rest, reach) = (x, &mut self.reach);
        self.model.visit(Name::root(), &mut |_, param| {
            if !param.is_trained() {
                return;
            }
            let (numbers, after) = std::mem::take(&mut rest).split_at_mut(param.value.len());
            rest = after;
            if param.penalty.is_proximal() {
                reach.clear();
                reach.resize(numbers.len(), T::of(t));
                param.penalty.step(0, numbers, reach, param.value.shape());
            }
        });
    }
}

impl<M: Module<T> + ?Sized, F, T: Element> Drop for Moved<'_, M, F, T> {
    fn drop(&mut self) {
        let x = &self.x;
        flat::write(self.model, |part, numbers| {
            numbers.copy_from_slice(&x[part])
        });
    }
}
