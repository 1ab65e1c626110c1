use std::fmt;

use super::ValidationError;
use crate::space::short;

/// What the folds of a [validation](super::cross_validate) came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Scores {
    /// The score of each fold, or why it has none.
    pub each: Vec<Result<f64, String>>,
}

impl Scores {
    /// Of folds of which one has a score at least.
    pub(super) fn new(each: Vec<Result<f64, String>>) -> Result<Self, ValidationError> {
        let count = each.len();
        match each.iter().find_map(|fold| fold.as_ref().err()) {
            Some(reason) if each.iter().all(Result::is_err) => Err(ValidationError::AllFailed {
                count,
                reason: reason.clone(),
            }),
            _ => Ok(Self { each }),
        }
    }

    /// The scores that there are.
    fn scores(&self) -> impl Iterator<Item = f64> + Clone {
        self.each
            .iter()
            .filter_map(|fold| fold.as_ref().ok())
            .copied()
    }

    /// `m = Σ s / k`, of the `k` folds that did not fail. Settings are to be compared by it only if
    /// [none](Scores::failed) did, as they are if these scores are a trial's [result](crate::Scored).
    pub fn mean(&self) -> f64 {
        self.scores().sum::<f64>() / self.scores().count() as f64
    }

    /// `√(Σ (s − m)² / (k − 1)) / √k`, the standard error of the mean if the `k` scores were independent; `None` for one.
    ///
    /// They are not quite: folds have training rows in common, and repetitions all rows. So of repeated folds it is too
    /// small.
    pub fn standard_error(&self) -> Option<f64> {
        let (mean, count) = (self.mean(), self.scores().count() as f64);
        let squares = self
            .scores()
            .map(|score| (score - mean).powi(2))
            .sum::<f64>();
        (count > 1.0).then(|| (squares / (count - 1.0) / count).sqrt())
    }

    /// The folds that failed, and why.
    pub fn failed(&self) -> impl Iterator<Item = (usize, &str)> {
        let folds = self.each.iter().enumerate();
        folds.filter_map(|(number, fold)| Some((number, fold.as_ref().err()?.as_str())))
    }
}

/// Mean and standard error, and what failed.
impl fmt::Display for Scores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&short(self.mean()))?;
        if let Some(error) = self.standard_error() {
            write!(f, " ± {}", short(error))?;
        }
        write!(f, " of {} folds", self.scores().count())?;
        for (fold, reason) in self.failed() {
            write!(f, "; fold {fold} failed, {reason}")?;
        }
        Ok(())
    }
}
