use tapegrad_autodiff::Element;

use crate::{Optimizer, Real, Rule, Schedule, error};

/// RAdam (Liu et al. 2020): Adam that waits until its mean square is worth dividing by.
///
/// `m ← β₁ m + (1 − β₁) g`, `v ← β₂ v + (1 − β₂) g²`, and at the `t`-th step of the parameter
///
/// - `x ← x − lr rₜ m̂ √(1 − β₂ᵗ) / (√v + ε)` if `ρₜ > 5`,
/// - `x ← x − lr m̂` if not,
///
/// with `m̂ = m / (1 − β₁ᵗ)`, `ρ = 2 / (1 − β₂) − 1`, `ρₜ = ρ − 2 t β₂ᵗ / (1 − β₂ᵗ)` and
/// `rₜ = √((ρₜ − 4) (ρₜ − 2) ρ / ((ρ − 4) (ρ − 2) ρₜ))`.
///
/// | hyper-parameter | default | range |
/// |---|---|---|
/// | `β₁`, `β₂` | 0.9, 0.999 | `[0, 1)` |
/// | `ε` | 1e-8 | `[0, ∞)` |
///
/// As PyTorch's; `decoupled_weight_decay` is [`Decay::decoupled`](crate::Decay::decoupled) here. The paper waits for
/// `ρₜ > 4` and has no `ε`. With the defaults the first five steps are those of momentum; with a `β₂` up to ⅔ all
/// are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RAdam {
    betas: [f64; 2],
    epsilon: f64,
}

impl Default for RAdam {
    fn default() -> Self {
        Self {
            betas: [0.9, 0.999],
            epsilon: 1e-8,
        }
    }
}

impl RAdam {
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
        self.betas = error::betas("RAdam", beta1, beta2);
        self
    }

    /// What is added to the root, `ε`.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        self.epsilon = error::at_least_zero("RAdam", "epsilon", epsilon);
        self
    }

    /// `ρ`: how many gradients a mean square that has settled is worth.
    fn most(&self) -> f64 {
        2.0 / (1.0 - self.betas[1]) - 1.0
    }
}

/// How many gradients a mean square must be worth.
const ENOUGH: f64 = 5.0;

/// What an `RAdam` knows of a step.
#[derive(Clone, Copy, Debug)]
pub struct RAdamStep {
    /// `1 / (1 − β₁ᵗ)`.
    unbias: f64,
    /// `rₜ √(1 − β₂ᵗ)`, once the mean square is worth it.
    adapted: Option<f64>,
}

impl Rule for RAdam {
    type Step = RAdamStep;

    fn slots(&self) -> usize {
        2
    }

    fn slot_name(&self, slot: usize) -> &'static str {
        ["mean", "square"][slot]
    }

    fn at(&self, step: i32) -> RAdamStep {
        // The first `worth` are small differences of large numbers: `powi` is not exact enough.
        let step = f64::from(step);
        let [left1, left2] = self.betas.map(|beta| beta.powf(step));
        let (most, rest) = (self.most(), 1.0 - left2);
        let worth = most - 2.0 * step * left2 / rest;
        let share = |worth: f64| (worth - 4.0) * (worth - 2.0) / worth;
        RAdamStep {
            unbias: 1.0 / (1.0 - left1),
            adapted: (worth > ENOUGH).then(|| (share(worth) / share(most) * rest).sqrt()),
        }
    }

    #[inline(always)]
    fn direction<R: Real>(&self, at: RAdamStep, slots: &mut [R], _x: R, g: R) -> R {
        let [beta1, beta2] = self.betas;
        slots[0] = slots[0].average(g, beta1);
        slots[1] = slots[1].average(g * g, beta2);
        let mean = slots[0] * R::number(at.unbias);
        match at.adapted {
            None => mean,
            Some(part) => mean * R::number(part) / (slots[1].root() + R::number(self.epsilon)),
        }
    }

    #[inline(always)]
    fn reach<R: Real>(&self, at: RAdamStep, slots: &[R], _g: R, lr: R) -> R {
        match at.adapted {
            None => lr,
            Some(part) => lr * R::number(part) / (slots[1].root() + R::number(self.epsilon)),
        }
    }

    fn shrinks_at_most(&self) -> Option<f64> {
        (self.most() > ENOUGH).then_some(2.0)
    }

    fn with_momentum(mut self, momentum: f64) -> Option<Self> {
        self.betas[0] = momentum;
        Some(self)
    }
}
