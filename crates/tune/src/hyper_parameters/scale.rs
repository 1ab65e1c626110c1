use tapegrad_autodiff::{Element, Var};

/// Between a value and the coordinate by which it is tuned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    /// `θ = log x`.
    Logarithm,
    /// `θ = log(x / (1 − x))`.
    LogOdds,
}

impl Scale {
    /// `θ`; not finite if there is none.
    pub(super) fn coordinate(self, x: f64) -> f64 {
        match self {
            Self::Logarithm => x.ln(),
            Self::LogOdds => (x / (1.0 - x)).ln(),
        }
    }

    pub(super) fn value(self, coordinate: f64) -> f64 {
        match self {
            Self::Logarithm => coordinate.exp(),
            Self::LogOdds => 1.0 / (1.0 + (-coordinate).exp()),
        }
    }

    pub(super) fn of_var<T: Element>(self, coordinate: Var<'_, T>) -> Var<'_, T> {
        match self {
            Self::Logarithm => coordinate.exp(),
            Self::LogOdds => coordinate.sigmoid(),
        }
    }

    /// Where values are, in words.
    pub(super) fn range(self) -> &'static str {
        match self {
            Self::Logarithm => "finite and above 0",
            Self::LogOdds => "above 0 and below 1",
        }
    }
}
