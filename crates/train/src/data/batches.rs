use std::collections::BTreeMap;
use std::ops::Range;

use rand::seq::SliceRandom;
use tapegrad_autodiff::Element;
use tapegrad_nn::random::{self, Stream};

use super::Dataset;
use crate::error;

/// The batches of one epoch, made by [`Dataset::batches`] or [`Dataset::balanced_batches`].
#[derive(Clone, Debug)]
pub struct Batches<'d, T: Element = f32> {
    data: &'d Dataset<T>,
    order: Vec<usize>,
    size: usize,
    next: usize,
}

impl<T: Element> Dataset<T> {
    /// The rows in batches of `size`, the last one perhaps smaller, in an order that (`seed`,
    /// `epoch`) fixes and nothing else.
    ///
    /// ```
    /// use tapegrad_train::data;
    ///
    /// let data = data::moons::<f32>(100, 0.1, 1);
    /// let sizes = |batches: data::Batches<'_>| batches.map(|batch| batch.rows()).collect::<Vec<_>>();
    /// assert_eq!(sizes(data.batches(32, 1, 0)), [32, 32, 32, 4]);
    /// assert_eq!(sizes(data.batches(32, 1, 0).drop_last()), [32, 32, 32]);
    /// ```
    ///
    /// # Panics
    /// If `size` is 0.
    #[track_caller]
    pub fn batches(&self, size: usize, seed: u64, epoch: usize) -> Batches<'_, T> {
        if size == 0 {
            error::batch_size("batches");
        }
        self.in_batches(self.order(random::derive(seed, epoch)), size)
    }

    /// [`batches`](Dataset::batches) in which all classes come equally often: as many rows in all as there are,
    /// of each class with a row as many as of any other but for one.
    ///
    /// A class draws from its rows without replacement, and anew when all were drawn: so a row of a rare class
    /// comes several times an epoch, one of a frequent class perhaps not.
    ///
    /// # Panics
    /// If `size` is 0, or as [`classes`](Dataset::classes).
    #[track_caller]
    pub fn balanced_batches(&self, size: usize, seed: u64, epoch: usize) -> Batches<'_, T> {
        if size == 0 {
            error::batch_size("balanced_batches");
        }
        let mut of_class = BTreeMap::<_, Vec<_>>::new();
        for (row, class) in self.classes().into_iter().enumerate() {
            of_class.entry(class).or_default().push(row);
        }
        let mut stream = random::stream(random::derive(seed, epoch));
        let mut of_class: Vec<_> = of_class.into_values().collect();
        of_class.shuffle(&mut stream); // so that it is not always the first classes that have one more
        let (rows, classes) = (self.rows(), of_class.len());
        let mut order = Vec::with_capacity(rows);
        for (place, mut from) in of_class.into_iter().enumerate() {
            draw(
                &mut from,
                rows / classes + usize::from(place < rows % classes),
                &mut stream,
                &mut order,
            );
        }
        order.shuffle(&mut stream);
        self.in_batches(order, size)
    }

    fn in_batches(&self, order: Vec<usize>, size: usize) -> Batches<'_, T> {
        Batches {
            data: self,
            order,
            size,
            next: 0,
        }
    }
}

/// Appends `count` rows: all, in a new order each time, as often as they fit.
fn draw(from: &mut [usize], count: usize, stream: &mut Stream, order: &mut Vec<usize>) {
    let mut left = count;
    while left > 0 {
        from.shuffle(stream);
        let drawn = left.min(from.len());
        order.extend(&from[..drawn]);
        left -= drawn;
    }
}

impl<T: Element> Batches<'_, T> {
    /// Only the batches that are full: for the last one, if it is smaller, there are others in other epochs.
    pub fn drop_last(mut self) -> Self {
        let left = self.order.len() - self.next;
        self.order
            .truncate(self.next + left / self.size * self.size);
        self
    }
}

impl<T: Element> Batches<'_, T> {
    /// The next batch in the memory of another one, so that a loop over batches of one size does not touch the heap
    /// once no tape holds them; `false` if there is none.
    ///
    /// ```
    /// use tapegrad_train::data;
    ///
    /// let data = data::moons::<f32>(100, 0.1, 1);
    /// let (mut batch, mut count) = (data.select(&[]), 0);
    /// let mut batches = data.batches(32, 1, 0);
    /// for same in data.batches(32, 1, 0) {
    ///     assert!(batches.next_into(&mut batch));
    ///     assert_eq!(batch, same);
    ///     count += 1;
    /// }
    /// assert!(!batches.next_into(&mut batch) && count == 4);
    /// ```
    pub fn next_into(&mut self, batch: &mut Dataset<T>) -> bool {
        let rows = self.take_rows(1);
        if rows.is_empty() {
            return false;
        }
        self.data.select_into(&self.order[rows], batch);
        true
    }

    /// Leaves out so many batches, which are not made.
    pub(crate) fn leave_out(&mut self, batches: usize) {
        self.take_rows(batches);
    }

    /// The places in the order of the rows of the next batches.
    fn take_rows(&mut self, batches: usize) -> Range<usize> {
        let start = self.next;
        let rows = self.size.saturating_mul(batches);
        self.next += rows.min(self.order.len() - start);
        start..self.next
    }
}

impl<T: Element> Iterator for Batches<'_, T> {
    type Item = Dataset<T>;

    fn next(&mut self) -> Option<Dataset<T>> {
        let rows = self.take_rows(1);
        (!rows.is_empty()).then(|| self.data.select(&self.order[rows]))
    }

    fn nth(&mut self, batches: usize) -> Option<Dataset<T>> {
        self.leave_out(batches);
        self.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let count = (self.order.len() - self.next).div_ceil(self.size);
        (count, Some(count))
    }
}

impl<T: Element> ExactSizeIterator for Batches<'_, T> {}
