use std::fmt;

use super::bracket::{Bracket, Brackets, rungs_above};
use super::{Next, Search, Seen};
use crate::{Space, error};

/// Many places of another search with a small [budget](crate::Trial::budget), the best third of them with three times
/// as much, and so on up to a full training (Jamieson and Talwalkar 2016).
///
/// | setting | default | |
/// |---|---|---|
/// | the least budget | – | of the first rung at least, from 1e-6 to 1 |
/// | [`eta`](SuccessiveHalving::eta), `η` | 3 | one of so many goes on, with so many times the budget |
/// | [`places`](SuccessiveHalving::places) | `η` to the number of rungs above the first | on the first rung |
///
/// When one ladder is at its top the next begins, until the study has as many [trials](crate::Study::trials) as there
/// are to be. Of places that failed or were pruned none goes on; at least one does of those that did not. A rung begins
/// when the one below is finished: a round of a study ends there.
///
/// A trial [goes on](crate::Trial::continues) from the one on the rung below if the objective keeps models; else it
/// trains anew.
///
/// The search within knows the trials of first rungs; BOHB (Falkner et al. 2018) shows it those above, too. If it
/// [ends](Search::ends) within a first rung, the rung is as long as it went, and its best go on; then this ends, too.
///
/// ```
/// use tapegrad_tune::search::{Random, SuccessiveHalving};
/// use tapegrad_tune::{Space, Study};
///
/// let space = Space::new().linear("x", -1.0..=1.0);
/// // 9 places with a ninth of the epochs, 3 with a third, 1 with all.
/// let study = Study::new(space, SuccessiveHalving::new(Random, 1.0 / 9.0)).trials(13);
/// let trials = study.run(|trial| trial.values().number("x").powi(2) + 0.1 / trial.budget())?;
/// let best = trials.best().unwrap();
/// assert_eq!((best.number, best.budget, best.continues), (12, 1.0, Some(9)));
/// # Ok::<(), tapegrad_tune::StudyError>(())
/// ```
pub struct SuccessiveHalving {
    search: Box<dyn Search>,
    least: f64,
    eta: usize,
    places: Option<usize>,
}

impl SuccessiveHalving {
    /// Places of another search, with so much of a full training at least.
    ///
    /// # Panics
    /// If the budget is not from 1e-6 to 1.
    #[track_caller]
    pub fn new(search: impl Search + 'static, least_budget: f64) -> Self {
        Self {
            search: Box::new(search),
            least: error::least_budget("SuccessiveHalving", least_budget),
            eta: 3,
            places: None,
        }
    }

    /// One of so many goes on, with so many times the budget.
    ///
    /// # Panics
    /// If it is not from 2 to 1000.
    #[track_caller]
    pub fn eta(mut self, eta: usize) -> Self {
        self.eta = error::eta("SuccessiveHalving", eta);
        self
    }

    /// How many places are on the first rung.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn places(mut self, count: usize) -> Self {
        let count = error::at_least_one("SuccessiveHalving", "number of places", count);
        self.places = Some(count);
        self
    }
}

impl Search for SuccessiveHalving {
    fn name(&self) -> String {
        let Self { least, eta, .. } = self;
        let name = format!("successive halving (η {eta}, least budget {least}");
        let places = self.places.map(|places| format!(", {places} places"));
        let (places, search) = (places.unwrap_or_default(), self.search.name());
        format!("{name}{places}) of {search}")
    }

    fn next(
        &self,
        space: &Space,
        seen: &[Seen],
        ahead: &[&[f64]],
        number: usize,
        seed: u64,
    ) -> Next {
        let above = rungs_above(self.eta, self.least);
        let places = self.places.unwrap_or(self.eta.pow(above));
        let brackets = Brackets {
            eta: self.eta,
            search: &*self.search,
            bracket: &|_| Bracket { places, above },
        };
        brackets.next(space, seen, ahead, number, seed)
    }

    fn ends(&self) -> bool {
        self.search.ends()
    }
}

impl fmt::Debug for SuccessiveHalving {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SuccessiveHalving({})", self.name())
    }
}
