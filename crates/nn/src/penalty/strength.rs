use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::{ParamId, Schedule, error};

/// A penalty weight or a decay `λ ≥ 0`: a number, a [`Schedule`] of the step, or what a
/// [`Scope`](crate::Scope) substitutes for it, to differentiate by it.
///
/// Clones are the same strength: [setting](Strength::set) or substituting one does so with all.
///
/// ```
/// use tapegrad_nn::{Penalty, Strength};
///
/// let strength = Strength::new(1e-3);
/// let penalty = Penalty::<f32>::l1(&strength);
/// strength.set(1e-2);
/// assert_eq!(penalty.to_string(), "L1 0.01");
/// strength.set(1e-3);
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
    /// The bits of a number, which clones share.
    Number(Arc<AtomicU64>),
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
            value: Value::Number(Arc::new(AtomicU64::new(checked(value).to_bits()))),
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

    /// Makes it another number, in every model and decay that has it.
    ///
    /// # Panics
    /// If it has a schedule, or the number is negative or not finite. Then nothing is changed.
    #[track_caller]
    pub fn set(&self, value: f64) {
        match &self.value {
            Value::Number(bits) => bits.store(checked(value).to_bits(), Ordering::Relaxed),
            Value::Schedule(_) => error::set_schedule(),
        }
    }

    /// The number, unless it has a schedule.
    #[cfg(feature = "description")]
    pub(crate) fn number(&self) -> Option<f64> {
        match &self.value {
            Value::Number(bits) => Some(number(bits)),
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
            Value::Number(bits) => number(bits),
            Value::Schedule(schedule) => checked(schedule.at(step)),
        }
    }
}

fn number(bits: &AtomicU64) -> f64 {
    f64::from_bits(bits.load(Ordering::Relaxed))
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
            Value::Number(bits) => number(bits).fmt(f),
            Value::Schedule(_) => f.write_str("scheduled"),
        }
    }
}

impl fmt::Debug for Strength {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Strength({self})")
    }
}
