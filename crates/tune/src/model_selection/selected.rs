use std::fmt;

use super::Finalist;
use crate::{Space, Trials, Values};

/// What a [`ModelSelection`](super::ModelSelection) did, why, and what it came to. Displayed, it is the whole report.
#[derive(Clone, Debug, PartialEq)]
pub struct Selected {
    /// The trials of the whole space.
    pub explore: Trials,
    /// What was left of the space to refine.
    pub refined: Space,
    /// The trials around the best.
    pub refine: Trials,
    /// The best of both, by their score on the rows held out, with their folds.
    pub finalists: Vec<Finalist>,
    /// Which of them was chosen.
    pub chosen: usize,
    /// The seed of the last fit, on all training rows: with it and the [values](Selected::values) the objective makes
    /// the same model again.
    pub seed: u64,
    /// The score of that fit on the test rows.
    pub test: f64,
    /// What was told after each stage.
    pub(super) told: Vec<String>,
}

impl Selected {
    /// What was chosen.
    pub fn values(&self) -> &Values {
        &self.finalists[self.chosen].values
    }
}

/// What was done in each stage, and why.
impl fmt::Display for Selected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told.join("\n\n"))
    }
}
