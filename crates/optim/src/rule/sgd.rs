use tapegrad_autodiff::Element;

use crate::{Optimizer, Real, Rule, Schedule};

/// Stochastic gradient descent: `x ← x − lr g`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sgd;

impl Sgd {
    /// An optimizer with this rule.
    ///
    /// # Panics
    /// If the learning rate at step 0 is negative or not finite; each of the others is checked when its step
    /// comes.
    #[track_caller]
    pub fn new<T: Element>(lr: impl Schedule + 'static) -> Optimizer<Self, T> {
        Optimizer::new(Self, lr)
    }
}

impl Rule for Sgd {
    type Step = ();

    fn slots(&self) -> usize {
        0
    }

    fn at(&self, _step: i32) {}

    #[inline(always)]
    fn direction<R: Real>(&self, _at: (), _slots: &mut [R], _x: R, g: R) -> R {
        g
    }

    #[inline(always)]
    fn reach<R: Real>(&self, _at: (), _slots: &[R], _g: R, lr: R) -> R {
        lr
    }
}
