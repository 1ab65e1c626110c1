//! What is to be multiplied, by pointers and strides.

use ndarray::ArrayView2;

use super::Finish;

/// A matrix in any layout: element `(i, j)` is `strides[0] i + strides[1] j` from the first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Matrix<T> {
    pub(super) first: *const T,
    pub(super) strides: [isize; 2],
}

impl<T: Copy> Matrix<T> {
    /// Where the elements of a view are.
    pub(super) fn new(view: &ArrayView2<'_, T>) -> Self {
        let strides = match (view.dim(), view.strides()) {
            // The stride of one row or column is that of the layout for which there is a kernel.
            ((_, 1), &[rows, _]) => [rows, 1],
            ((1, _), &[_, columns]) => [1, columns],
            (_, strides) => [strides[0], strides[1]],
        };
        Self {
            first: view.as_ptr(),
            strides,
        }
    }

    /// From row `i` and column `j` on. Nothing is read.
    #[inline(always)]
    pub(super) fn from(self, i: usize, j: usize) -> Self {
        let [rows, columns] = self.strides;
        let step = (i as isize)
            .wrapping_mul(rows)
            .wrapping_add((j as isize).wrapping_mul(columns));
        Self {
            first: self.first.wrapping_offset(step),
            ..self
        }
    }
}

/// `C ← start + A B` for pointers.
#[derive(Clone, Copy)]
pub(super) struct Job<'a, T> {
    /// Rows of `A`, columns of `A`, columns of `B`.
    pub(super) size: [usize; 3],
    pub(super) a: Matrix<T>,
    pub(super) b: Matrix<T>,
    pub(super) c: *mut T,
    pub(super) c_stride: usize,
    /// What is added, with its row stride (0: one row for all); null for nothing.
    pub(super) start: *const T,
    pub(super) start_stride: usize,
    pub(super) finish: Option<Finish<'a, T>>,
}

impl<T: Copy> Job<'_, T> {
    /// The job for a block of `C`.
    pub(super) fn part(&self, [i, j]: [usize; 2], [rows, columns]: [usize; 2]) -> Self {
        let start = if self.start.is_null() {
            self.start
        } else {
            self.start.wrapping_add(i * self.start_stride + j)
        };
        Self {
            size: [rows, self.size[1], columns],
            a: self.a.from(i, 0),
            b: self.b.from(0, j),
            c: self.c.wrapping_add(i * self.c_stride + j),
            start,
            ..*self
        }
    }

    /// Finishes columns `from..to` of `rows` rows that begin at `c`.
    ///
    /// # Safety
    /// They are complete, there, and nobody else has them.
    pub(super) unsafe fn finish(&self, c: *mut T, rows: usize, [from, to]: [usize; 2]) {
        let Some(finish) = self.finish else { return };
        let slice = |at: usize, length: usize| {
            // SAFETY: the caller's.
            finish(unsafe { std::slice::from_raw_parts_mut(c.add(at), length) });
        };
        if to - from == self.c_stride {
            slice(0, rows * self.c_stride);
        } else {
            for i in 0..rows {
                slice(i * self.c_stride + from, to - from);
            }
        }
    }
}
