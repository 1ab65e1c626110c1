use tapegrad_autodiff::Element;

use crate::{Adam, Optimizer, Real, Rule, Schedule, error};

/// LAMB (You et al. 2020), [`Adam`] whose step is as long as the parameter it changes, but for the learning rate:
/// `d = m̂ / (√v̂ + ε) + k x` with the decoupled decay `k`, `x ← x − lr ‖x‖ / ‖d‖ · d`. The norms are those of the
/// whole parameter; where one of them is 0, their quotient is taken as 1.
///
/// | hyper-parameter | default | range |
/// |---|---|---|
/// | `β₁`, `β₂` | 0.9, 0.999 | `[0, 1)` |
/// | `ε` | 1e-6 | `[0, ∞)` |
///
/// As optax's; the `φ` of the paper is `φ(x) = x`. With [`Decay::decoupled`](crate::Decay::decoupled) the decay is
/// scaled with the rest, as in the paper. Biases are scaled, too; where that is not wanted, as with optax's mask, let
/// a [group](crate::ParamGroup) have a rate of its own.
///
/// A parameter moves by `lr ‖x‖` to the last, so the learning rate should fall.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lamb {
    adam: Adam,
}

impl Default for Lamb {
    fn default() -> Self {
        Self {
            adam: Adam::default().epsilon(1e-6),
        }
    }
}

impl Lamb {
    /// An optimizer with this rule and its defaults; it does not decay.
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
        let [beta1, beta2] = error::betas("Lamb", beta1, beta2);
        self.adam = self.adam.betas(beta1, beta2);
        self
    }

    /// What is added to the root, `ε`.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        let epsilon = error::at_least_zero("Lamb", "epsilon", epsilon);
        self.adam = self.adam.epsilon(epsilon);
        self
    }
}

impl Rule for Lamb {
    type Step = <Adam as Rule>::Step;

    fn slots(&self) -> usize {
        self.adam.slots()
    }

    fn slot_name(&self, slot: usize) -> &'static str {
        self.adam.slot_name(slot)
    }

    fn at(&self, step: i32) -> Self::Step {
        self.adam.at(step)
    }

    #[inline(always)]
    fn direction<R: Real>(&self, at: Self::Step, slots: &mut [R], x: R, g: R) -> R {
        self.adam.direction(at, slots, x, g)
    }

    #[inline(always)]
    fn reach<R: Real>(&self, at: Self::Step, slots: &[R], g: R, lr: R) -> R {
        self.adam.reach(at, slots, g, lr)
    }

    fn shrinks_at_most(&self) -> Option<f64> {
        self.adam.shrinks_at_most()
    }

    fn is_scaled_by_norm(&self) -> bool {
        true
    }

    fn with_momentum(self, momentum: f64) -> Option<Self> {
        let adam = self.adam.with_momentum(momentum)?;
        Some(Self { adam })
    }
}
