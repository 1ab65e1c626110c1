use std::fmt;

use super::suggestion::{steepest, valley};

/// A rate, and the loss before the step with it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LrPoint {
    /// The learning rate.
    pub rate: f64,
    /// The loss as it was given.
    pub loss: f64,
    /// The mean of the losses so far, of which the last counts most.
    pub smoothed: f64,
}

/// What an [`LrFinder`](crate::LrFinder) has found: the losses over the rates. Printed, a table.
#[derive(Clone, Debug, PartialEq)]
pub struct LrCurve {
    points: Vec<LrPoint>,
    /// How many points at the beginning suggest nothing.
    settling: usize,
    diverged: bool,
}

impl LrCurve {
    pub(super) fn new(points: Vec<LrPoint>, settling: usize, diverged: bool) -> Self {
        Self {
            points,
            settling,
            diverged,
        }
    }

    /// A point for each step, in the order of the rates.
    pub fn points(&self) -> &[LrPoint] {
        &self.points
    }

    /// Whether the last loss ended the test, as one that is too large or not finite.
    pub fn diverged(&self) -> bool {
        self.diverged
    }

    /// The rate at which the smoothed loss falls fastest, `argmin d smoothed / d ln rate`, without a
    /// tenth of the steps at the beginning, where it settles, and the last five, where it diverges. fastai's
    /// `steep`.
    ///
    /// `None` if the loss falls nowhere.
    pub fn suggestion(&self) -> Option<f64> {
        steepest(self.inner())
    }

    /// The rate in the middle of the longest valley: half as many points before the end of the longest
    /// sequence of ever smaller smoothed losses as the sequence has. fastai's `valley`, of the same points as
    /// [`suggestion`](LrCurve::suggestion).
    ///
    /// `None` if the loss falls nowhere. The search takes a time that is quadratic in the points.
    pub fn valley(&self) -> Option<f64> {
        valley(self.inner())
    }

    fn inner(&self) -> &[LrPoint] {
        let end = self.points.len().saturating_sub(5);
        self.points.get(self.settling..end).unwrap_or(&[])
    }
}

impl fmt::Display for LrCurve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:>10}  {:>12}  {:>12}", "rate", "loss", "smoothed")?;
        let (suggestion, valley) = (self.suggestion(), self.valley());
        for point in &self.points {
            let LrPoint {
                rate,
                loss,
                smoothed,
            } = *point;
            write!(f, "{rate:>10.3e}  {loss:>12.4e}  {smoothed:>12.4e}")?;
            if suggestion == Some(rate) {
                write!(f, "  steepest")?;
            }
            if valley == Some(rate) {
                write!(f, "  valley")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
