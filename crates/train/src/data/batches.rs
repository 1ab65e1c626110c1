use tapegrad_autodiff::Element;

use super::Dataset;

/// The batches of one epoch, made by [`Dataset::batches`].
#[derive(Clone, Debug)]
pub struct Batches<'d, T: Element = f32> {
    data: &'d Dataset<T>,
    order: Vec<usize>,
    size: usize,
    next: usize,
}

impl<'d, T: Element> Batches<'d, T> {
    pub(super) fn new(data: &'d Dataset<T>, order: Vec<usize>, size: usize) -> Self {
        Self {
            data,
            order,
            size,
            next: 0,
        }
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
