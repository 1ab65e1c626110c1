use tapegrad_autodiff::Element;

use crate::{Optimizer, Real, Rule, Schedule, error};

/// Adamax (Kingma and Ba 2015, section 7.1), Adam with the largest gradient in place of the mean square:
/// `m ← β₁ m + (1 − β₁) g`, `u ← max(β₂ u, |g| + ε)`, `x ← x − lr m̂ / u` with `m̂ = m / (1 − β₁ᵗ)` at the `t`-th
/// step of the parameter.
///
/// | hyper-parameter | default | range |
/// |---|---|---|
/// | `β₁`, `β₂` | 0.9, 0.999 | `[0, 1)` |
/// | `ε` | 1e-8 (Keras: 1e-7) | `[0, ∞)` |
///
/// As PyTorch's, with its usual rate of 0.002. The paper has no `ε`; Keras adds it to `u` where `u` divides.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adamax {
    betas: [f64; 2],
    epsilon: f64,
}

impl Default for Adamax {
    fn default() -> Self {
        Self {
            betas: [0.9, 0.999],
            epsilon: 1e-8,
        }
    }
}

impl Adamax {
    /// An optimizer with this rule and its defaults.
    ///
    /// # Panics
    /// As [`Sgd::new`](crate::Sgd::new).
    #[track_caller]
    pub fn new<T: Element>(lr: impl Schedule + 'static) -> Optimizer<Self, T> {
        Optimizer::new(Self::default(), lr)
    }

    /// How much of the mean gradient and of the largest gradient stays, `β₁` and `β₂`.
    ///
    /// # Panics
    /// If one is not in `[0, 1)`.
    #[track_caller]
    pub fn betas(mut self, beta1: f64, beta2: f64) -> Self {
        self.betas = error::betas("Adamax", beta1, beta2);
        self
    }

    /// What is added to each gradient's size, `ε`.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        self.epsilon = error::at_least_zero("Adamax", "epsilon", epsilon);
        self
    }
}

impl Rule for Adamax {
    /// `1 / (1 − β₁ᵗ)`.
    type Step = f64;

    fn slots(&self) -> usize {
        2
    }

    fn slot_name(&self, slot: usize) -> &'static str {
        ["mean", "largest"][slot]
    }

    fn at(&self, step: i32) -> f64 {
        1.0 / (1.0 - self.betas[0].powi(step))
    }

    #[inline(always)]
    fn direction<R: Real>(&self, unbias: f64, slots: &mut [R], _x: R, g: R) -> R {
        let [beta1, beta2] = self.betas;
        slots[0] = slots[0].average(g, beta1);
        let size = g.magnitude() + R::number(self.epsilon);
        slots[1] = (slots[1] * R::number(beta2)).maximum(size);
        slots[0] * R::number(unbias) / slots[1]
    }

    #[inline(always)]
    fn reach<R: Real>(&self, _unbias: f64, slots: &[R], _g: R, lr: R) -> R {
        lr / slots[1]
    }

    fn shrinks_at_most(&self) -> Option<f64> {
        Some(2.0)
    }

    fn with_momentum(mut self, momentum: f64) -> Option<Self> {
        self.betas[0] = momentum;
        Some(self)
    }
}
