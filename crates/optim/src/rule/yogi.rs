use tapegrad_autodiff::Element;

use crate::{Optimizer, Real, Rule, Schedule, error};

/// Yogi (Zaheer et al. 2018), Adam whose mean square goes up and down at the same pace:
/// `m ← β₁ m + (1 − β₁) g`, `v ← v − (1 − β₂) sign(v − g²) g²`, `x ← x − lr m̂ / (√v̂ + ε)` with
/// `m̂ = m / (1 − β₁ᵗ)`, `v̂ = v / (1 − β₂ᵗ)` at the `t`-th step of the parameter.
///
/// | hyper-parameter | default | range |
/// |---|---|---|
/// | `β₁`, `β₂` | 0.9, 0.999 | `[0, 1)` |
/// | `ε` | 1e-3 | `[0, ∞)` |
/// | initial `m` and `v` | 1e-6 | `[0, ∞)` |
///
/// As optax's, with its usual rate of 0.01 of the paper. In the paper `m` starts at 0 and nothing is corrected for the
/// steps so far. With a mean that starts above 0, a weight without any gradient moves a little: see
/// [`initial`](Yogi::initial) where exact zeros are to stay.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Yogi {
    betas: [f64; 2],
    epsilon: f64,
    initial: f64,
}

impl Default for Yogi {
    fn default() -> Self {
        Self {
            betas: [0.9, 0.999],
            epsilon: 1e-3,
            initial: 1e-6,
        }
    }
}

impl Yogi {
    /// An optimizer with this rule and its defaults.
    ///
    /// # Panics
    /// As [`Sgd::new`](crate::Sgd::new).
    #[track_caller]
    pub fn new<T: Element>(lr: impl Schedule + 'static) -> Optimizer<Self, T> {
        Optimizer::new(Self::default(), lr)
    }

    /// How much of the mean gradient stays, and how slowly the mean square follows, `β₁` and `β₂`.
    ///
    /// # Panics
    /// If one is not in `[0, 1)`.
    #[track_caller]
    pub fn betas(mut self, beta1: f64, beta2: f64) -> Self {
        self.betas = error::betas("Yogi", beta1, beta2);
        self
    }

    /// What is added to the root, `ε`.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        self.epsilon = error::at_least_zero("Yogi", "epsilon", epsilon);
        self
    }

    /// The mean gradient and the mean square before the first step; optax's `initial_accumulator_value`.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    pub fn initial(mut self, initial: f64) -> Self {
        self.initial = error::at_least_zero("Yogi", "initial value", initial);
        self
    }
}

impl Rule for Yogi {
    /// `1 / (1 − βᵗ)` for each β.
    type Step = [f64; 2];

    fn slots(&self) -> usize {
        2
    }

    fn slot_name(&self, slot: usize) -> &'static str {
        ["mean", "square"][slot]
    }

    fn starts_at(&self, _slot: usize) -> f64 {
        self.initial
    }

    fn at(&self, step: i32) -> [f64; 2] {
        self.betas.map(|beta| 1.0 / (1.0 - beta.powi(step)))
    }

    #[inline(always)]
    fn direction<R: Real>(&self, unbias: [f64; 2], slots: &mut [R], _x: R, g: R) -> R {
        let ([beta1, beta2], unbias) = (self.betas, unbias.map(R::number));
        slots[0] = slots[0].average(g, beta1);
        let square = g * g;
        slots[1] = slots[1] - (slots[1] - square).sign() * square * R::number(1.0 - beta2);
        slots[0] * unbias[0] / ((slots[1] * unbias[1]).root() + R::number(self.epsilon))
    }

    #[inline(always)]
    fn reach<R: Real>(&self, unbias: [f64; 2], slots: &[R], _g: R, lr: R) -> R {
        let square = slots[1] * R::number(unbias[1]);
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
