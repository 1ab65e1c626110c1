use std::error::Error;
use std::fmt;

use crate::Role;

/// A description that makes no network, or a network that has no description: which field or
/// parameter, and why.
#[derive(Clone, PartialEq)]
pub struct DescriptionError {
    /// The field of the description, such as `layers.0.penalty.l1`, or the parameter of the network, such
    /// as `layers.0.weight`.
    pub place: String,
    /// What is wrong with it.
    pub problem: DescriptionProblem,
}

/// What is wrong with a field of a description, or with a parameter that is to be described.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum DescriptionProblem {
    /// A number is out of its range.
    Number {
        /// The number.
        value: f64,
        /// What it must be.
        range: &'static str,
    },
    /// The network has no layers.
    NoLayers,
    /// The network is larger than it may be.
    TooLarge {
        /// How many numbers it has up to this layer.
        numbers: u128,
        /// How many it may have.
        limit: usize,
    },
    /// Orthogonal weights take more work to draw than they may.
    TooMuchWork {
        /// `Σ rows · columns · min(rows, columns)` up to this layer.
        work: u128,
        /// How much it may be.
        limit: u128,
    },
    /// A penalty has no term.
    EmptyPenalty,
    /// A term cannot act as a step.
    NotProximal,
    /// Two proximal terms act on norms of groups.
    TwoGroupSteps,
    /// A penalty of outputs is proximal.
    ProximalOutput,
    /// What is no weight is to be orthogonal.
    NoMatrix,
    /// What is said of a bias is said of a layer that has none.
    NoBias,
    /// The lower bound is above the upper.
    Bounds {
        /// The lower one.
        low: f64,
        /// The upper one.
        high: f64,
    },
    /// What is to be frozen is no parameter of the layer that is trained.
    Frozen {
        /// The name that is given.
        name: String,
        /// The names that there are.
        names: Vec<&'static str>,
    },
    /// A penalty has a form of the program's own.
    CustomPenalty {
        /// The form's name.
        form: String,
    },
    /// The strength of a penalty has a schedule.
    Scheduled {
        /// The name of the penalty's form.
        form: String,
    },
    /// A parameter of a normalisation has a penalty or a constraint.
    NormalizationParameter,
    /// One parameter stands twice in the network.
    Shared {
        /// Its first name.
        first: String,
    },
    /// A parameter has another role or shape than one in its place has when it is made.
    Misfit {
        /// What it has.
        found: (Role, Vec<usize>),
        /// What is made.
        made: (Role, Vec<usize>),
    },
}

impl DescriptionProblem {
    pub(super) fn at(self, place: &str) -> DescriptionError {
        DescriptionError {
            place: place.to_owned(),
            problem: self,
        }
    }
}

impl DescriptionError {
    /// The error with its place as a part of a larger one.
    pub(super) fn within(mut self, whole: &str) -> Self {
        let part = self.place;
        self.place = if part.is_empty() {
            whole.to_owned()
        } else {
            format!("{whole}.{part}")
        };
        self
    }
}

/// As it is displayed: what a `main` that returns it prints.
impl fmt::Debug for DescriptionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for DescriptionError {}

impl fmt::Display for DescriptionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.place, self.problem)
    }
}

impl fmt::Display for DescriptionProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number { value, range } => write!(f, "is {value}; it must be {range}"),
            Self::NoLayers => write!(f, "is empty; there must be at least one layer"),
            Self::TooLarge { numbers, limit } => write!(
                f,
                "brings the network to {numbers} numbers; there may be {limit} (`build_within` sets another limit)"
            ),
            Self::TooMuchWork { work, limit } => write!(
                f,
                "brings the work of drawing orthogonal weights to {work}; `rows · columns · min(rows, columns)` may be {limit} in all"
            ),
            Self::EmptyPenalty => write!(
                f,
                "has no term; there must be at least one of `l1`, `l2`, `group_lasso`, `orthogonal`"
            ),
            Self::NotProximal => write!(
                f,
                "cannot act as a step; what is proximal must be `l1`, `l2` or `group_lasso`"
            ),
            Self::TwoGroupSteps => write!(
                f,
                "has two proximal terms on norms of groups; there can be one, as no step is known for several"
            ),
            Self::ProximalOutput => write!(
                f,
                "is proximal; outputs have no step after an update, so it must act in the loss"
            ),
            Self::NoMatrix => write!(f, "is said of what is no weight; it must be of a weight"),
            Self::NoBias => write!(
                f,
                "is said of a layer without a bias; its `bias` must be true"
            ),
            Self::Bounds { low, high } => write!(
                f,
                "has the bounds {low} and {high}; the lower must not be above the upper"
            ),
            Self::Frozen { name, names } => {
                write!(f, "names `{name}`; the layer's parameters are {names:?}")
            }
            Self::CustomPenalty { form } => write!(
                f,
                "has the penalty `{form}`, which is the program's own; what is described must be `l1`, `l2`, `group_lasso` or `orthogonal`"
            ),
            Self::Scheduled { form } => write!(
                f,
                "has the penalty `{form}` with a schedule; a strength that is described must be a number"
            ),
            Self::NormalizationParameter => write!(
                f,
                "has a penalty or a constraint; those that are described must be of a weight, a bias or an output"
            ),
            Self::Shared { first } => write!(
                f,
                "is the same parameter as `{first}`; each that is described must be its own (`Param::separate`)"
            ),
            Self::Misfit { found, made } => write!(
                f,
                "is a {} of the shape {:?}; in its place a description makes a {} of the shape {:?}",
                found.0.name(),
                found.1,
                made.0.name(),
                made.1
            ),
        }
    }
}
