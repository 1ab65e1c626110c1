use rand::seq::SliceRandom;
use tapegrad_nn::random;

use super::Fold;
use crate::error;

/// How often folds are made, and in what order of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repetition {
    /// Once, in the order of the data.
    InOrder,
    /// Several times, each in another order by chance.
    Shuffled { times: usize, seed: u64 },
}

impl Repetition {
    /// So many times by chance.
    #[track_caller]
    pub(super) fn shuffled(who: &str, times: usize, seed: u64) -> Self {
        if times == 0 {
            error::none(who, "times");
        }
        Self::Shuffled { times, seed }
    }

    /// The folds of each time; `make` is told how to bring a list in order.
    pub(super) fn each(
        self,
        make: impl Fn(&mut dyn FnMut(&mut [usize])) -> Vec<Fold>,
    ) -> Vec<Fold> {
        match self {
            Self::InOrder => make(&mut |_| ()),
            Self::Shuffled { times, seed } => (0..times)
                .flat_map(|time| {
                    let mut stream = random::stream(random::derive(seed, time));
                    make(&mut |list| list.shuffle(&mut stream))
                })
                .collect(),
        }
    }
}
