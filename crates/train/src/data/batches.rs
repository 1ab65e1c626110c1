use std::collections::BTreeMap;

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

impl<T: Element> Iterator for Batches<'_, T> {
    type Item = Dataset<T>;

    fn next(&mut self) -> Option<Dataset<T>> {
        let rest = &self.order[self.next..];
        let batch = &rest[..self.size.min(rest.len())];
        self.next += batch.len();
        (!batch.is_empty()).then(|| self.data.select(batch))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let count = (self.order.len() - self.next).div_ceil(self.size);
        (count, Some(count))
    }
}

impl<T: Element> ExactSizeIterator for Batches<'_, T> {}
