//! The products of matrixmultiply.

use super::job::Job;
use crate::Element;

/// An element that matrixmultiply has a product for.
pub(super) trait Library: Element {
    /// Its product: `C ← A B + beta C`.
    const PRODUCT: unsafe fn(
        usize,
        usize,
        usize,
        Self,
        *const Self,
        isize,
        isize,
        *const Self,
        isize,
        isize,
        Self,
        *mut Self,
        isize,
        isize,
    );
}

impl Library for f32 {
    const PRODUCT: unsafe fn(
        usize,
        usize,
        usize,
        Self,
        *const Self,
        isize,
        isize,
        *const Self,
        isize,
        isize,
        Self,
        *mut Self,
        isize,
        isize,
    ) = matrixmultiply::sgemm;
}

impl Library for f64 {
    const PRODUCT: unsafe fn(
        usize,
        usize,
        usize,
        Self,
        *const Self,
        isize,
        isize,
        *const Self,
        isize,
        isize,
        Self,
        *mut Self,
        isize,
        isize,
    ) = matrixmultiply::dgemm;
}

/// The product as the library has it.
///
/// # Safety
/// What the job describes is there.
pub(super) unsafe fn library<T: Library>(job: &Job<'_, T>) {
    let [m, k, n] = job.size;
    let ([ra, ca], [rb, cb]) = (job.a.strides, job.b.strides);
    let beta = if job.start.is_null() {
        T::zero()
    } else {
        T::one()
    };
    // SAFETY: the caller's.
    unsafe {
        if !job.start.is_null() && job.start_stride == 0 {
            for i in 0..m {
                job.c
                    .add(i * job.c_stride)
                    .copy_from_nonoverlapping(job.start, n);
            }
        }
        T::PRODUCT(
            m,
            k,
            n,
            T::one(),
            job.a.first,
            ra,
            ca,
            job.b.first,
            rb,
            cb,
            beta,
            job.c,
            job.c_stride as isize,
            1,
        );
        job.finish(job.c, m, [0, n]);
    }
}
