use std::error::Error;
use std::fmt;

use crate::History;

/// Which column of the history a callback looks at.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Monitor {
    /// `None` for the default.
    column: Option<String>,
}

impl Monitor {
    pub(crate) fn of(column: &str) -> Self {
        let column = Some(column.to_owned());
        Self { column }
    }

    /// The column: the one that was said, else `validation_loss` if there is one, else `loss`.
    pub(crate) fn name<'a>(&'a self, history: &History) -> &'a str {
        match &self.column {
            Some(column) => column,
            None if history.column("validation_loss").is_some() => "validation_loss",
            None => "loss",
        }
    }

    /// The number of the last row, if it was measured, of a column in which some are better than others.
    pub(crate) fn latest(&self, history: &History) -> Result<Option<f64>, MonitorError> {
        let name = self.name(history);
        match history.column(name) {
            Some(_) if !history.is_judged(name) => Err(MonitorError::NotJudged {
                column: name.to_owned(),
            }),
            Some(numbers) => Ok(numbers.last().copied().flatten()),
            None => Err(MonitorError::NoColumn {
                column: name.to_owned(),
                columns: history.names().map(str::to_owned).collect(),
            }),
        }
    }
}

/// Why a column of the history cannot be monitored.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum MonitorError {
    /// There is no such column after the first epoch.
    NoColumn {
        /// Its name.
        column: String,
        /// The columns that there are.
        columns: Vec<String>,
    },
    /// Nobody has said which numbers of the column are better.
    NotJudged {
        /// Its name.
        column: String,
    },
    /// A plateau takes better numbers for worse ones.
    Direction {
        /// The column.
        column: String,
        /// Whether its larger numbers are better.
        is_better_larger: bool,
    },
}

impl fmt::Display for MonitorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoColumn { column, columns } => write!(
                f,
                "there is no column `{column}` to monitor; the columns are {columns:?}"
            ),
            Self::NotJudged { column } => write!(
                f,
                "no number of `{column}` is better than another; to monitor it, who records it must say at the start \
                 `smaller_is_better` or `larger_is_better`"
            ),
            Self::Direction {
                column,
                is_better_larger: true,
            } => write!(
                f,
                "larger numbers of `{column}` are better; the plateau must be one that maximizes (`maximize`)"
            ),
            Self::Direction { column, .. } => write!(
                f,
                "smaller numbers of `{column}` are better; the plateau must be one that does not maximize"
            ),
        }
    }
}

/// As it is displayed: what a `main` that returns it prints.
impl fmt::Debug for MonitorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for MonitorError {}
