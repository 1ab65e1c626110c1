//! `C ← start + A B`: matrix products.
//!
//! Each element of `C` is summed in an order that depends on the sizes and layouts of the whole
//! product alone: its bits do not depend on where in `C` it stands, or on how `C` is divided among
//! threads. They may depend on how many rows there are: a row alone is another product.
#![expect(
    unsafe_code,
    reason = "tiles of C in registers, operands in any layout"
)]

mod batch;
mod blocked;
mod dots;
mod job;
mod method;
mod pack;
mod row;
mod scratch;
mod tile;
mod vector;
#[cfg(target_arch = "x86_64")]
mod x86;

use ndarray::ArrayView2;

pub(crate) use self::batch::{Batch, gemm_batch};
use self::job::{Job, Matrix};
pub use self::method::Method;
use self::vector::Lanes;
use super::machine::Level;
use super::threads::{for_each, threads};
use crate::Element;

/// What a product is added to.
#[derive(Clone, Copy, Debug)]
pub enum Start<'a, T> {
    /// Nothing: `C` is overwritten.
    Zero,
    /// Each row of `C` starts as this one: a bias.
    Row(&'a [T]),
    /// What `C` holds.
    Sum,
}

/// What is done to each element of a product at last, by slices: an activation.
pub type Finish<'a, T> = &'a (dyn Fn(&mut [T]) + Sync);

/// `C ← start + A B`, then `finish` of each element of `C`, in slices that are still in the cache.
///
/// `C` is row-major, `A` and `B` may have any strides.
///
/// # Panics
/// If the inner dimensions differ, `c` has not one element for each row of `A` and column of `B`,
/// or a row to start from has not one for each column.
pub fn gemm<T: Element>(
    a: ArrayView2<'_, T>,
    b: ArrayView2<'_, T>,
    start: Start<'_, T>,
    c: &mut [T],
    finish: Option<Finish<'_, T>>,
) {
    gemm_at(Level::detected(), None, a, b, start, c, finish);
}

/// [`gemm`] with the instructions of a level, or the most that the machine has if it lacks them,
/// and by a method instead of the one chosen. Returns the method, or none if the one given does not
/// apply, in which case nothing was done.
///
/// # Panics
/// As [`gemm`].
pub fn gemm_at<T: Element>(
    level: Level,
    method: Option<Method>,
    a: ArrayView2<'_, T>,
    b: ArrayView2<'_, T>,
    start: Start<'_, T>,
    c: &mut [T],
    finish: Option<Finish<'_, T>>,
) -> Option<Method> {
    let ((m, k), n) = (a.dim(), b.ncols());
    assert_eq!(
        k,
        b.nrows(),
        "gemm: A has {k} columns and B {} rows; the inner dimensions must be equal",
        b.nrows()
    );
    assert_eq!(
        m.checked_mul(n),
        Some(c.len()),
        "gemm: C has {} elements; a product of {m} rows and {n} columns needs one for each",
        c.len()
    );
    if let Start::Row(row) = start {
        assert_eq!(
            row.len(),
            n,
            "gemm: the row to start from has {} elements; it needs one for each of {n} columns",
            row.len()
        );
    }
    if n == 1 && m > 1 {
        // A column is a row: Cᵀ = Bᵀ Aᵀ.
        if method.is_some_and(|method| !method.applies(1, Matrix::new(&a.t()).strides)) {
            return None;
        }
        let start = match start {
            Start::Row(row) => {
                c.fill(row[0]);
                Start::Sum
            }
            start => start,
        };
        return gemm_at(
            level,
            method,
            b.reversed_axes(),
            a.reversed_axes(),
            start,
            c,
            finish,
        );
    }
    let empty = c.is_empty();
    let to = c.as_mut_ptr();
    let (start, start_stride) = match start {
        Start::Zero => (std::ptr::null(), 0),
        Start::Row(row) => (row.as_ptr(), 0),
        Start::Sum => (to.cast_const(), n),
    };
    let job = Job {
        size: [m, k, n],
        a: Matrix::new(&a),
        b: Matrix::new(&b),
        c: to,
        c_stride: n,
        start,
        start_stride,
        finish,
    };
    let method = method.unwrap_or_else(|| Method::of(level, &job));
    if !method.applies(m, job.b.strides) {
        return None;
    }
    if !empty {
        // SAFETY: sizes and strides of the views describe storage that they borrow; `c` is borrowed
        // exclusively and was seen to hold m rows of n, and a row to start from to hold n. The
        // method applies.
        unsafe { split(level, method, &job) };
    }
    Some(method)
}

/// Multiplications from which on threads are worth waking: some tens of microseconds of one.
const THREADED: usize = 1 << 21;

/// The product in blocks of whole rows or columns of `C`, whichever it has more of, on the threads.
///
/// # Safety
/// As [`Gemm::multiply`].
unsafe fn split<T: Element>(level: Level, method: Method, job: &Job<'_, T>) {
    let [m, k, n] = job.size;
    let threads = match m.saturating_mul(k).saturating_mul(n) {
        work if work >= THREADED => threads(),
        _ => 1,
    };
    if threads == 1 {
        // SAFETY: the caller's.
        return unsafe { T::multiply(level, method, job) };
    }
    // Blocks of whole tiles, more than threads: they may not all be as fast.
    let (length, tile) = if m > n { (m, 24) } else { (n, 64) };
    let block = length.div_ceil(2 * threads).next_multiple_of(tile);
    let shared = Shared(job);
    for_each(length.div_ceil(block), |index| {
        let from = index * block;
        let count = block.min(length - from);
        let part = if m > n {
            shared.get().part([from, 0], [count, n])
        } else {
            shared.get().part([0, from], [m, count])
        };
        // SAFETY: the caller's; the blocks do not overlap.
        unsafe { T::multiply(level, method, &part) };
    });
}

/// A job that several threads do parts of.
struct Shared<'a, T>(&'a Job<'a, T>);

impl<'a, T> Shared<'a, T> {
    fn get(&self) -> &'a Job<'a, T> {
        self.0
    }
}

// SAFETY: the operands are only read, the function to finish with is `Sync`, and each thread writes
// another block of `C`.
unsafe impl<T: Sync + Send> Sync for Shared<'_, T> {}

/// A product with the registers of each level. Sealed with [`Element`].
pub trait Gemm: Sized {
    /// The product, at a level that the machine has or at its most.
    ///
    /// # Safety
    /// What the job describes is there, and the method applies to it.
    #[doc(hidden)]
    #[expect(private_interfaces, reason = "the trait is sealed")]
    unsafe fn multiply(level: Level, method: Method, job: &Job<'_, Self>);

    /// `C ← A B` by matrixmultiply, or `C ← C + A B` if the job has something to start from.
    ///
    /// # Safety
    /// What the job describes is there.
    #[doc(hidden)]
    #[expect(private_interfaces, reason = "the trait is sealed")]
    unsafe fn library(job: &Job<'_, Self>);
}

macro_rules! gemm {
    ($element:ty, $baseline:ty, $avx2:ident, $avx512:ident, $library:path) => {
        impl Gemm for $element {
            #[expect(private_interfaces, reason = "the trait is sealed")]
            unsafe fn multiply(level: Level, method: Method, job: &Job<'_, Self>) {
                // SAFETY: the caller's; the level is one that the machine has.
                unsafe {
                    match level.min(Level::detected()) {
                        #[cfg(target_arch = "x86_64")]
                        Level::Avx512 => method.run::<std::arch::x86_64::$avx512>(job),
                        #[cfg(target_arch = "x86_64")]
                        Level::Avx2 => method.run::<std::arch::x86_64::$avx2>(job),
                        _ => method.run::<$baseline>(job),
                    }
                }
            }

            #[expect(private_interfaces, reason = "the trait is sealed")]
            unsafe fn library(job: &Job<'_, Self>) {
                let [m, k, n] = job.size;
                let (a, [ra, ca]) = (job.a.first, job.a.strides);
                let (b, [rb, cb]) = (job.b.first, job.b.strides);
                let (c, rc) = (job.c, job.c_stride as isize);
                let beta = if job.start.is_null() { 0.0 } else { 1.0 };
                // SAFETY: the caller's.
                unsafe { $library(m, k, n, 1.0, a, ra, ca, b, rb, cb, beta, c, rc, 1) };
            }
        }
    };
}

gemm!(f32, Lanes<f32, 4>, __m256, __m512, matrixmultiply::sgemm);
gemm!(f64, Lanes<f64, 2>, __m256d, __m512d, matrixmultiply::dgemm);
