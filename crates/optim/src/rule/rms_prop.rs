use tapegrad_autodiff::Element;

use crate::{Optimizer, Real, Rule, Schedule, error};

/// RMSProp (Tieleman and Hinton 2012): `v ← α v + (1 − α) g²`, `x ← x − lr g / (√v + ε)`.
///
/// Centred (Graves 2013), it divides by `√(v − m²) + ε` with `m ← α m + (1 − α) g`.
/// With momentum, the quotient `d` goes into a velocity: `b ← μ b + d`, `x ← x − lr b`.
///
/// | hyper-parameter | default | range |
/// |---|---|---|
/// | `α` | 0.99 | `[0, 1)` |
/// | `ε` | 1e-8 | `[0, ∞)` |
/// | centred | off | |
/// | momentum `μ` | 0: none | `[0, 1)` |
///
/// As PyTorch's: `ε` is added to the root, and not under it as in Keras and TensorFlow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RmsProp {
    alpha: f64,
    epsilon: f64,
    centred: bool,
    momentum: Option<f64>,
}

impl Default for RmsProp {
    fn default() -> Self {
        Self {
            alpha: 0.99,
            epsilon: 1e-8,
            centred: false,
            momentum: None,
        }
    }
}

impl RmsProp {
    /// An optimizer with this rule and its defaults.
    ///
    /// # Panics
    /// As [`Sgd::new`](crate::Sgd::new).
    #[track_caller]
    pub fn new<T: Element>(lr: impl Schedule + 'static) -> Optimizer<Self, T> {
        Optimizer::new(Self::default(), lr)
    }

    /// How much of the mean square stays, `α`.
    ///
    /// # Panics
    /// If it is not in `[0, 1)`.
    #[track_caller]
    pub fn alpha(mut self, alpha: f64) -> Self {
        self.alpha = error::fraction("RmsProp", "alpha", alpha);
        self
    }

    /// What is added to the root, `ε`.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        self.epsilon = error::at_least_zero("RmsProp", "epsilon", epsilon);
        self
    }

    /// Divides by the deviation from the mean gradient.
    pub fn centred(mut self) -> Self {
        self.centred = true;
        self
    }

    /// How much of the velocity stays, `μ`; 0 is no velocity.
    ///
    /// # Panics
    /// If it is not in `[0, 1)`.
    #[track_caller]
    pub fn momentum(mut self, momentum: f64) -> Self {
        let momentum = error::fraction("RmsProp", "momentum", momentum);
        self.momentum = Some(momentum).filter(|momentum| *momentum > 0.0);
        self
    }
}

impl Rule for RmsProp {
    type Step = ();

    fn slots(&self) -> usize {
        1 + usize::from(self.centred) + usize::from(self.momentum.is_some())
    }

    fn slot_name(&self, slot: usize) -> &'static str {
        match slot {
            0 => "square",
            1 if self.centred => "mean",
            _ => "velocity",
        }
    }

    fn at(&self, _step: i32) {}

    #[inline(always)]
    fn direction<R: Real>(&self, _at: (), slots: &mut [R], _x: R, g: R) -> R {
        slots[0] = slots[0].average(g * g, self.alpha);
        let mut square = slots[0];
        if self.centred
            && let Some(mean) = slots.get_mut(1)
        {
            *mean = mean.average(g, self.alpha);
            square = square - *mean * *mean;
        }
        let mut direction = g / (square.root() + R::number(self.epsilon));
        if let (Some(momentum), Some(velocity)) = (self.momentum, slots.last_mut()) {
            *velocity = *velocity * R::number(momentum) + direction;
            direction = *velocity;
        }
        direction
    }

    #[inline(always)]
    fn reach<R: Real>(&self, _at: (), slots: &[R], _g: R, lr: R) -> R {
        let mut square = slots[0];
        if self.centred {
            square = square - slots[1] * slots[1];
        }
        let reach = lr / (square.root() + R::number(self.epsilon));
        reach / R::number(1.0 - self.momentum.unwrap_or(0.0))
    }

    fn shrinks_at_most(&self) -> Option<f64> {
        Some(2.0 / (1.0 - self.momentum.unwrap_or(0.0)))
    }

    /// If it has a velocity.
    fn with_momentum(mut self, momentum: f64) -> Option<Self> {
        let had = self.momentum.replace(momentum);
        had.map(|_| self)
    }
}
