use tapegrad_autodiff::Element;

use crate::{Optimizer, Real, Rule, Schedule, error};

/// AdaGrad (Duchi, Hazan and Singer 2011): `s ← s + g²`, `x ← x − lr / (1 + (t − 1) η) · g / (√s + ε)` at the
/// `t`-th step of the parameter.
///
/// | hyper-parameter | default | range |
/// |---|---|---|
/// | decay of the learning rate `η` | 0 | `[0, ∞)` |
/// | initial sum `s` | 0 (Keras, optax: 0.1) | `[0, ∞)` |
/// | `ε` | 1e-10 (Keras, optax: 1e-7) | `[0, ∞)` |
///
/// As PyTorch's, with its usual rate of 0.01. Each step is at most `lr` long, and the steps only get shorter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdaGrad {
    lr_decay: f64,
    initial_sum: f64,
    epsilon: f64,
}

impl Default for AdaGrad {
    fn default() -> Self {
        Self {
            lr_decay: 0.0,
            initial_sum: 0.0,
            epsilon: 1e-10,
        }
    }
}

impl AdaGrad {
    /// An optimizer with this rule and its defaults.
    ///
    /// # Panics
    /// As [`Sgd::new`](crate::Sgd::new).
    #[track_caller]
    pub fn new<T: Element>(lr: impl Schedule + 'static) -> Optimizer<Self, T> {
        Optimizer::new(Self::default(), lr)
    }

    /// How fast the learning rate falls with the steps, `η`.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    pub fn lr_decay(mut self, lr_decay: f64) -> Self {
        self.lr_decay = error::at_least_zero("AdaGrad", "lr decay", lr_decay);
        self
    }

    /// The sum of squares before the first step; PyTorch's `initial_accumulator_value`.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    pub fn initial_sum(mut self, initial_sum: f64) -> Self {
        self.initial_sum = error::at_least_zero("AdaGrad", "initial sum", initial_sum);
        self
    }

    /// What is added to the root, `ε`.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        self.epsilon = error::at_least_zero("AdaGrad", "epsilon", epsilon);
        self
    }
}

impl Rule for AdaGrad {
    /// What is left of the learning rate.
    type Step = f64;

    fn slots(&self) -> usize {
        1
    }

    fn slot_name(&self, _slot: usize) -> &'static str {
        "sum"
    }

    fn starts_at(&self, _slot: usize) -> f64 {
        self.initial_sum
    }

    fn at(&self, step: i32) -> f64 {
        1.0 / (1.0 + f64::from(step - 1) * self.lr_decay)
    }

    #[inline(always)]
    fn direction<R: Real>(&self, left: f64, slots: &mut [R], _x: R, g: R) -> R {
        slots[0] = slots[0] + g * g;
        g * R::number(left) / (slots[0].root() + R::number(self.epsilon))
    }

    #[inline(always)]
    fn reach<R: Real>(&self, left: f64, slots: &[R], _g: R, lr: R) -> R {
        lr * R::number(left) / (slots[0].root() + R::number(self.epsilon))
    }

    fn shrinks_at_most(&self) -> Option<f64> {
        Some(2.0)
    }
}
