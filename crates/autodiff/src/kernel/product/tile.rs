//! `C[i, j] ← start + Σₚ A[i, p] B[p, j]` for a tile of `C` that is kept in registers.

use super::job::Matrix;
use super::vector::Vector;

/// A panel of `C`, some vectors wide and `rows` high, and the operands that it is the product of.
#[derive(Clone, Copy)]
pub(super) struct Panel<T> {
    pub(super) rows: usize,
    pub(super) inner: usize,
    pub(super) a: Matrix<T>,
    /// From the first row of a tile of `A` to that of the next.
    pub(super) a_step: isize,
    /// The rows of `B`, whole vectors, side by side.
    pub(super) b: *const T,
    pub(super) b_stride: isize,
    pub(super) c: *mut T,
    pub(super) c_stride: usize,
    /// What is added, rows as in `C` or one for all; null for nothing.
    pub(super) start: *const T,
    pub(super) start_stride: usize,
    /// Lanes of the last vector that are in `C`.
    pub(super) last: usize,
    /// What will be packed next.
    pub(super) ahead: Ahead<T>,
}

/// Lines of memory that will be wanted: `count` runs of so many elements.
#[derive(Clone, Copy)]
pub(super) struct Ahead<T> {
    pub(super) first: *const T,
    pub(super) stride: isize,
    pub(super) count: usize,
    pub(super) run: usize,
}

impl<T> Ahead<T> {
    /// Asks for runs `from..to`.
    #[inline(always)]
    fn prefetch<V: Vector<Element = T>>(&self, from: usize, to: usize) {
        let line = 64 / size_of::<T>();
        for i in from..to.min(self.count) {
            let run = self.first.wrapping_offset(i as isize * self.stride);
            for at in (0..self.run).step_by(line) {
                V::prefetch_far(run.wrapping_add(at));
            }
        }
    }
}

/// The product for a panel of `vectors` vectors.
///
/// # Safety
/// The machine has the instructions of `V`, and what the panel describes is there.
pub(super) unsafe fn panel<V: Vector>(panel: &Panel<V::Element>, vectors: usize) {
    // SAFETY: the caller's.
    unsafe {
        match vectors {
            1 => rows::<V, 1>(panel),
            2 => rows::<V, 2>(panel),
            3 => low::<V, 3>(panel),
            _ => low::<V, 4>(panel),
        }
    }
}

/// Tiles of all the rows that fit, then one of those that are left.
unsafe fn rows<V: Vector, const N: usize>(panel: &Panel<V::Element>) {
    let mut rest = *panel;
    let whole = panel.rows / V::ROWS;
    // SAFETY: the caller's; a tile is within the rows that are left.
    unsafe {
        if whole > 0 {
            match V::ROWS {
                8 if V::ROWS == 8 => tiles::<V, 8, N>(panel, whole),
                6 if V::ROWS == 6 => tiles::<V, 6, N>(panel, whole),
                _ => tiles::<V, 4, N>(panel, whole),
            }
            rest.ahead.count = 0;
            rest.a.first = rest.a.first.wrapping_offset(panel.a_step * whole as isize);
            rest.c = rest.c.wrapping_add(whole * V::ROWS * panel.c_stride);
            rest.start = rest
                .start
                .wrapping_add(whole * V::ROWS * panel.start_stride);
        }
        match panel.rows % V::ROWS {
            0 => {}
            1 => tiles::<V, 1, N>(&rest, 1),
            2 => tiles::<V, 2, N>(&rest, 1),
            3 => tiles::<V, 3, N>(&rest, 1),
            4 if V::ROWS > 4 => tiles::<V, 4, N>(&rest, 1),
            5 if V::ROWS > 4 => tiles::<V, 5, N>(&rest, 1),
            6 if V::ROWS > 6 => tiles::<V, 6, N>(&rest, 1),
            _ if V::ROWS > 6 => tiles::<V, 7, N>(&rest, 1),
            _ => {}
        }
    }
}

/// One tile of few rows.
unsafe fn low<V: Vector, const N: usize>(panel: &Panel<V::Element>) {
    // SAFETY: the caller's.
    unsafe {
        match panel.rows {
            1 => tiles::<V, 1, N>(panel, 1),
            2 => tiles::<V, 2, N>(panel, 1),
            3 if V::LOW > 2 => tiles::<V, 3, N>(panel, 1),
            4 if V::LOW > 2 => tiles::<V, 4, N>(panel, 1),
            _ => {}
        }
    }
}

/// `count` tiles of `R` rows, one below the other.
unsafe fn tiles<V: Vector, const R: usize, const N: usize>(
    panel: &Panel<V::Element>,
    count: usize,
) {
    let panel = *panel;
    // SAFETY: the caller's.
    unsafe {
        V::run(
            #[inline(always)]
            || {
                let mut tile = panel;
                let share = panel.ahead.count.div_ceil(count);
                for index in 0..count {
                    let from = index * share;
                    panel.ahead.prefetch::<V>(from, from + share);
                    one::<V, R, N>(&tile);
                    tile.a.first = tile.a.first.wrapping_offset(panel.a_step);
                    tile.c = tile.c.wrapping_add(R * panel.c_stride);
                    tile.start = tile.start.wrapping_add(R * panel.start_stride);
                }
            },
        );
    }
}

#[inline(always)]
unsafe fn one<V: Vector, const R: usize, const N: usize>(tile: &Panel<V::Element>) {
    let [down, along] = tile.a.strides;
    // SAFETY: rows, columns and inner dimension are those of the operands, for which the caller
    // vouches; the last vector of C is touched in its `last` lanes only.
    unsafe {
        // What is added at last may be far away.
        if !tile.start.is_null() {
            for i in 0..R {
                let start = tile.start.wrapping_add(i * tile.start_stride);
                V::prefetch(start);
                V::prefetch(start.wrapping_add(V::LANES));
            }
        }
        let mut sums = [[V::splat(num_traits::zero()); N]; R];
        let (mut a, mut b) = (tile.a.first, tile.b);
        for _ in 0..tile.inner {
            let mut row = [V::splat(num_traits::zero()); N];
            for (vector, place) in row.iter_mut().enumerate() {
                *place = V::load(b.add(vector * V::LANES));
            }
            for (i, sums) in sums.iter_mut().enumerate() {
                let factor = V::splat(*a.offset(i as isize * down));
                for (sum, &b) in sums.iter_mut().zip(&row) {
                    *sum = factor.mul_add(b, *sum);
                }
            }
            a = a.wrapping_offset(along);
            b = b.wrapping_offset(tile.b_stride);
        }
        for (i, sums) in sums.iter().enumerate() {
            let c = tile.c.add(i * tile.c_stride);
            let start = tile.start.wrapping_add(i * tile.start_stride);
            for (vector, &sum) in sums.iter().enumerate() {
                let at = vector * V::LANES;
                if vector + 1 < N || tile.last == V::LANES {
                    let sum = if tile.start.is_null() {
                        sum
                    } else {
                        sum.add(V::load(start.add(at)))
                    };
                    sum.store(c.add(at));
                } else {
                    let sum = if tile.start.is_null() {
                        sum
                    } else {
                        sum.add(V::load_part(start.add(at), tile.last))
                    };
                    sum.store_part(c.add(at), tile.last);
                }
            }
        }
    }
}
