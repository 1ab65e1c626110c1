use std::error::Error;
use std::fmt;

/// Why hyper-parameters could not be tuned further. What was to be changed is as it was before.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum TuneError {
    /// A number is NaN or infinite.
    NotFinite {
        /// Which, in words.
        what: String,
        /// NaN, ∞ or −∞.
        value: f64,
    },
    /// Data that a choice cannot be made by.
    Data {
        /// What is wrong, and where.
        cause: String,
    },
    /// What the data do not determine.
    Undetermined {
        /// Which numbers, in words.
        what: String,
    },
}

impl TuneError {
    /// `value`, if it is finite.
    pub(crate) fn finite(value: f64, what: impl FnOnce() -> String) -> Result<f64, Self> {
        match value.is_finite() {
            true => Ok(value),
            false => Err(Self::NotFinite {
                what: what(),
                value,
            }),
        }
    }
}

impl fmt::Display for TuneError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFinite { what, value } => write!(f, "{what} is {value}; it must be finite"),
            Self::Data { cause } => write!(f, "the data cannot be learnt from: {cause}"),
            Self::Undetermined { what } => {
                write!(
                    f,
                    "the data do not determine {what}; a penalty does, or fewer parameters"
                )
            }
        }
    }
}

impl Error for TuneError {}
