//! Matrix products.
#![expect(unsafe_code, reason = "matrixmultiply takes pointers and strides")]

use ndarray::ArrayView2;

use crate::Element;

/// Stand-in.
#[allow(missing_docs)]
pub trait Gemm: Sized {
    fn gemm(a: ArrayView2<'_, Self>, b: ArrayView2<'_, Self>, beta: Self, c: &mut [Self]);
}

macro_rules! gemm {
    ($element:ty, $function:path) => {
        impl Gemm for $element {
            fn gemm(a: ArrayView2<'_, Self>, b: ArrayView2<'_, Self>, beta: Self, c: &mut [Self]) {
                let ((m, k), n) = (a.dim(), b.ncols());
                assert_eq!(m.checked_mul(n), Some(c.len()));
                let [[ra, ca], [rb, cb]] = [&a, &b].map(|x| [x.strides()[0], x.strides()[1]]);
                // SAFETY: stand-in.
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
                        beta,
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

/// What a product is added to.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub enum Start<'a, T> {
    Zero,
    Row(&'a [T]),
    Sum,
}

/// Stand-in.
pub fn gemm<T: Element>(
    a: ArrayView2<'_, T>,
    b: ArrayView2<'_, T>,
    start: Start<'_, T>,
    c: &mut [T],
    finish: Option<&(dyn Fn(&mut [T]) + Sync)>,
) {
    let beta = match start {
        Start::Zero => {
            c.fill(T::zero());
            T::zero()
        }
        Start::Row(row) => {
            c.chunks_exact_mut(row.len().max(1))
                .for_each(|c| c.copy_from_slice(row));
            T::one()
        }
        Start::Sum => T::one(),
    };
    if !c.is_empty() && a.ncols() > 0 {
        T::gemm(a, b, beta, c);
    }
    if let Some(finish) = finish {
        finish(c);
    }
}
