//! Matrix products.
#![expect(unsafe_code, reason = "matrixmultiply takes pointers and strides")]

use ndarray::ArrayView2;

use super::elementwise::from_flat;
use crate::{ArcArrayD, Element};

/// The product of matrices of any strides, as matrixmultiply has one for each element type.
pub trait Gemm: Sized {
    /// `C ← A B`, `C` in row-major order.
    ///
    /// # Panics
    /// If the inner dimensions differ or `c` has not one element for each row of `A` and column of
    /// `B`.
    fn gemm(a: ArrayView2<'_, Self>, b: ArrayView2<'_, Self>, c: &mut [Self]);
}

macro_rules! gemm {
    ($element:ty, $function:path) => {
        impl Gemm for $element {
            fn gemm(a: ArrayView2<'_, Self>, b: ArrayView2<'_, Self>, c: &mut [Self]) {
                let ((m, k), n) = (a.dim(), b.ncols());
                assert_eq!(k, b.nrows(), "the inner dimensions");
                assert_eq!(
                    m.checked_mul(n),
                    Some(c.len()),
                    "one element for each row and column"
                );
                let [[ra, ca], [rb, cb]] = [&a, &b].map(|x| [x.strides()[0], x.strides()[1]]);
                // SAFETY: sizes and strides of the views describe storage that they borrow; `c` is
                // borrowed exclusively and was just seen to hold m × n elements, which these
                // strides address in rows of n.
                unsafe {
                    $function(
                        m,
                        k,
                        n,
                        1.0,
                        a.as_ptr(),
                        ra,
                        ca,
                        b.as_ptr(),
                        rb,
                        cb,
                        0.0,
                        c.as_mut_ptr(),
                        n as isize,
                        1,
                    );
                }
            }
        }
    };
}

gemm!(f32, matrixmultiply::sgemm);
gemm!(f64, matrixmultiply::dgemm);

/// `A B` in row-major order; `A` and `B` in any layout, so a transposed operand is not copied.
pub(crate) fn product<T: Element>(a: ArrayView2<'_, T>, b: ArrayView2<'_, T>) -> ArcArrayD<T> {
    let (m, n) = (a.nrows(), b.ncols());
    let count = m.checked_mul(n).expect("a product that memory can hold");
    let mut c = vec![T::zero(); count];
    if count > 0 && a.ncols() > 0 {
        T::gemm(a, b, &mut c);
    }
    from_flat(&[m, n], c)
}
