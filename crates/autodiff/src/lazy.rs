//! Products of matrices that are not computed before they are read.

use std::sync::OnceLock;

use crate::Element;
use crate::kernel::product::{Start, gemm};
use crate::value::Value;

/// The product of two matrices, summed over the axes `inner` of the two. Where only its derivatives
/// are asked for, its numbers never are.
#[derive(Debug)]
pub(crate) struct LazyProduct<T: Element> {
    factors: [Value<T>; 2],
    inner: [usize; 2],
    numbers: OnceLock<Vec<T>>,
}

impl<T: Element> LazyProduct<T> {
    pub(crate) fn new(factors: [Value<T>; 2], inner: [usize; 2]) -> Self {
        Self {
            factors,
            inner,
            numbers: OnceLock::new(),
        }
    }

    /// The numbers in row-major order, from the second time on without computing them.
    pub(crate) fn numbers(&self) -> &[T] {
        self.numbers.get_or_init(|| {
            let ([x, y], [i, j]) = (&self.factors, self.inner);
            let mut numbers = vec![T::zero(); x.shape()[1 - i] * y.shape()[1 - j]];
            multiply([x, y], self.inner, &mut numbers);
            numbers
        })
    }
}

/// The product of two matrices, summed over the axes `inner` of the two.
#[inline]
pub(crate) fn multiply<T: Element>(factors: [&Value<T>; 2], inner: [usize; 2], product: &mut [T]) {
    // With the inner axis last on the left and first on the right.
    let [mut x, mut y] = factors.map(Value::matrix);
    if inner[0] == 0 {
        x = x.reversed_axes();
    }
    if inner[1] == 1 {
        y = y.reversed_axes();
    }
    gemm(x, y, Start::Zero, product, None);
}
