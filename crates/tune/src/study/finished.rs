use std::fmt;

use crate::Values;
use crate::search::Seen;
use crate::space::short;

/// A trial that is over.
#[derive(Clone, Debug, PartialEq)]
pub struct Finished {
    /// Its number, from 0.
    pub number: usize,
    /// The number of the first trial of its round.
    pub round: usize,
    /// Where it was in the cube.
    pub coordinates: Vec<f64>,
    /// What stands there.
    pub values: Values,
    /// The share of a full training that it had.
    pub budget: f64,
    /// The trial that it went on from.
    pub continues: Option<usize>,
    /// Steps and scores that were reported on the way.
    pub reports: Vec<(usize, f64)>,
    /// How it ended.
    pub outcome: Outcome,
}

/// How a trial ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// With a score.
    Complete(f64),
    /// It was told to stop, with this score at last.
    Pruned(f64),
    /// Without a score.
    Failed(String),
}

impl Outcome {
    /// In a word, as it stands in tables.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Complete(_) => "complete",
            Self::Pruned(_) => "pruned",
            Self::Failed(_) => "failed",
        }
    }
}

impl Finished {
    /// The score, if it did not fail; of a pruned trial the last one that was reported.
    pub fn score(&self) -> Option<f64> {
        match self.outcome {
            Outcome::Complete(score) | Outcome::Pruned(score) => Some(score),
            Outcome::Failed(_) => None,
        }
    }

    /// Whether it went to its end, with a score.
    pub fn is_complete(&self) -> bool {
        matches!(self.outcome, Outcome::Complete(_))
    }

    /// Why it failed, if it did.
    pub fn reason(&self) -> Option<&str> {
        match &self.outcome {
            Outcome::Failed(reason) => Some(reason),
            _ => None,
        }
    }

    /// What a search is told of it: a score only if it went to its end, as another one is not to be compared.
    pub fn seen(&self) -> Seen<'_> {
        Seen {
            number: self.number,
            coordinates: &self.coordinates,
            budget: self.budget,
            score: self.score().filter(|_| self.is_complete()),
        }
    }
}

/// A line: the number, the outcome, the values.
impl fmt::Display for Finished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "trial {}: ", self.number)?;
        match &self.outcome {
            Outcome::Complete(score) => f.write_str(&short(*score))?,
            Outcome::Pruned(score) => write!(f, "{} when it was pruned", short(*score))?,
            Outcome::Failed(reason) => write!(f, "failed, {reason}")?,
        }
        write!(f, " ({}", self.values)?;
        if self.budget < 1.0 {
            write!(f, "; budget {}", short(self.budget))?;
        }
        f.write_str(")")
    }
}
