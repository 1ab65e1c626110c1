use std::fmt;

use crate::{Real, error};

/// What "weight decay" means.
///
/// | decay | the step | is |
/// |---|---|---|
/// | none | `x − lr d(g)` | the default of every rule but `AdamW` |
/// | coupled `k` | `x − lr d(g + k x)` | `weight_decay` of PyTorch's `SGD`, `RMSprop`, `Adam`: a loss term `½ k Σ x²` that goes unreported; `Penalty::l2(k / 2)` reports it |
/// | decoupled `k` | `x − lr (d(g) + k x)` | `weight_decay` of PyTorch's, optax's and Keras's `AdamW` |
///
/// For plain gradient descent the two are one; with momentum or adaptive rules they differ.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Decay {
    kind: Kind,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Kind {
    #[default]
    None,
    Coupled(f64),
    Decoupled(f64),
}

impl Decay {
    /// No decay.
    pub fn none() -> Self {
        Self { kind: Kind::None }
    }

    /// `k x` is added to the gradient, before the rule sees it.
    ///
    /// # Panics
    /// If `k` is negative or not finite.
    #[track_caller]
    pub fn coupled(k: f64) -> Self {
        Self {
            kind: Kind::Coupled(error::at_least_zero("Decay::coupled", "decay", k)),
        }
    }

    /// `k x` is added to the direction, past the rule.
    ///
    /// # Panics
    /// If `k` is negative or not finite.
    #[track_caller]
    pub fn decoupled(k: f64) -> Self {
        Self {
            kind: Kind::Decoupled(error::at_least_zero("Decay::decoupled", "decay", k)),
        }
    }

    /// `k` in the gradient and `k` in the direction.
    pub(crate) fn strengths(self) -> (f64, f64) {
        match self.kind {
            Kind::None => (0.0, 0.0),
            Kind::Coupled(k) => (k, 0.0),
            Kind::Decoupled(k) => (0.0, k),
        }
    }

    /// The gradient that the rule sees.
    #[inline(always)]
    pub(crate) fn in_gradient<R: Real>(self, x: R, g: R) -> R {
        match self.kind {
            Kind::Coupled(k) => g + x * R::number(k),
            Kind::None | Kind::Decoupled(_) => g,
        }
    }

    /// The direction of the step, from that of the rule.
    #[inline(always)]
    pub(crate) fn in_direction<R: Real>(self, x: R, direction: R) -> R {
        match self.kind {
            Kind::Decoupled(k) => direction + x * R::number(k),
            Kind::None | Kind::Coupled(_) => direction,
        }
    }
}

impl fmt::Display for Decay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::None => f.write_str("none"),
            Kind::Coupled(k) => write!(f, "coupled {k}"),
            Kind::Decoupled(k) => write!(f, "decoupled {k}"),
        }
    }
}
