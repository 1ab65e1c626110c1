use std::collections::HashMap;

use super::{Next, Seen, Suggestion};

/// What is known of places, for a search that goes through its generations again.
///
/// A place is looked up by its very bits, so that numbers of trials do not matter: others may be between.
pub(super) struct Places<'a> {
    /// The trial there that had the most budget, and of several the last.
    seen: HashMap<Vec<u64>, &'a Seen<'a>>,
    ahead: &'a [&'a [f64]],
}

impl<'a> Places<'a> {
    pub(super) fn new(seen: &'a [Seen<'a>], ahead: &'a [&'a [f64]]) -> Self {
        let mut most: HashMap<Vec<u64>, &Seen> = HashMap::new();
        for trial in seen {
            let best = most.entry(bits(trial.coordinates)).or_insert(trial);
            if trial.budget >= best.budget {
                *best = trial;
            }
        }
        Self { seen: most, ahead }
    }

    /// The score at a place, above all others if the trial failed; `None` if no trial there is finished.
    pub(super) fn score(&self, place: &[f64]) -> Option<f64> {
        let trial = self.seen.get(&bits(place))?;
        let score = trial.score.filter(|score| score.is_finite());
        Some(score.unwrap_or(f64::MAX))
    }

    /// The scores of a generation; as long as some are missing, what is to be done.
    pub(super) fn scores(&self, generation: &[Vec<f64>]) -> Result<Vec<f64>, Next> {
        let scores: Vec<_> = generation.iter().map(|place| self.score(place)).collect();
        let ahead = |place: &Vec<f64>| self.ahead.iter().any(|a| bits(a) == bits(place));
        let mut open = generation.iter().zip(&scores);
        match open.find(|(place, score)| score.is_none() && !ahead(place)) {
            Some((place, _)) => Err(Next::Try(Suggestion::at(place.clone()))),
            None => scores.into_iter().collect::<Option<_>>().ok_or(Next::Wait),
        }
    }
}

fn bits(place: &[f64]) -> Vec<u64> {
    place
        .iter()
        .map(|coordinate| coordinate.to_bits())
        .collect()
}
