//! Matrix products.
#![expect(unsafe_code, reason = "matrixmultiply takes pointers and strides")]

use ndarray::ArrayView2;

use super::elementwise::from_flat;
use crate::{ArcArrayD, Element};

/// A product of matrices anywhere in memory, as matrixmultiply has one for each element type.
pub trait Gemm: Sized {
    /// `C ← A B` with `A` of `m × k`, `B` of `k × n`.
    ///
    /// # Safety
    /// For each matrix, every element that its size and (row, column) strides address must lie in the storage behind its pointer,
    /// and no two elements of `C` are at one place, which is in neither `A` nor `B`.
    unsafe fn gemm(
        size: [usize; 3],
        a: (*const Self, [isize; 2]),
        b: (*const Self, [isize; 2]),
        c: (*mut Self, [isize; 2]),
    );
}

macro_rules! gemm {
    ($element:ty, $function:path) => {
        impl Gemm for $element {
            unsafe fn gemm(
                [m, k, n]: [usize; 3],
                (a, [ra, ca]): (*const Self, [isize; 2]),
                (b, [rb, cb]): (*const Self, [isize; 2]),
                (c, [rc, cc]): (*mut Self, [isize; 2]),
            ) {
                // SAFETY: what matrixmultiply asks for is what the caller has promised.
                unsafe { $function(m, k, n, 1.0, a, ra, ca, b, rb, cb, 0.0, c, rc, cc) }
            }
        }
    };
}

gemm!(f32, matrixmultiply::sgemm);
gemm!(f64, matrixmultiply::dgemm);

/// `A B` in row-major order; `A` and `B` in any layout, so a transposed operand is not copied.
pub(crate) fn product<T: Element>(a: ArrayView2<'_, T>, b: ArrayView2<'_, T>) -> ArcArrayD<T> {
    let ([m, k], n) = ([a.nrows(), a.ncols()], b.ncols());
    assert_eq!(k, b.nrows(), "the caller has seen to the inner dimensions");
    let mut c = vec![T::zero(); m * n];
    let strides = |x: &ArrayView2<'_, T>| [x.strides()[0], x.strides()[1]];
    // SAFETY: the views' sizes and strides describe their own storage, which is borrowed; `c` is new and holds m × n elements in rows of n.
    unsafe {
        T::gemm(
            [m, k, n],
            (a.as_ptr(), strides(&a)),
            (b.as_ptr(), strides(&b)),
            (c.as_mut_ptr(), [n as isize, 1]),
        );
    }
    from_flat(&[m, n], c)
}
