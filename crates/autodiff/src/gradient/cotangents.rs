use std::ops::Range;

/// What was added so far to the cotangents of the nodes from `first` on.
pub(super) struct Cotangents<'s, C> {
    first: usize,
    sums: &'s mut Vec<Option<C>>,
}

impl<'s, C> Cotangents<'s, C> {
    /// For the nodes from `first` on, in the given storage.
    pub(super) fn of(first: usize, sums: &'s mut Vec<Option<C>>) -> Self {
        sums.clear();
        Self { first, sums }
    }

    /// From the first node to the last to which something came.
    pub(super) fn nodes(&self) -> Range<usize> {
        self.first..self.first + self.sums.len()
    }

    /// What came to a node so far. When its turn comes, in the order opposite to that of the nodes'
    /// making, that is its whole cotangent.
    #[inline]
    pub(super) fn take(&mut self, node: usize) -> Option<C> {
        self.sums.get_mut(node - self.first)?.take()
    }

    #[inline]
    pub(super) fn put(&mut self, node: usize, sum: C) {
        let place = node - self.first;
        if place >= self.sums.len() {
            self.sums.resize_with(place + 1, || None);
        }
        self.sums[place] = Some(sum);
    }
}
