use tapegrad_autodiff::Element;

use crate::{Optimizer, Real, Rule, Schedule, error};

/// Gradient descent with momentum, the heavy ball (Polyak 1964): `v ← μ v + g`, `x ← x − lr v`;
/// Nesterov's form steps along `g + μ v`.
///
/// | hyper-parameter | default | range |
/// |---|---|---|
/// | momentum `μ` | 0.9 | `[0, 1)` |
/// | Nesterov | off | |
///
/// As PyTorch's `SGD(momentum=…)` without dampening: the learning rate multiplies `v`, and not `g`
/// as in Sutskever et al. 2013.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Momentum {
    momentum: f64,
    nesterov: bool,
}

impl Default for Momentum {
    fn default() -> Self {
        Self {
            momentum: 0.9,
            nesterov: false,
        }
    }
}

impl Momentum {
    /// An optimizer with this rule.
    ///
    /// # Panics
    /// As [`Sgd::new`](crate::Sgd::new).
    #[track_caller]
    pub fn new<T: Element>(lr: impl Schedule + 'static) -> Optimizer<Self, T> {
        Optimizer::new(Self::default(), lr)
    }
}

impl<T: Element> Optimizer<Momentum, T> {
    /// How much of the velocity stays, `μ`.
    ///
    /// # Panics
    /// If it is not in `[0, 1)`.
    #[track_caller]
    pub fn momentum(mut self, momentum: f64) -> Self {
        self.rule.momentum = error::fraction("Momentum", "momentum", momentum);
        self
    }

    /// Steps along `g + μ v`, where the velocity leads.
    pub fn nesterov(mut self) -> Self {
        self.rule.nesterov = true;
        self
    }
}

impl Rule for Momentum {
    type Step = ();

    fn slots(&self) -> usize {
        1
    }

    fn at(&self, _step: i32) {}

    #[inline(always)]
    fn direction<R: Real>(&self, _at: (), slots: &mut [R], _x: R, g: R) -> R {
        let momentum = R::number(self.momentum);
        let velocity = slots[0] * momentum + g;
        slots[0] = velocity;
        if self.nesterov {
            g + velocity * momentum
        } else {
            velocity
        }
    }

    /// The velocity settles at `g / (1 − μ)`.
    #[inline(always)]
    fn reach<R: Real>(&self, _at: (), _slots: &[R], _g: R, lr: R) -> R {
        lr / R::number(1.0 - self.momentum)
    }
}
