use std::fmt;
use std::sync::Arc;

use crate::{ParamId, Schedule, error};

/// A penalty weight or a decay `λ ≥ 0`: a number, a [`Schedule`] of the step, or what a
/// [`Scope`](crate::Scope) substitutes for it, to differentiate by it.
///
/// Clones are the same strength: substituting one substitutes all.
///
/// ```
/// use tapegrad_nn::{Penalty, Strength};
///
/// let strength = Strength::new(1e-3);
/// let penalty = Penalty::<f32>::l1(&strength);
/// let rising = Strength::scheduled(|step: usize| 0.5 * step as f64);
/// assert_eq!((strength.at(7), rising.at(7)), (1e-3, 3.5));
/// ```
#[derive(Clone)]
pub struct Strength {
    id: ParamId,
    value: Value,
}

#[derive(Clone)]
enum Value {
    Number(f64),
    Schedule(Arc<dyn Schedule>),
}

impl Strength {
    /// A number.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    pub fn new(value: f64) -> Self {
        Self {
            id: ParamId::new(),
            value: Value::Number(checked(value)),
        }
    }

    /// A number for each step: of the [`Scope`](crate::Scope::at_step) for a penalty in the loss, of
    /// the optimizer for a proximal one. Each value is checked when its step comes.
    pub fn scheduled(schedule: impl Schedule + 'static) -> Self {
        Self {
            id: ParamId::new(),
            value: Value::Schedule(Arc::new(schedule)),
        }
    }

    /// The number, unless it has a schedule.
    #[cfg(feature = "description")]
    pub(crate) fn number(&self) -> Option<f64> {
        match self.value {
            Value::Number(value) => Some(value),
            Value::Schedule(_) => None,
        }
    }

    /// Whether it has a schedule.
    pub fn is_scheduled(&self) -> bool {
        matches!(self.value, Value::Schedule(_))
    }

    /// Whether the number at a step is finite and not negative, as one that is no schedule always is.
    pub fn is_fit(&self, step: usize) -> bool {
        match &self.value {
            Value::Number(_) => true,
            Value::Schedule(schedule) => is_fit(schedule.at(step)),
        }
    }

    /// The number at a step.
    ///
    /// # Panics
    /// If the schedule gives one that is negative or not finite.
    #[track_caller]
    pub fn at(&self, step: usize) -> f64 {
        match &self.value {
            Value::Number(value) => *value,
            Value::Schedule(schedule) => checked(schedule.at(step)),
        }
    }
}

/// `value` if it is finite and not negative.
#[track_caller]
fn checked(value: f64) -> f64 {
    if !is_fit(value) {
        error::strength(value);
    }
    value
}

fn is_fit(value: f64) -> bool {
    value.is_finite() && value >= 0.0
}

impl From<f64> for Strength {
    #[track_caller]
    fn from(value: f64) -> Self {
        Self::new(value)
    }
}

impl From<&Strength> for Strength {
    fn from(strength: &Strength) -> Self {
        strength.clone()
    }
}

impl From<&Strength> for ParamId {
    fn from(strength: &Strength) -> Self {
        strength.id
    }
}

/// The number, or `scheduled`.
impl fmt::Display for Strength {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Value::Number(value) => value.fmt(f),
            Value::Schedule(_) => f.write_str("scheduled"),
        }
    }
}

impl fmt::Debug for Strength {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Strength({self})")
    }
}
