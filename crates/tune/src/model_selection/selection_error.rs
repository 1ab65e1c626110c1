use std::error::Error;
use std::fmt;

use tapegrad_train::data::DataError;

use super::Stage;
use crate::{StudyError, Trials};

/// Why a [`ModelSelection`](super::ModelSelection) has no result, and what it had done.
pub struct SelectionError {
    /// What it was at.
    pub stage: Stage,
    /// Why.
    pub problem: SelectionProblem,
    /// The stages that were over, in their order.
    pub finished: Vec<(Stage, Trials)>,
}

/// Why a selection has no result.
#[non_exhaustive]
pub enum SelectionProblem {
    /// The training rows cannot be split so.
    Data(Box<DataError>),
    /// The trials of the stage have no result. What was finished of them is in it.
    Study(Box<StudyError>),
}

impl fmt::Display for SelectionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.stage, self.problem)
    }
}

impl fmt::Display for SelectionProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Data(error) => error.fmt(f),
            Self::Study(error) => error.fmt(f),
        }
    }
}

/// As it is displayed: what a `main` that returns it prints.
impl fmt::Debug for SelectionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// As it is displayed.
impl fmt::Debug for SelectionProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for SelectionError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.problem {
            SelectionProblem::Data(error) => Some(error),
            SelectionProblem::Study(error) => Some(error),
        }
    }
}
