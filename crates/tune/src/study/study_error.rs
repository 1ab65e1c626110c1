use std::error::Error;
use std::fmt;

use super::{JournalError, Trials};
use crate::SpaceError;

/// Why a study has no result, and what it had done.
pub struct StudyError {
    /// Why.
    pub problem: StudyProblem,
    /// What was finished.
    pub trials: Box<Trials>,
}

/// Why a study has no result.
#[derive(Debug)]
#[non_exhaustive]
pub enum StudyProblem {
    /// The space cannot be searched.
    Space(SpaceError),
    /// The journal cannot be written or gone on with.
    Journal(JournalError),
    /// No trial has a score.
    AllFailed {
        /// How many failed.
        count: usize,
        /// Why the first did.
        reason: String,
    },
}

impl fmt::Display for StudyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.problem {
            StudyProblem::Space(error) => error.fmt(f),
            StudyProblem::Journal(error) => error.fmt(f),
            StudyProblem::AllFailed { count, reason } => write!(
                f,
                "all {count} trials failed, the first because {reason}; one must have a score"
            ),
        }
    }
}

/// As it is displayed: what a `main` that returns it prints.
impl fmt::Debug for StudyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for StudyError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.problem {
            StudyProblem::Space(error) => Some(error),
            StudyProblem::Journal(error) => Some(error),
            StudyProblem::AllFailed { .. } => None,
        }
    }
}
