//! How a product is computed, by its sizes and strides.

use super::blocked::{Plan, blocked};
use super::dots::dots;
use super::job::Job;
use super::row::row;
use super::vector::Vector;
use crate::Element;
use crate::kernel::machine::Level;

/// Bytes of `A`, `B` and `C` together up to which packing costs more than it saves, by
/// `benches/products` on a machine with 1 MiB of second cache for each core.
fn near_enough(level: Level) -> usize {
    match level {
        Level::Avx512 => 3 << 20,
        _ => 3 << 19,
    }
}

/// Bytes of `A` that stay in the first cache.
const NEAR: usize = 1 << 14;

/// A way to compute a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Method {
    /// Tiles of `C`; the operands are read where they are, where that can be.
    InPlace,
    /// Tiles of `C`; panels of `B` are packed.
    PackB,
    /// Tiles of `C`; blocks of `A` are packed.
    PackA,
    /// Tiles of `C`; blocks of `A` and panels of `B` are packed.
    Packed,
    /// Sums of rows of `B`, for one row of `A`.
    Row,
    /// Inner products, for `B` with contiguous columns.
    Dots,
    /// matrixmultiply.
    Library,
}

impl Method {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::InPlace,
        Self::PackB,
        Self::PackA,
        Self::Packed,
        Self::Row,
        Self::Dots,
        Self::Library,
    ];

    /// The fastest.
    pub(super) fn of<T>(level: Level, job: &Job<'_, T>) -> Self {
        let [m, k, n] = job.size;
        let [down, along] = job.b.strides;
        let bytes = |[rows, columns]: [usize; 2]| {
            let count = rows.saturating_mul(columns);
            count.saturating_mul(size_of::<T>())
        };
        let all = [[m, k], [k, n], [m, n]]
            .map(bytes)
            .into_iter()
            .fold(0, usize::saturating_add);
        if m == 1 && along == 1 && (n > 1 || down != 1) {
            Self::Row
        } else if m < 4 && down == 1 && k >= 16 {
            // For so few rows a panel of B is not worth packing.
            Self::Dots
        } else if level == Level::Baseline && m.min(k).min(n) >= 32 {
            Self::Library
        } else if level == Level::Avx2 && job.a.strides[0] == 1 && bytes([m, k]) > NEAR && n >= 64 {
            // Columns of A are far apart, and a step of a tile is too short to wait for them.
            Self::Packed
        } else if m >= 32 && n >= 64 && near_enough(level) < all {
            // Too large to be read again and again from where it is.
            Self::Packed
        } else {
            Self::InPlace
        }
    }

    /// Whether it can compute a product with so many rows of `A` and such strides of `B`.
    pub(super) fn applies(self, rows: usize, [down, along]: [isize; 2]) -> bool {
        match self {
            Self::Row => rows == 1 && along == 1,
            Self::Dots => down == 1,
            _ => true,
        }
    }

    /// Computes the product.
    ///
    /// # Safety
    /// The machine has the instructions of `V`, what the job describes is there, and the method
    /// applies to it.
    pub(super) unsafe fn run<V: Vector>(self, job: &Job<'_, V::Element>) {
        let plan = |pack_a, pack_b| Plan {
            pack_a,
            pack_b,
            rows: 512,
            inner: 256,
        };
        // SAFETY: the caller's.
        unsafe {
            match self {
                Self::InPlace => blocked::<V>(job, plan(false, false)),
                Self::PackB => blocked::<V>(job, plan(false, true)),
                Self::PackA => blocked::<V>(job, plan(true, false)),
                Self::Packed => blocked::<V>(job, plan(true, true)),
                Self::Row => row::<V>(job),
                Self::Dots => dots::<V>(job),
                Self::Library => library(job),
            }
        }
    }
}

/// The product of matrixmultiply.
unsafe fn library<T: Element>(job: &Job<'_, T>) {
    let [m, _, n] = job.size;
    // SAFETY: the caller's.
    unsafe {
        if !job.start.is_null() && job.start_stride == 0 {
            for i in 0..m {
                let row = job.c.add(i * job.c_stride);
                row.copy_from_nonoverlapping(job.start, n);
            }
        }
        T::library(job);
        job.finish(job.c, m, [0, n]);
    }
}
