use tapegrad_autodiff::Element;

use crate::{Optimizer, Real, Rule, Schedule, error};

/// Lion (Chen et al. 2023): `x ← x − lr sign(β₁ m + (1 − β₁) g)`, then `m ← β₂ m + (1 − β₂) g`.
///
/// | hyper-parameter | default | range |
/// |---|---|---|
/// | `β₁`, `β₂` | 0.9, 0.99 | `[0, 1)` |
///
/// As optax's. Each weight moves by the whole learning rate in each step, so it should be 3 to 10 times smaller
/// than that of [`AdamW`](crate::AdamW), and fall in the end; decay, which is decoupled in the paper, as many times
/// stronger, that their product stays:
///
/// ```
/// use tapegrad_optim::{AdamW, Decay, Lion, Optimizer, schedule::Cosine};
///
/// let adamw: Optimizer<_> = AdamW::new(Cosine::new(1e-3, 0.0, 500)).decay(Decay::decoupled(0.01));
/// let lion: Optimizer<_> = Lion::new(Cosine::new(1e-4, 0.0, 500)).decay(Decay::decoupled(0.1));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lion {
    betas: [f64; 2],
}

impl Default for Lion {
    fn default() -> Self {
        Self { betas: [0.9, 0.99] }
    }
}

impl Lion {
    /// An optimizer with this rule and its defaults; it does not decay.
    ///
    /// # Panics
    /// As [`Sgd::new`](crate::Sgd::new).
    #[track_caller]
    pub fn new<T: Element>(lr: impl Schedule + 'static) -> Optimizer<Self, T> {
        Optimizer::new(Self::default(), lr)
    }

    /// How much of the mean gradient is in what the sign is taken of, and how much of it stays, `β₁` and `β₂`.
    ///
    /// # Panics
    /// If one is not in `[0, 1)`.
    #[track_caller]
    pub fn betas(mut self, beta1: f64, beta2: f64) -> Self {
        self.betas = error::betas("Lion", beta1, beta2);
        self
    }
}

/// A gradient that counts as none where something is divided by it.
const LEAST: f64 = 1e-12;

impl Rule for Lion {
    /// `1 / (1 − β₂ᵗ)`.
    type Step = f64;

    fn slots(&self) -> usize {
        1
    }

    fn slot_name(&self, _slot: usize) -> &'static str {
        "mean"
    }

    fn at(&self, step: i32) -> f64 {
        1.0 / (1.0 - self.betas[1].powi(step))
    }

    #[inline(always)]
    fn direction<R: Real>(&self, _unbias: f64, slots: &mut [R], _x: R, g: R) -> R {
        let [beta1, beta2] = self.betas;
        let direction = slots[0].average(g, beta1).sign();
        slots[0] = slots[0].average(g, beta2);
        direction
    }

    /// `lr / |g|` of a gradient that stays; it is the unbiased mean, which is steadier than the last one.
    #[inline(always)]
    fn reach<R: Real>(&self, unbias: f64, slots: &[R], _g: R, lr: R) -> R {
        let mean = slots[0] * R::number(unbias);
        lr / mean.magnitude().within(LEAST, f64::INFINITY)
    }

    fn shrinks_at_most(&self) -> Option<f64> {
        Some(2.0)
    }

    fn with_momentum(mut self, momentum: f64) -> Option<Self> {
        self.betas[0] = momentum;
        Some(self)
    }
}
