use std::error::Error;
use std::fmt;

use tapegrad_train::data::DataError;

/// Why there are no scores.
#[non_exhaustive]
pub enum ValidationError {
    /// The data cannot be split.
    Data(DataError),
    /// No fold has a score.
    AllFailed {
        /// How many failed.
        count: usize,
        /// Why the first did.
        reason: String,
    },
}

impl fmt::Display for ValidationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Data(error) => error.fmt(f),
            Self::AllFailed { count, reason } => write!(
                f,
                "all {count} folds failed, the first because {reason}; one must have a score"
            ),
        }
    }
}

/// As it is displayed: what a `main` that returns it prints.
impl fmt::Debug for ValidationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for ValidationError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Data(error) => Some(error),
            Self::AllFailed { .. } => None,
        }
    }
}
