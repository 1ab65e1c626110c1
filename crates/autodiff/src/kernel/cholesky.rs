//! The Cholesky factor of a matrix.

use super::machine::{Machine, vectorize};
use super::triangular::{Rows, divide, subtract};
use crate::Element;

/// `L ← ` the lower triangle with a positive diagonal and `L Lᵀ = ½ (A + Aᵀ)`, for row-major matrices
/// of `n` rows and columns; above the diagonal zeros. NaN everywhere if there is none.
///
/// ```
/// use tapegrad_autodiff::kernel::cholesky::factor;
/// let mut l = [0.0; 4];
/// factor(&mut l, &[4.0, 2.0, 2.0, 10.0], 2);
/// assert_eq!(l, [2.0, 0.0, 1.0, 3.0]);
/// ```
///
/// # Panics
/// If one of the two has not `n²` elements.
pub fn factor<T: Element>(l: &mut [T], a: &[T], n: usize) {
    assert!(
        l.len() == n * n && a.len() == n * n,
        "cholesky::factor: the matrices have {} and {} elements; with {n} rows each must have {}",
        a.len(),
        l.len(),
        n * n
    );
    let is_positive_definite = vectorize(
        #[inline(always)]
        |on| upper_factor(on, l, a, n),
    );
    if !is_positive_definite {
        l.fill(T::nan());
        return;
    }
    for i in 0..n {
        for j in 0..i {
            l[i * n + j] = l[j * n + i];
            l[j * n + i] = T::zero();
        }
    }
}

/// The upper triangle `U ← Lᵀ`, row by row, because what is read and written lies side by side then.
/// What is below it is not written. Whether there is one.
#[inline(always)]
fn upper_factor<T: Element>(on: Machine, u: &mut [T], a: &[T], n: usize) -> bool {
    let half = T::of(0.5);
    for i in 0..n {
        let (above, row) = u.split_at_mut(i * n);
        let row = &mut row[i..n];
        for j in i..n {
            row[j - i] = half * (a[i * n + j] + a[j * n + i]);
        }
        subtract(
            on,
            row,
            Rows {
                numbers: above,
                first: i,
                step: n,
                count: i,
            },
            #[inline(always)]
            |j| above[j * n + i],
        );
        // NaN is not positive either.
        if row[0].is_nan() || row[0] <= T::zero() {
            return false;
        }
        let root = row[0].sqrt();
        row[0] = root;
        divide(&mut row[1..], root);
    }
    true
}
