use crate::Space;
use crate::search::{Next, Search, Seen};

/// A search whose name in a journal says what its scores are of: with other rows it is another study.
pub(super) struct Described<S> {
    pub(super) search: S,
    pub(super) scores: String,
}

impl<S: Search> Search for Described<S> {
    fn name(&self) -> String {
        format!("{}, {}", self.search.name(), self.scores)
    }

    fn next(
        &self,
        space: &Space,
        seen: &[Seen],
        ahead: &[&[f64]],
        number: usize,
        seed: u64,
    ) -> Next {
        self.search.next(space, seen, ahead, number, seed)
    }

    fn ends(&self) -> bool {
        self.search.ends()
    }
}
