use tapegrad_autodiff::Element;

use crate::{Optimizer, Real, Rule, Schedule, error};

/// Gradient descent with momentum, the heavy ball (Polyak 1964): `v ← μ v + (1 − τ) g`, `x ← x − lr v`;
/// Nesterov's form steps along `g + μ v`. In the first step `v` is `g`.
///
/// | hyper-parameter | default | range |
/// |---|---|---|
/// | momentum `μ` | 0.9 | `[0, 1)` |
/// | dampening `τ` | 0 | `[0, 1)` |
/// | Nesterov | off | |
///
/// As PyTorch's `SGD(momentum=…)`: the learning rate multiplies `v`, and not `g` as in Sutskever et al. 2013.
/// PyTorch refuses dampening beside Nesterov's form; here it is what the formula says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Momentum {
    momentum: f64,
    dampening: f64,
    nesterov: bool,
}

impl Default for Momentum {
    fn default() -> Self {
        Self {
            momentum: 0.9,
            dampening: 0.0,
            nesterov: false,
        }
    }
}

impl Momentum {
    /// An optimizer with this rule and its defaults.
    ///
    /// # Panics
    /// As [`Sgd::new`](crate::Sgd::new).
    #[track_caller]
    pub fn new<T: Element>(lr: impl Schedule + 'static) -> Optimizer<Self, T> {
        Optimizer::new(Self::default(), lr)
    }

    /// How much of the velocity stays, `μ`.
    ///
    /// # Panics
    /// If it is not in `[0, 1)`.
    #[track_caller]
    pub fn momentum(mut self, momentum: f64) -> Self {
        self.momentum = error::fraction("Momentum", "momentum", momentum);
        self
    }

    /// How much of the gradient is left out, `τ`.
    ///
    /// # Panics
    /// If it is not in `[0, 1)`.
    #[track_caller]
    pub fn dampening(mut self, dampening: f64) -> Self {
        self.dampening = error::fraction("Momentum", "dampening", dampening);
        self
    }

    /// Steps along `g + μ v`, where the velocity leads.
    pub fn nesterov(mut self) -> Self {
        self.nesterov = true;
        self
    }
}

impl Rule for Momentum {
    /// What multiplies the gradient.
    type Step = f64;

    fn slots(&self) -> usize {
        1
    }

    fn slot_name(&self, _slot: usize) -> &'static str {
        "velocity"
    }

    fn at(&self, step: i32) -> f64 {
        if step == 1 { 1.0 } else { 1.0 - self.dampening }
    }

    #[inline(always)]
    fn direction<R: Real>(&self, part: f64, slots: &mut [R], _x: R, g: R) -> R {
        let momentum = R::number(self.momentum);
        let velocity = slots[0] * momentum + g * R::number(part);
        slots[0] = velocity;
        if self.nesterov {
            g + velocity * momentum
        } else {
            velocity
        }
    }

    /// The velocity settles at `(1 − τ) g / (1 − μ)`.
    #[inline(always)]
    fn reach<R: Real>(&self, _at: f64, _slots: &[R], _g: R, lr: R) -> R {
        let settled = (1.0 - self.dampening) / (1.0 - self.momentum);
        let along = if self.nesterov {
            1.0 + self.momentum * settled
        } else {
            settled
        };
        lr * R::number(along)
    }

    fn with_momentum(mut self, momentum: f64) -> Option<Self> {
        self.momentum = momentum;
        Some(self)
    }
}
