use std::error::Error;
use std::fmt;

/// A number of a pass that is NaN or infinite, and where it is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NotFinite {
    /// The name of the parameter.
    pub parameter: String,
    /// The place in it.
    pub index: Vec<usize>,
    /// What is there: NaN, ∞ or −∞.
    pub value: f64,
    /// Whether it is the new value of a statistic and no gradient.
    pub is_statistic: bool,
}

impl fmt::Display for NotFinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.is_statistic {
            "new value"
        } else {
            "gradient"
        };
        let Self {
            parameter,
            index,
            value,
            ..
        } = self;
        write!(f, "the {what} of `{parameter}` is {value} at {index:?}")
    }
}

impl Error for NotFinite {}

/// More steps in a row would be skipped than a [`Guard`](crate::Guard) skips.
#[derive(Clone)]
#[non_exhaustive]
pub struct GuardError {
    /// What is not finite now.
    pub not_finite: NotFinite,
    /// How many steps in a row were skipped before it.
    pub skipped_in_a_row: usize,
}

impl fmt::Display for GuardError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.not_finite)?;
        match self.skipped_in_a_row {
            0 => Ok(()),
            1 => write!(f, ", after 1 step that was skipped"),
            count => write!(f, ", after {count} steps in a row that were skipped"),
        }
    }
}

/// As it is displayed: what a `main` that returns it prints.
impl fmt::Debug for GuardError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for GuardError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.not_finite)
    }
}
