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
    /// A [`Path`](crate::Path) has no row to fit.
    NoRows,
    /// A splitter refuses the rows.
    Split {
        /// What it says.
        cause: String,
    },
    /// A fit of a path failed.
    Fit {
        /// Where; 0 where the penalised weights are held at zero.
        strength: f64,
        /// What it says.
        cause: String,
    },
    /// No finite strength of a path makes all weights zero.
    NoStrongest,
    /// The penalty of a path acts in the loss, and makes no weight zero.
    NotProximal,
    /// Where the penalised weights of a path are zero, so is their gradient, as other weights hide them.
    StaysZero,
    /// The data loss does not depend on the penalised weights of a path.
    NoGradient,
    /// Every fold, or every subsample, of a path failed.
    AllFailed {
        /// `folds` or `subsamples`.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// Why the first did.
        first: Box<TuneError>,
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
            Self::NoRows => write!(f, "there is no row to fit; there must be one"),
            Self::Split { cause } => write!(f, "the rows cannot be divided: {cause}"),
            Self::Fit { strength, cause } => {
                write!(f, "the fit at the strength {strength} failed: {cause}")
            }
            Self::NoStrongest => write!(
                f,
                "no finite strength was found at which all weights that it penalises are zero, as there is none for L2 alone; the strongest must be given by `Path::from`"
            ),
            Self::NotProximal => write!(
                f,
                "weights that the strength penalises are never zero, as its penalty acts in the loss; it must be proximal (`Penalty::proximal`), or the strongest be given by `Path::from`"
            ),
            Self::NoGradient => write!(
                f,
                "the data say nothing of the penalised weights, whose gradient is zero, as it is where all targets are equal; there must be something to fit"
            ),
            Self::StaysZero => write!(
                f,
                "where the penalised weights are zero so is their gradient, and they would stay zero at any strength; the path must go `upward`, or start at a given strength by `Path::from`"
            ),
            Self::AllFailed { what, count, first } => {
                write!(f, "all {count} {what} failed; the first: {first}")
            }
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
