//! A model on the line `x + t d`.

use tapegrad_autodiff::Element;
use tapegrad_nn::{GradientMap, Module, Name};

use crate::flat::{self, product};
use crate::parameters::check_gradients;

/// A model that is moved along a line. Dropped, also by a panic, it is where it stays: at the best point that was
/// tried, or at the one that was chosen.
pub(super) struct Line<'a, M: Module<T> + ?Sized, F, T: Element> {
    who: &'a str,
    model: &'a mut M,
    evaluate: &'a mut F,
    x: &'a [T],
    d: &'a [T],
    /// Where the loss was lowest, and it.
    best: (f64, f64),
    pub(super) evaluations: usize,
}

/// The loss at a point of the line; infinite if it or the slope is not finite.
pub(super) struct Trial<T: Element> {
    pub(super) t: f64,
    pub(super) loss: f64,
    /// `gᵀd`.
    pub(super) slope: f64,
    /// But at the start.
    pub(super) gradients: Option<GradientMap<T>>,
}

impl<'a, M, F, T> Line<'a, M, F, T>
where
    M: Module<T> + ?Sized,
    F: FnMut(&M) -> (T, GradientMap<T>),
    T: Element,
{
    /// From `x`, where the loss is known, along `d`.
    pub(super) fn new(
        who: &'a str,
        model: &'a mut M,
        evaluate: &'a mut F,
        (x, d): (&'a [T], &'a [T]),
        loss: f64,
    ) -> Self {
        Self {
            who,
            model,
            evaluate,
            x,
            d,
            best: (0.0, loss),
            evaluations: 0,
        }
    }

    /// The loss at `t`.
    #[track_caller]
    pub(super) fn at(&mut self, t: f64) -> Trial<T> {
        place(self.model, self.x, self.d, t);
        self.evaluations += 1;
        let (loss, gradients) = (self.evaluate)(self.model);
        check_gradients(self.who, self.model, &gradients);
        let (mut slope, mut rest) = (0.0, self.d);
        self.model.visit(Name::root(), &mut |_, param| {
            if let Some((_, g)) = gradients.numbers(param).filter(|_| param.is_trained()) {
                let (d, after) = rest.split_at(g.len());
                slope += product(g, d);
                rest = after;
            }
        });
        let mut loss = loss.wide();
        if !(loss.is_finite() && slope.is_finite()) {
            loss = f64::INFINITY;
        } else if loss < self.best.1 {
            self.best = (t, loss);
        }
        Trial {
            t,
            loss,
            slope,
            gradients: Some(gradients),
        }
    }

    /// `max |d|`.
    pub(super) fn longest(&self) -> f64 {
        flat::largest(self.d)
    }

    /// Chooses a point.
    pub(super) fn stays(&mut self, t: f64) {
        self.best.0 = t;
    }
}

impl<M: Module<T> + ?Sized, F, T: Element> Drop for Line<'_, M, F, T> {
    fn drop(&mut self) {
        place(self.model, self.x, self.d, self.best.0);
    }
}

/// Moves the trained parameters to `x + t d`.
fn place<T: Element>(model: &mut (impl Module<T> + ?Sized), x: &[T], d: &[T], t: f64) {
    let t = T::of(t);
    flat::write(model, |part, numbers| {
        if t == T::zero() {
            numbers.copy_from_slice(&x[part]);
        } else {
            for ((number, &x), &d) in numbers.iter_mut().zip(&x[part.clone()]).zip(&d[part]) {
                *number = x + t * d;
            }
        }
    });
}
