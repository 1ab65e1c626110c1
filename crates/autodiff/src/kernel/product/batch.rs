//! Products of batches: one of matrices for each place of the leading axes.

use ndarray::ArrayView2;

use super::{Start, THREADED, gemm};
use crate::Element;
use crate::kernel::threads::{for_each_chunk, threads};

/// Matrices one after the other, row-major, with the sizes of the axes before their two.
pub(crate) struct Batch<'a, T> {
    pub(crate) numbers: &'a [T],
    pub(crate) leading: &'a [usize],
    pub(crate) matrix: [usize; 2],
    pub(crate) transposed: bool,
}

impl<'a, T: Element> Batch<'a, T> {
    /// The factor of the `index`-th product under the axes `leading`, which these broadcast to.
    fn factor(&self, mut index: usize, leading: &[usize]) -> ArrayView2<'a, T> {
        let mut first = 0;
        let mut stride = self.matrix[0] * self.matrix[1];
        let length = stride;
        for (&own, &size) in self.leading.iter().rev().zip(leading.iter().rev()) {
            if own != 1 {
                first += index % size * stride;
                stride *= own;
            }
            index /= size;
        }
        let numbers = &self.numbers[first..first + length];
        let matrix =
            ArrayView2::from_shape(self.matrix, numbers).expect("one number for each place");
        if self.transposed {
            matrix.reversed_axes()
        } else {
            matrix
        }
    }
}

/// `C ← A B` for each pair of factors, whose leading axes broadcast to those of `C`. Each product
/// has the bits that it has alone.
pub(crate) fn gemm_batch<T: Element>(
    a: &Batch<'_, T>,
    b: &Batch<'_, T>,
    leading: &[usize],
    c: &mut [T],
) {
    if c.is_empty() {
        return;
    }
    let count: usize = leading.iter().product();
    let length = c.len() / count;
    let products = |first: usize, c: &mut [T]| {
        for (index, c) in c.chunks_exact_mut(length).enumerate() {
            let (a, b) = (
                a.factor(first + index, leading),
                b.factor(first + index, leading),
            );
            gemm(a, b, Start::Zero, c, None);
        }
    };
    // A large product is divided among threads by itself.
    let work = length.saturating_mul(a.matrix[usize::from(!a.transposed)]);
    if work < THREADED && work.saturating_mul(count) >= THREADED && threads() > 1 {
        let together = count.div_ceil(2 * threads());
        return for_each_chunk(c, together * length, |index, c| {
            products(index * together, c)
        });
    }
    products(0, c);
}
