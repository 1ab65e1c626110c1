use tapegrad_autodiff::Element;

use crate::{Optimizer, Real, Rule, Schedule, error};

/// Adam (Kingma and Ba 2015): `m ← β₁ m + (1 − β₁) g`, `v ← β₂ v + (1 − β₂) g²`,
/// `x ← x − lr m̂ / (√v̂ + ε)` with `m̂ = m / (1 − β₁ᵗ)`, `v̂ = v / (1 − β₂ᵗ)` at the `t`-th step of the parameter.
///
/// AMSGrad (Reddi et al. 2018) takes the largest `v` so far in place of `v`.
///
/// | hyper-parameter | default | range |
/// |---|---|---|
/// | `β₁`, `β₂` | 0.9, 0.999 | `[0, 1)` |
/// | `ε` | 1e-8 (Keras: 1e-7) | `[0, ∞)` |
/// | AMSGrad | off | |
///
/// As PyTorch's. For decay see [`Decay`](crate::Decay), for decoupled decay by default
/// [`AdamW`](crate::AdamW).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adam {
    betas: [f64; 2],
    epsilon: f64,
    amsgrad: bool,
}

impl Default for Adam {
    fn default() -> Self {
        Self {
            betas: [0.9, 0.999],
            epsilon: 1e-8,
            amsgrad: false,
        }
    }
}

impl Adam {
    /// An optimizer with this rule and its defaults.
    ///
    /// # Panics
    /// As [`Sgd::new`](crate::Sgd::new).
    #[track_caller]
    pub fn new<T: Element>(lr: impl Schedule + 'static) -> Optimizer<Self, T> {
        Optimizer::new(Self::default(), lr)
    }

    /// How much of the mean gradient and of the mean square stays, `β₁` and `β₂`.
    ///
    /// # Panics
    /// If one is not in `[0, 1)`.
    #[track_caller]
    pub fn betas(mut self, beta1: f64, beta2: f64) -> Self {
        self.betas = error::betas("Adam", beta1, beta2);
        self
    }

    /// What is added to the root, `ε`.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        self.epsilon = error::at_least_zero("Adam", "epsilon", epsilon);
        self
    }

    /// Divides by the root of the largest mean square so far.
    pub fn amsgrad(mut self) -> Self {
        self.amsgrad = true;
        self
    }
}

impl Rule for Adam {
    /// `1 / (1 − βᵗ)` for each β.
    type Step = [f64; 2];

    fn slots(&self) -> usize {
        2 + usize::from(self.amsgrad)
    }

    fn slot_name(&self, slot: usize) -> &'static str {
        ["mean", "square", "largest"][slot]
    }

    fn at(&self, step: i32) -> [f64; 2] {
        self.betas.map(|beta| 1.0 / (1.0 - beta.powi(step)))
    }

    #[inline(always)]
    fn direction<R: Real>(&self, unbias: [f64; 2], slots: &mut [R], _x: R, g: R) -> R {
        let ([beta1, beta2], unbias) = (self.betas, unbias.map(R::number));
        slots[0] = slots[0].average(g, beta1);
        slots[1] = slots[1].average(g * g, beta2);
        let mut square = slots[1];
        if let Some(largest) = slots.get_mut(2) {
            *largest = largest.maximum(square);
            square = *largest;
        }
        slots[0] * unbias[0] / ((square * unbias[1]).root() + R::number(self.epsilon))
    }

    #[inline(always)]
    fn reach<R: Real>(&self, unbias: [f64; 2], slots: &[R], _g: R, lr: R) -> R {
        let square = *slots.get(2).unwrap_or(&slots[1]) * R::number(unbias[1]);
        lr / (square.root() + R::number(self.epsilon))
    }

    fn shrinks_at_most(&self) -> Option<f64> {
        Some(2.0)
    }

    fn with_momentum(mut self, momentum: f64) -> Option<Self> {
        self.betas[0] = momentum;
        Some(self)
    }
}
