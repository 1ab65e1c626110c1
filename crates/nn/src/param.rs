use std::sync::atomic::{AtomicU64, Ordering};

use tapegrad_autodiff::{ArcArrayD, Element, IntoValue};

use crate::{Constraint, Penalty};

/// What identifies a parameter: a number given once, which clones keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParamId(u64);

impl ParamId {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }

    pub(crate) fn numbered(number: u64) -> Self {
        Self(number)
    }

    pub(crate) fn number(self) -> u64 {
        self.0
    }
}

/// What a parameter is for. Penalties and decay are for weights unless asked otherwise.
///
/// | role | trained by gradients | decayed by default |
/// |---|---|---|
/// | weight | yes | yes |
/// | bias, gain | yes | no |
/// | statistic | no | never |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Role {
    /// Multiplies inputs.
    Weight,
    /// Is added.
    Bias,
    /// Scales what was normalised, the slope of an activation, or the spread of a distribution over weights.
    Gain,
    /// Is noted in passing, as a running mean is, by [`Scope::update`](crate::Scope::update).
    Statistic,
}

impl Role {
    /// As files call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Weight => "weight",
            Self::Bias => "bias",
            Self::Gain => "gain",
            Self::Statistic => "statistic",
        }
    }
}

/// A trained array: its value, its role, and the penalty and constraint that it carries.
///
/// Storage is shared: putting the value on a tape copies nothing. An optimizer that steps while a
/// tape still holds the value leaves that tape's array as it was and so makes a copy; clear the
/// tape first and the step is in place.
///
/// A clone is a snapshot of the same parameter: it has the same [`id`](Param::id), so that
/// gradients and optimizer state fit it. Two clones cannot be trained side by side;
/// [`separate`](Param::separate) makes a parameter of its own.
#[derive(Clone, Debug)]
pub struct Param<T: Element = f32> {
    id: ParamId,
    /// The numbers.
    pub value: ArcArrayD<T>,
    /// What they are for.
    pub role: Role,
    /// What they cost; nothing by default.
    pub penalty: Penalty<T>,
    /// Where they must stay; everywhere by default.
    pub constraint: Option<Constraint>,
    /// Whether optimizers change them. A frozen parameter stands on the tape as a constant, and so
    /// does a statistic whatever is said here.
    pub trainable: bool,
}

impl<T: Element> Param<T> {
    /// A parameter without a penalty, trainable unless it is a statistic.
    pub fn new(role: Role, value: impl IntoValue<T>) -> Self {
        Self {
            id: ParamId::new(),
            value: value.into_value(),
            role,
            penalty: Penalty::none(),
            constraint: None,
            trainable: role != Role::Statistic,
        }
    }

    /// A parameter of its own with the same value and settings.
    ///
    /// ```
    /// use tapegrad_nn::{Param, Role};
    /// let param = Param::<f32>::new(Role::Weight, 1.0);
    /// assert_eq!(param.clone().id(), param.id());
    /// assert_ne!(param.separate().id(), param.id());
    /// ```
    pub fn separate(&self) -> Self {
        Self {
            id: ParamId::new(),
            ..self.clone()
        }
    }

    /// Whether gradients train it: it is trainable and no statistic.
    pub fn is_trained(&self) -> bool {
        self.trainable && self.role != Role::Statistic
    }

    /// What identifies it.
    pub fn id(&self) -> ParamId {
        self.id
    }
}

impl<T: Element> From<&Param<T>> for ParamId {
    fn from(param: &Param<T>) -> Self {
        param.id
    }
}
