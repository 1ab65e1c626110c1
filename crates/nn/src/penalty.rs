use std::ops::Add;

use tapegrad_autodiff::{Element, Var};

use crate::{Param, ParamId, Scope, error};

/// What a parameter costs: `λ₁ Σ|w| + λ₂ Σ w²`, added to the mean data loss.
///
/// The gradient is `λ₁ sign(w) + 2 λ₂ w` with `sign(0) = 0`. There is no ½ and no division by the
/// number of rows: as in Keras; the `weight_decay` of PyTorch's `SGD` is `2 λ₂`.
///
/// | strength | default | range |
/// |---|---|---|
/// | `λ₁` | absent | `[0, ∞)` |
/// | `λ₂` | absent | `[0, ∞)` |
///
/// A strength of 0 is not the same as an absent one: its term is computed, and so has a derivative
/// by λ.
///
/// ```
/// use tapegrad_nn::{Dense, Penalty};
/// let layer = Dense::<f32>::new(3, 2).penalize(Penalty::l1(1e-3) + Penalty::l2(1e-2));
/// assert_eq!(layer.weight.penalty.to_string(), "L1 0.001 + L2 0.01");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Penalty {
    /// `λ₁`, of the sum of absolute values.
    pub l1: Option<Strength>,
    /// `λ₂`, of the sum of squares.
    pub l2: Option<Strength>,
}

/// A penalty weight λ: a number that a [`Scope`] can substitute by a variable, to differentiate by
/// it.
///
/// Copies are the same strength: substituting one substitutes all.
#[derive(Clone, Copy, Debug)]
pub struct Strength {
    id: ParamId,
    value: f64,
}

/// Strengths are equal if their numbers are.
impl PartialEq for Strength {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Strength {
    #[track_caller]
    fn new(who: &str, value: f64) -> Self {
        if !(value.is_finite() && value >= 0.0) {
            error::strength(who, value);
        }
        Self {
            id: ParamId::new(),
            value,
        }
    }

    /// The number.
    pub fn value(self) -> f64 {
        self.value
    }
}

impl From<Strength> for ParamId {
    fn from(strength: Strength) -> Self {
        strength.id
    }
}

impl Penalty {
    /// No penalty.
    pub fn none() -> Self {
        Self::default()
    }

    /// `λ Σ|w|`, the lasso (Tibshirani 1996).
    ///
    /// # Panics
    /// If λ is negative or not finite.
    #[track_caller]
    pub fn l1(strength: f64) -> Self {
        Self {
            l1: Some(Strength::new("Penalty::l1", strength)),
            l2: None,
        }
    }

    /// `λ Σ w²`, ridge or weight decay in the loss.
    ///
    /// # Panics
    /// If λ is negative or not finite.
    #[track_caller]
    pub fn l2(strength: f64) -> Self {
        Self {
            l1: None,
            l2: Some(Strength::new("Penalty::l2", strength)),
        }
    }

    /// `λ₁ Σ|w| + λ₂ Σ w²`, the elastic net (Zou and Hastie 2005).
    ///
    /// # Panics
    /// If a λ is negative or not finite.
    #[track_caller]
    pub fn elastic_net(l1: f64, l2: f64) -> Self {
        Self {
            l1: Some(Strength::new("Penalty::elastic_net", l1)),
            l2: Some(Strength::new("Penalty::elastic_net", l2)),
        }
    }

    /// The cost of a parameter, `None` if there is no term.
    ///
    /// # Panics
    /// As [`Scope::param`], and if what was substituted for a strength does not hold one number.
    #[track_caller]
    pub fn cost<'t, T: Element>(&self, on: &Scope<'t, T>, w: &Param<T>) -> Option<Var<'t, T>> {
        let strengths = [self.l1, self.l2];
        if strengths == [None, None] {
            return None;
        }
        let w = on.param(w);
        let substituted = |strength: Strength| on.substituted(strength).is_some();
        if !strengths.into_iter().flatten().any(substituted) {
            let [l1, l2] = strengths.map(|strength| strength.map(Strength::value));
            return Some(w.elastic_net(l1, l2));
        }
        let mut cost = None;
        if let Some(strength) = self.l1 {
            cost = Some(on.scale(w.l1_norm(), strength));
        }
        if let Some(strength) = self.l2 {
            let l2 = on.scale(w.squared_norm(), strength);
            cost = Some(cost.map_or(l2, |l1| l1 + l2));
        }
        cost
    }
}

/// Both penalties; where both have a term, one with the sum of their strengths.
impl Add for Penalty {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        let sum = |a: Option<Strength>, b: Option<Strength>| match (a, b) {
            (Some(a), Some(b)) => Some(Strength {
                id: ParamId::new(),
                value: a.value + b.value,
            }),
            (one, none) => one.or(none),
        };
        Self {
            l1: sum(self.l1, other.l1),
            l2: sum(self.l2, other.l2),
        }
    }
}

impl std::fmt::Display for Penalty {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.l1, self.l2) {
            (None, None) => write!(f, "none"),
            (Some(l1), None) => write!(f, "L1 {}", l1.value),
            (None, Some(l2)) => write!(f, "L2 {}", l2.value),
            (Some(l1), Some(l2)) => write!(f, "L1 {} + L2 {}", l1.value, l2.value),
        }
    }
}
