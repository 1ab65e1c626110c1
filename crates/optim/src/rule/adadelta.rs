use tapegrad_autodiff::Element;

use crate::{Optimizer, Real, Rule, Schedule, error};

/// Adadelta (Zeiler 2012): `v ← ρ v + (1 − ρ) g²`, `d = √(u + ε) / √(v + ε) · g`, `u ← ρ u + (1 − ρ) d²`,
/// `x ← x − lr d`.
///
/// | hyper-parameter | default | range |
/// |---|---|---|
/// | `ρ` | 0.9 (Keras: 0.95) | `(0, 1)` |
/// | `ε` | 1e-6 (Keras: 1e-7) | `(0, ∞)` |
///
/// As PyTorch's, where the learning rate is 1 unless told otherwise; the paper has none. PyTorch takes a `ρ` of 0
/// or 1 and an `ε` of 0 too, of which the last would never move a weight.
///
/// The steps start at about `√ε` and grow to what the gradients allow, for which they need some thousand steps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adadelta {
    rho: f64,
    epsilon: f64,
}

impl Default for Adadelta {
    fn default() -> Self {
        Self {
            rho: 0.9,
            epsilon: 1e-6,
        }
    }
}

impl Adadelta {
    /// An optimizer with this rule and its defaults. The paper's learning rate is 1.
    ///
    /// # Panics
    /// As [`Sgd::new`](crate::Sgd::new).
    #[track_caller]
    pub fn new<T: Element>(lr: impl Schedule + 'static) -> Optimizer<Self, T> {
        Optimizer::new(Self::default(), lr)
    }

    /// How much of both mean squares stays, `ρ`.
    ///
    /// # Panics
    /// If it is not in `(0, 1)`.
    #[track_caller]
    pub fn rho(mut self, rho: f64) -> Self {
        self.rho = error::proper_fraction("Adadelta", "rho", rho);
        self
    }

    /// What is added under both roots, `ε`.
    ///
    /// # Panics
    /// If it is not positive or not finite.
    #[track_caller]
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        self.epsilon = error::above_zero("Adadelta", "epsilon", epsilon);
        self
    }
}

impl Rule for Adadelta {
    type Step = ();

    fn slots(&self) -> usize {
        2
    }

    fn slot_name(&self, slot: usize) -> &'static str {
        ["square", "step"][slot]
    }

    fn at(&self, _step: i32) {}

    #[inline(always)]
    fn direction<R: Real>(&self, _at: (), slots: &mut [R], _x: R, g: R) -> R {
        let epsilon = R::number(self.epsilon);
        slots[0] = slots[0].average(g * g, self.rho);
        let direction = (slots[1] + epsilon).root() / (slots[0] + epsilon).root() * g;
        slots[1] = slots[1].average(direction * direction, self.rho);
        direction
    }

    /// The steps keep growing long after `v` has settled at `g²`, so this is what the step was made with, and not
    /// what is remembered since: with `q = v / (v + ε)`, `u` has become `ρ u + (1 − ρ) (u + ε) q`. Where nothing
    /// was seen it is `lr`, so that a penalty needs no bound.
    #[inline(always)]
    fn reach<R: Real>(&self, _at: (), slots: &[R], _g: R, lr: R) -> R {
        let (rho, epsilon) = (self.rho, R::number(self.epsilon));
        let square = slots[0] + epsilon;
        let grown = slots[0] / square * R::number(1.0 - rho) + R::number(rho);
        let before = (slots[1] + R::number(rho * self.epsilon)) / grown;
        lr * (before / square).root()
    }
}
