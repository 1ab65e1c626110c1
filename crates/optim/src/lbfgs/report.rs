use std::fmt;

/// How a descent by [`Lbfgs`](crate::Lbfgs) ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LbfgsReport {
    /// Why.
    pub end: LbfgsEnd,
    /// How many steps were taken.
    pub iterations: usize,
    /// How often the closure was called.
    pub evaluations: usize,
    /// The loss at the end.
    pub loss: f64,
    /// The largest absolute value in the gradient there.
    pub gradient: f64,
}

impl LbfgsReport {
    /// Whether the gradient or a change has become as small as was asked for.
    pub fn is_converged(&self) -> bool {
        matches!(self.end, LbfgsEnd::Gradient | LbfgsEnd::Change)
    }
}

/// Why a descent by [`Lbfgs`](crate::Lbfgs) ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LbfgsEnd {
    /// The gradient is within its tolerance.
    Gradient,
    /// The loss, the weights or the slope are within theirs.
    Change,
    /// All iterations were made.
    Limit,
    /// No better point was found, not along the gradient either: the gradients are wrong, the loss is not smooth
    /// or not one function, or only rounding is left.
    LineSearch,
    /// The loss or its gradient is not finite at the start, or after a fixed step, which was taken back.
    NotFinite,
}

impl fmt::Display for LbfgsEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gradient => "converged, as the gradient is small",
            Self::Change => "converged, as nothing changes",
            Self::Limit => "at the limit of iterations",
            Self::LineSearch => "no better point was found",
            Self::NotFinite => "the loss is not finite",
        })
    }
}

impl fmt::Display for LbfgsReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {} iterations, {} evaluations, loss {:.6e}, gradient {:.1e}",
            self.end, self.iterations, self.evaluations, self.loss, self.gradient
        )
    }
}
