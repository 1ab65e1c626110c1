use std::fmt;

use tapegrad_nn::Strength;

use crate::{Real, Rule, error};

/// What "weight decay" means: one switch, for every rule.
///
/// | decay | the step | is |
/// |---|---|---|
/// | none | `x − lr d(g)` | the default of every rule but `AdamW` |
/// | coupled `k` | `x − lr d(g + k x)` | `weight_decay` of PyTorch's `SGD`, `RMSprop`, `Adam`: a loss term `½ k Σ x²` that goes unreported; `Penalty::l2(k / 2)` reports it |
/// | decoupled `k` | `x − lr (d(g) + k x)` | `weight_decay` of PyTorch's, optax's and Keras's `AdamW` |
/// | independent `k` | `x − lr d(g) − k x` | the paper's (Loshchilov and Hutter 2019, algorithm 2): `k = η_t λ` with the multiplier `η_t` of its schedule, and no learning rate |
/// | normalised `k` | independent `k √(b / (B T))` | the paper's, section B.1, for batches of `b` of `B` rows in `T` epochs |
///
/// For plain gradient descent coupled and decoupled are one; with momentum or adaptive rules they differ.
/// What is independent or normalised does not follow the learning rate: let `k` follow the same schedule,
/// `Decay::independent(Strength::scheduled(..))`, if both are to fall together, as in the paper.
///
/// A strength is a number or a [`Strength`]: one with a schedule of its own, or one that an
/// [`Unroll`](crate::Unroll) differentiates by. By default only weights decay, and neither biases nor gains of
/// normalisations; see [`Optimizer::decay_biases`](crate::Optimizer::decay_biases), and
/// [`ParamGroup::decay`](crate::ParamGroup::decay) for anything else.
///
/// ```
/// use tapegrad_nn::Strength;
/// use tapegrad_optim::{Adam, Decay, Optimizer, schedule};
///
/// let falling = Strength::scheduled(schedule::Cosine::new(1e-4, 0.0, 1000));
/// let rule = Decay::independent(falling).then(Adam::default());
/// let optimizer: Optimizer<Adam> = Optimizer::new(rule, schedule::Cosine::new(1e-3, 0.0, 1000));
///
/// // One to differentiate by, through `Unroll::substitute(&strength, var)`.
/// let strength = Strength::new(1e-2);
/// let optimizer: Optimizer<Adam> = Adam::new(1e-3).decay(Decay::decoupled(&strength));
/// ```
#[derive(Clone, Debug, Default)]
pub enum Decay {
    /// No decay.
    #[default]
    None,
    /// In the gradient, before the rule sees it.
    Coupled(Strength),
    /// In the direction, past the rule; the learning rate multiplies it.
    Decoupled(Strength),
    /// In the step, past the learning rate.
    Independent(Strength),
    /// Independent decay of `strength · factor`, by [`Decay::normalised`].
    #[non_exhaustive]
    Normalised {
        /// The decay of a run of one step.
        strength: Strength,
        /// `√(b / (B T))`.
        factor: f64,
    },
}

impl Decay {
    /// `k x` is added to the gradient, before the rule sees it.
    ///
    /// # Panics
    /// If `k` is negative or not finite.
    #[track_caller]
    pub fn coupled(k: impl Into<Strength>) -> Self {
        Self::Coupled(k.into())
    }

    /// `k x` is added to the direction, past the rule.
    ///
    /// # Panics
    /// If `k` is negative or not finite.
    #[track_caller]
    pub fn decoupled(k: impl Into<Strength>) -> Self {
        Self::Decoupled(k.into())
    }

    /// `k x` is taken from the weight, whatever the learning rate.
    ///
    /// # Panics
    /// If `k` is negative or not finite.
    #[track_caller]
    pub fn independent(k: impl Into<Strength>) -> Self {
        Self::Independent(k.into())
    }

    /// `k √(b / (B T)) x` is taken from the weight, for batches of `b` rows out of `B` in `T` epochs: what is
    /// best for a short run is then best for a long one, too.
    ///
    /// ```
    /// use tapegrad_optim::Decay;
    /// let decay = Decay::normalised(0.05, 32, 1000, 10);
    /// assert_eq!(decay.to_string(), "normalised 0.05 · 0.057");
    /// ```
    ///
    /// # Panics
    /// If `k` is negative or not finite, or one of the counts is 0.
    #[track_caller]
    pub fn normalised(k: impl Into<Strength>, batch: usize, rows: usize, epochs: usize) -> Self {
        const WHO: &str = "Decay::normalised";
        let batch = error::at_least_one(WHO, "batch", batch) as f64;
        let rows = error::at_least_one(WHO, "number of rows", rows) as f64;
        let epochs = error::at_least_one(WHO, "number of epochs", epochs) as f64;
        Self::Normalised {
            strength: k.into(),
            factor: (batch / (rows * epochs)).sqrt(),
        }
    }

    /// A rule and this decay together, wherever the decay acts. Not to be confused with
    /// [`Rule::then`](crate::Rule::then), which puts rules one after the other.
    pub fn then<R: Rule>(self, rule: R) -> Decayed<R> {
        Decayed { decay: self, rule }
    }

    /// Whether nothing decays.
    pub fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    /// The strength, if there is a decay.
    pub fn strength(&self) -> Option<&Strength> {
        match self {
            Self::None => None,
            Self::Coupled(k) | Self::Decoupled(k) | Self::Independent(k) => Some(k),
            Self::Normalised { strength, .. } => Some(strength),
        }
    }

    /// The decay of one step, with what stands for the strength in it.
    pub(crate) fn pull<R: Real>(&self, strength: impl FnOnce(&Strength) -> R) -> Pull<R> {
        match self {
            Self::None => Pull::None,
            Self::Coupled(k) => Pull::Coupled(strength(k)),
            Self::Decoupled(k) => Pull::Decoupled(strength(k)),
            Self::Independent(k) => Pull::Independent(strength(k)),
            Self::Normalised {
                strength: k,
                factor,
            } => Pull::Independent(strength(k) * R::number(*factor)),
        }
    }
}

/// The kind and the strength, or `none`.
impl fmt::Display for Decay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Coupled(k) => write!(f, "coupled {k}"),
            Self::Decoupled(k) => write!(f, "decoupled {k}"),
            Self::Independent(k) => write!(f, "independent {k}"),
            Self::Normalised { strength, factor } => {
                write!(f, "normalised {strength} · {factor:.3}")
            }
        }
    }
}

/// A rule and its decay: what [`Decay::then`] makes, and [`Optimizer::new`](crate::Optimizer::new) takes.
#[derive(Clone, Debug)]
pub struct Decayed<R> {
    /// What decay means, and how strong it is.
    pub decay: Decay,
    /// How gradients become directions.
    pub rule: R,
}

/// A rule alone does not decay.
impl<R: Rule> From<R> for Decayed<R> {
    fn from(rule: R) -> Self {
        Decay::None.then(rule)
    }
}

/// A decay at one step, in the three places where it can act.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pull<R> {
    None,
    Coupled(R),
    Decoupled(R),
    Independent(R),
}

impl<R: Real> Pull<R> {
    /// The gradient that the rule sees.
    #[inline(always)]
    pub(crate) fn in_gradient(self, x: R, g: R) -> R {
        match self {
            Self::Coupled(k) => g + x * k,
            _ => g,
        }
    }

    /// The direction of the step, from that of the rule.
    #[inline(always)]
    pub(crate) fn in_direction(self, x: R, direction: R) -> R {
        match self {
            Self::Decoupled(k) => direction + x * k,
            _ => direction,
        }
    }

    /// What is taken from the weight beside the step.
    #[inline(always)]
    pub(crate) fn in_step(self, x: R, stepped: R) -> R {
        match self {
            Self::Independent(k) => stepped - x * k,
            _ => stepped,
        }
    }
}
