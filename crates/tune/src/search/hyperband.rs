use std::fmt;

use super::bracket::{Bracket, Brackets, rungs_above};
use super::{Next, Search, Seen};
use crate::{Space, error};

/// [Successive halving](super::SuccessiveHalving) that begins with every budget in turn, as nobody knows from which on
/// scores tell good places from bad ones (Li et al. 2018).
///
/// ```text
/// s = S, …, 1, 0:    ⌈(S + 1) ηˢ / (s + 1)⌉ places with the budget η⁻ˢ, then successive halving
/// ```
///
/// | setting | default | |
/// |---|---|---|
/// | the least budget | – | `η⁻ˢ` is not less, from 1e-6 to 1 |
/// | [`eta`](Hyperband::eta), `η` | 3 | one of so many goes on, with so many times the budget |
///
/// The search within is shown first rungs with all budgets, and must know them apart: `CmaEs` and
/// [`Genetic`](super::Genetic), which compare what stands in a generation, belong in
/// [`SuccessiveHalving`](super::SuccessiveHalving) only.
///
/// After `s = 0`, where every place has a full training, it begins again, until the study has as many
/// [trials](crate::Study::trials) as there are to be.
///
/// ```
/// use tapegrad_tune::search::{Hyperband, Random};
/// use tapegrad_tune::{Space, Study};
///
/// let space = Space::new().linear("x", -1.0..=1.0);
/// // 9 places with 1/9, 3 with 1/3, 1; then 5 with 1/3, 1; then 3 with a full training.
/// let study = Study::new(space, Hyperband::new(Random, 1.0 / 9.0)).trials(22);
/// let trials = study.run(|trial| trial.values().number("x").powi(2) + 0.1 / trial.budget())?;
/// let thirds = trials.all().iter().filter(|trial| trial.budget == 1.0 / 3.0);
/// assert_eq!(thirds.count(), 3 + 5);
/// # Ok::<(), tapegrad_tune::StudyError>(())
/// ```
pub struct Hyperband {
    search: Box<dyn Search>,
    least: f64,
    eta: usize,
}

impl Hyperband {
    /// Places of another search, with so much of a full training at least.
    ///
    /// # Panics
    /// If the budget is not from 1e-6 to 1.
    #[track_caller]
    pub fn new(search: impl Search + 'static, least_budget: f64) -> Self {
        Self {
            search: Box::new(search),
            least: error::least_budget("Hyperband", least_budget),
            eta: 3,
        }
    }

    /// One of so many goes on, with so many times the budget.
    ///
    /// # Panics
    /// If it is not from 2 to 1000.
    #[track_caller]
    pub fn eta(mut self, eta: usize) -> Self {
        self.eta = error::eta("Hyperband", eta);
        self
    }
}

impl Search for Hyperband {
    fn name(&self) -> String {
        let (eta, least, search) = (self.eta, self.least, self.search.name());
        format!("hyperband (η {eta}, least budget {least}) of {search}")
    }

    fn next(
        &self,
        space: &Space,
        seen: &[Seen],
        ahead: &[&[f64]],
        number: usize,
        seed: u64,
    ) -> Next {
        let most = rungs_above(self.eta, self.least);
        let bracket = |number: usize| {
            let above = most - (number % (most as usize + 1)) as u32;
            let places = (most as usize + 1) * self.eta.pow(above);
            Bracket {
                places: places.div_ceil(above as usize + 1),
                above,
            }
        };
        let brackets = Brackets {
            eta: self.eta,
            search: &*self.search,
            bracket: &bracket,
        };
        brackets.next(space, seen, ahead, number, seed)
    }

    fn ends(&self) -> bool {
        self.search.ends()
    }
}

impl fmt::Debug for Hyperband {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hyperband({})", self.name())
    }
}
