use std::fmt;

/// What a loss can be asked about, for who checks data before they are trained on.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum TargetRange {
    /// Any numbers; what it asks beyond that is told by the loss itself.
    Any,
    /// Numbers from the first to the second.
    Between(f64, f64),
    /// −1 or 1.
    Signs,
    /// Class indices, below this number.
    Classes(usize),
}

impl TargetRange {
    /// Whether a target is in it.
    ///
    /// ```
    /// use tapegrad_nn::loss::TargetRange;
    /// assert!(TargetRange::Classes(3).contains(2.0) && !TargetRange::Classes(3).contains(0.5));
    /// assert!(!TargetRange::Between(0.0, 1.0).contains(f64::NAN));
    /// ```
    pub fn contains(self, target: f64) -> bool {
        match self {
            Self::Any => true,
            Self::Between(low, high) => (low..=high).contains(&target),
            Self::Signs => target.abs() == 1.0,
            Self::Classes(count) => target >= 0.0 && target.fract() == 0.0 && target < count as f64,
        }
    }
}

/// What a target must be, in words.
impl fmt::Display for TargetRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => write!(f, "a number"),
            Self::Between(low, f64::INFINITY) => write!(f, "at least {low}"),
            Self::Between(low, high) => write!(f, "at least {low} and at most {high}"),
            Self::Signs => write!(f, "-1 or 1"),
            Self::Classes(count) => {
                write!(f, "a class, a whole number at least 0 and below {count}")
            }
        }
    }
}
