//! Where a study goes next.
//!
//! | | by | for | together |
//! |---|---|---|---|
//! | [`Grid`] | all combinations | two dimensions, pictures | any number |
//! | [`Random`] | draws | what is to be beaten | any number |
//! | `Tpe` (feature `tpe`) | densities of good and other trials | many dimensions, choices, conditions | any number |
//! | [`GaussianProcess`] | a model of the score | up to some ten dimensions, trials that are dear | a few |
//! | `CmaEs` (feature `cma-es`) | a normal distribution that moves | numbers, a hundred trials and more | a generation |
//! | [`Genetic`] | survivors and children | many cheap trials, choices | a generation |
//! | [`SuccessiveHalving`], [`Hyperband`] | short trials, of which the better ones get longer, around any of these (`Hyperband` around those that have no generations) | trainings that show early what they are worth | a rung |

mod bracket;
#[cfg(feature = "cma-es")]
mod cma_es;
mod comparable;
mod gaussian_process;
mod genetic;
mod grid;
mod hyperband;
mod mirrored;
mod places;
mod random;
mod successive_halving;
#[cfg(feature = "tpe")]
mod tpe;

use crate::Space;
#[cfg(feature = "cma-es")]
pub use cma_es::CmaEs;
pub use gaussian_process::GaussianProcess;
pub use genetic::Genetic;
pub use grid::Grid;
pub use hyperband::Hyperband;
pub use random::Random;
pub use successive_halving::SuccessiveHalving;
#[cfg(feature = "tpe")]
pub use tpe::Tpe;

/// Where to go next: a pure function of what was seen.
///
/// As it keeps nothing, the same trials lead to the same place in another process, on another day, and on any number
/// of threads: all that a study must remember is its trials.
///
/// A [`Space`] is a cube here: a coordinate from 0 to 1 for each of its [dimensions](Space::dimensions), also for
/// those that are [not there](Space::is_active) at a place. The least score is looked for.
pub trait Search: Send + Sync {
    /// The name in tables, with all settings: a [journal](crate::Study::journal) takes searches with one name for the
    /// same, and a study with another setting must not go on with it.
    fn name(&self) -> String;

    /// What the trial with this number is.
    ///
    /// `seen` are trials that are finished, by number; `ahead` are those with lower numbers that are not, of which
    /// only the places are known. `seed` is that of the study: draw from `random::derive(seed, number)`.
    fn next(
        &self,
        space: &Space,
        seen: &[Seen],
        ahead: &[&[f64]],
        number: usize,
        seed: u64,
    ) -> Next;

    /// Whether it is [done](Next::Done) at some number, and at all that follow. One that is not needs a number of
    /// [trials](crate::Study::trials).
    fn ends(&self) -> bool {
        false
    }
}

/// What points to a search is one: so a study can have one that is chosen when the program runs.
macro_rules! pointer {
    ($pointer:ty) => {
        impl<S: Search + ?Sized> Search for $pointer {
            fn name(&self) -> String {
                (**self).name()
            }
            fn next(
                &self,
                space: &Space,
                seen: &[Seen],
                ahead: &[&[f64]],
                number: usize,
                seed: u64,
            ) -> Next {
                (**self).next(space, seen, ahead, number, seed)
            }
            fn ends(&self) -> bool {
                (**self).ends()
            }
        }
    };
}

pointer!(&S);
pointer!(Box<S>);

/// What a search says of a trial.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    /// Try this.
    Try(Suggestion),
    /// First finish the trials that are ahead.
    Wait,
    /// All that was to be tried was tried.
    Done,
}

/// Where a trial is, and how much it may spend.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    /// A number from 0 to 1 for each dimension.
    pub coordinates: Vec<f64>,
    /// The share of a full training, above 0 and at most 1.
    pub budget: f64,
    /// The trial with less budget that this one goes on from, if it is at the same place.
    pub continues: Option<usize>,
}

impl Suggestion {
    /// A full training there.
    pub fn at(coordinates: Vec<f64>) -> Self {
        Self {
            coordinates,
            budget: 1.0,
            continues: None,
        }
    }
}

/// What a search is told of a finished trial.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen<'a> {
    /// The number of the trial.
    pub number: usize,
    /// Where it was.
    pub coordinates: &'a [f64],
    /// The share of a full training that it had.
    pub budget: f64,
    /// Its score, if it went to its end. One that was pruned has none, as one that failed: its last report is of less
    /// than its budget.
    pub score: Option<f64>,
}
