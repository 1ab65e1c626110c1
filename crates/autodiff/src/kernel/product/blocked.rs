//! Products in panels of `C`, with operands in place or packed.

use super::job::{Job, Matrix};
use super::tile::{Ahead, Panel, panel};
use super::vector::Vector;
use super::{pack, scratch};

/// Which operands are packed, and in blocks of how many rows and of how much of the inner
/// dimension.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    pub(super) pack_a: bool,
    pub(super) pack_b: bool,
    pub(super) rows: usize,
    pub(super) inner: usize,
}

/// Numbers of `C` after which they are finished: they are still in the cache then.
const FINISH: usize = 1 << 15;

/// The product as planned.
///
/// # Safety
/// The machine has the instructions of `V`, and what the job describes is there.
pub(super) unsafe fn blocked<V: Vector>(job: &Job<'_, V::Element>, plan: Plan) {
    let [m, k, _] = job.size;
    let inner = plan.inner.min(k);
    let a_size = if plan.pack_a {
        pack::a_size::<V>(plan.rows.min(m), inner).next_multiple_of(64)
    } else {
        0
    };
    let size = a_size + pack::b_size::<V>(inner, 4);
    scratch::with(size, |room: *mut V::Element| {
        let mut i = 0;
        while i < m {
            let rows = plan.rows.min(m - i);
            // SAFETY: the caller's; the room has what the two packed operands take.
            unsafe { row_block::<V>(job, plan, [i, rows], room, room.add(a_size)) };
            i += rows;
        }
    });
}

/// Vectors in a row of a tile.
fn widest<V: Vector>(rows: usize) -> usize {
    if rows <= V::LOW { 4 } else { 2 }
}

unsafe fn row_block<V: Vector>(
    job: &Job<'_, V::Element>,
    plan: Plan,
    [i, rows]: [usize; 2],
    a_room: *mut V::Element,
    b_room: *mut V::Element,
) {
    let [_, k, n] = job.size;
    let c = job.c.wrapping_add(i * job.c_stride);
    let mut p = 0;
    loop {
        let inner = plan.inner.min(k - p);
        let (start, start_stride) = if p == 0 {
            let first = job.start.wrapping_add(i * job.start_stride);
            (
                if job.start.is_null() {
                    job.start
                } else {
                    first
                },
                job.start_stride,
            )
        } else {
            (c.cast_const(), job.c_stride)
        };
        let mut a = job.a.from(i, p);
        let mut a_step = a.strides[0].wrapping_mul(V::ROWS as isize);
        if plan.pack_a {
            // SAFETY: the caller's.
            unsafe { pack::a::<V>(a, rows, inner, a_room) };
            a = Matrix {
                first: a_room,
                strides: [1, V::ROWS as isize],
            };
            a_step = (V::ROWS * inner) as isize;
        }
        let (mut j, mut finished) = (0, 0);
        while j < n {
            let columns = (widest::<V>(rows) * V::LANES).min(n - j);
            let vectors = columns.div_ceil(V::LANES);
            let last = columns - (vectors - 1) * V::LANES;
            let mut b = job.b.from(p, j);
            let mut ahead = Ahead {
                first: b.first,
                stride: 0,
                count: 0,
                run: 0,
            };
            if plan.pack_b {
                let next = job.b.from(p, j + columns);
                let next_columns = columns.min(n - j - columns);
                ahead = match b.strides {
                    [stride, 1] => Ahead {
                        first: next.first,
                        stride,
                        count: inner,
                        run: next_columns,
                    },
                    [1, stride] => Ahead {
                        first: next.first,
                        stride,
                        count: next_columns,
                        run: inner,
                    },
                    _ => ahead,
                };
            }
            if plan.pack_b || last < V::LANES || b.strides[1] != 1 {
                let width = vectors * V::LANES;
                // SAFETY: the caller's.
                unsafe { pack::b::<V>(b, inner, columns, width, b_room) };
                b = Matrix {
                    first: b_room,
                    strides: [width as isize, 1],
                };
            }
            let part = Panel {
                rows,
                inner,
                a,
                a_step,
                b: b.first,
                b_stride: b.strides[0],
                c: c.wrapping_add(j),
                c_stride: job.c_stride,
                start: if start.is_null() {
                    start
                } else {
                    start.wrapping_add(j)
                },
                start_stride,
                last,
                ahead,
            };
            // SAFETY: the caller's.
            unsafe { panel::<V>(&part, vectors) };
            j += columns;
            if p + inner == k && (j == n || (j - finished) * rows >= FINISH) {
                // SAFETY: these columns of these rows are complete, and nobody else has them.
                unsafe { job.finish(c, rows, [finished, j]) };
                finished = j;
            }
        }
        p += inner;
        if p >= k {
            break;
        }
    }
}
