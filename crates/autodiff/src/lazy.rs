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

#[cfg(test)]
mod tests {
    use ndarray::array;

    use crate::Tape;
    use crate::spare::Numbers;

    /// A Hessian-vector product does not compute the gradient that it goes through; who reads it does.
    #[test]
    fn what_is_not_read_is_not_computed() {
        let tape = Tape::<f64>::new();
        let (x, w) = (
            tape.constant(array![[1.0, 2.0]]),
            tape.var(array![[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]),
        );
        let y = x.dot(w).square().sum(..);
        tape.hvp(y, &[w], &[w]);
        let gradient = (0..tape.len()).map(|node| tape.at(node)).filter(|z| {
            let (_, numbers) = z.read().clone().into_parts();
            let numbers = numbers.expect("no value is passing through");
            matches!(&*numbers, Numbers::Lazy(product) if product.numbers.get().is_none())
        });
        let gradient: Vec<_> = gradient.collect();
        assert_eq!(gradient.len(), 1);
        assert_eq!(gradient[0].value(), tape.grad(y, &[w])[0].value());
    }
}
