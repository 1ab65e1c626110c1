use std::fmt::Display;

use crate::Scores;

/// What an objective gives: a score, or the reason why there is none.
///
/// | | score |
/// |---|---|
/// | `f64`, `f32` | the number, if it is finite |
/// | [`Scores`] | the mean, if no fold failed: that of fewer folds is not to be compared |
/// | `Result` of any of these | the same of `Ok`; the reason of `Err` in words |
pub trait Scored {
    /// The score, or the reason.
    ///
    /// # Errors
    /// If there is none, or it is NaN or infinite.
    fn scored(self) -> Result<f64, String>;
}

impl Scored for f64 {
    fn scored(self) -> Result<f64, String> {
        match self.is_finite() {
            true => Ok(self),
            false => Err(format!("the score is {self}; it must be finite")),
        }
    }
}

impl Scored for f32 {
    fn scored(self) -> Result<f64, String> {
        f64::from(self).scored()
    }
}

/// As a trial, a setting of which a fold failed has failed.
impl Scored for Scores {
    fn scored(self) -> Result<f64, String> {
        match self.failed().next() {
            Some((fold, reason)) => Err(format!("fold {fold} failed, {reason}")),
            None => self.mean().scored(),
        }
    }
}

impl<S: Scored, E: Display> Scored for Result<S, E> {
    fn scored(self) -> Result<f64, String> {
        self.map_err(|error| error.to_string())?.scored()
    }
}
