use rand::RngExt;
use tapegrad_nn::random;

use super::{Next, Search, Seen, Suggestion};
use crate::Space;

/// Places drawn evenly, each by itself (Bergstra and Bengio 2012).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Random;

impl Search for Random {
    fn name(&self) -> String {
        "random".to_owned()
    }

    fn next(
        &self,
        space: &Space,
        _seen: &[Seen],
        _ahead: &[&[f64]],
        number: usize,
        seed: u64,
    ) -> Next {
        let mut stream = random::stream(random::derive(seed, number));
        let coordinates = space.dimensions().iter().map(|_| stream.random());
        Next::Try(Suggestion::at(coordinates.collect()))
    }
}
