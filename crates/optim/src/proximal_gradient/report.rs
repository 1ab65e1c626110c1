use std::fmt;

/// How a descent by [`ProximalGradient`](crate::ProximalGradient) ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ProximalGradientReport {
    /// Why.
    pub end: ProximalGradientEnd,
    /// How many steps were tried with a length that held, those that were not taken among them.
    pub iterations: usize,
    /// How often the closure was called.
    pub evaluations: usize,
    /// The loss at the end, with penalties.
    pub loss: f64,
    /// The largest [residual](tapegrad_nn::Kkt::worst) there.
    pub residual: f64,
}

impl ProximalGradientReport {
    /// Whether the residual has become as small as was asked for.
    pub fn is_converged(&self) -> bool {
        self.end == ProximalGradientEnd::Residual
    }
}

/// Why a descent by [`ProximalGradient`](crate::ProximalGradient) ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProximalGradientEnd {
    /// Every residual is within the tolerance.
    Residual,
    /// All iterations were made.
    Limit,
    /// Neither the loss nor the residual fell for 200 iterations, or no step was short enough: only rounding is left, or
    /// the gradients are wrong or not of one function.
    NothingBetter,
    /// The loss or its gradient is not finite at the start.
    NotFinite,
}

impl fmt::Display for ProximalGradientEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Residual => "converged, as the residual is small",
            Self::Limit => "at the limit of iterations",
            Self::NothingBetter => "no better point was found",
            Self::NotFinite => "the loss is not finite",
        })
    }
}

impl fmt::Display for ProximalGradientReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {} iterations, {} evaluations, loss {:.6e}, residual {:.1e}",
            self.end, self.iterations, self.evaluations, self.loss, self.residual
        )
    }
}
