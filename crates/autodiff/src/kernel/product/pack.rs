//! Copies of parts of the operands in the order in which the tiles read them.

use super::job::Matrix;
use super::vector::Vector;

/// How many numbers a packed panel of `B` takes, with what is written beyond its end.
pub(super) fn b_size<V: Vector>(inner: usize, vectors: usize) -> usize {
    inner.next_multiple_of(V::SQUARE) * vectors * V::LANES + V::SQUARE
}

/// How many numbers a packed block of `A` takes, with what is written beyond its end.
pub(super) fn a_size<V: Vector>(rows: usize, inner: usize) -> usize {
    rows.next_multiple_of(V::ROWS) * inner + V::SQUARE * (V::ROWS + V::SQUARE)
}

/// `columns` columns of `B` in rows of `width`, whole vectors, zeros after the last column.
///
/// # Safety
/// The machine has the instructions of `V`, `b` is there, and `to` has [`b_size`] places.
pub(super) unsafe fn b<V: Vector>(
    b: Matrix<V::Element>,
    inner: usize,
    columns: usize,
    width: usize,
    to: *mut V::Element,
) {
    // SAFETY: the caller's.
    unsafe {
        V::run(
            #[inline(always)]
            || match b.strides {
                [down, 1] => copy_rows::<V>(b.first, down, [inner, columns], to, width),
                [1, along] => {
                    // The last columns first: what they spill is under the first of the next row.
                    for j in (0..width).step_by(V::SQUARE).rev() {
                        let rows = columns.saturating_sub(j).min(V::SQUARE);
                        for p in (0..inner).step_by(V::SQUARE) {
                            V::transpose(
                                b.from(p, j).first,
                                along,
                                [rows, (inner - p).min(V::SQUARE)],
                                to.add(p * width + j),
                                width,
                            );
                        }
                    }
                }
                _ => {
                    for p in 0..inner {
                        for j in 0..width {
                            let x = if j < columns {
                                *b.from(p, j).first
                            } else {
                                num_traits::zero()
                            };
                            *to.add(p * width + j) = x;
                        }
                    }
                }
            },
        );
    }
}

#[inline(always)]
unsafe fn copy_rows<V: Vector>(
    from: *const V::Element,
    down: isize,
    [inner, columns]: [usize; 2],
    to: *mut V::Element,
    width: usize,
) {
    let (whole, last) = (columns / V::LANES, columns % V::LANES);
    for p in 0..inner {
        let from = from.wrapping_offset(p as isize * down);
        // SAFETY: the caller's.
        unsafe {
            let to = to.add(p * width);
            for vector in 0..whole {
                V::load(from.add(vector * V::LANES)).store(to.add(vector * V::LANES));
            }
            if last > 0 {
                let at = whole * V::LANES;
                V::load_part(from.add(at), last).store(to.add(at));
            }
        }
    }
}

/// `rows` rows of `A` in blocks of the height of a tile, each by columns.
///
/// # Safety
/// The machine has the instructions of `V`, `a` is there, and `to` has [`a_size`] places.
pub(super) unsafe fn a<V: Vector>(
    a: Matrix<V::Element>,
    rows: usize,
    inner: usize,
    to: *mut V::Element,
) {
    // SAFETY: the caller's. What a square writes beyond a block is written again with the next one,
    // and there is room for it after the last.
    unsafe {
        V::run(
            #[inline(always)]
            || {
                for i in (0..rows).step_by(V::ROWS) {
                    let high = (rows - i).min(V::ROWS);
                    let to = to.add(i * inner);
                    match a.strides {
                        [down, 1] => {
                            for p in (0..inner).step_by(V::SQUARE) {
                                // The lower square first: its spill is under the upper of the next.
                                for r in (0..V::ROWS).step_by(V::SQUARE).rev() {
                                    V::transpose(
                                        a.from(i + r, p).first,
                                        down,
                                        [
                                            high.saturating_sub(r).min(V::SQUARE),
                                            (inner - p).min(V::SQUARE),
                                        ],
                                        to.add(p * V::ROWS + r),
                                        V::ROWS,
                                    );
                                }
                            }
                        }
                        [1, _] if high == V::ROWS => {
                            for p in 0..inner {
                                let from = a.from(i, p).first;
                                to.add(p * V::ROWS).copy_from_nonoverlapping(from, V::ROWS);
                            }
                        }
                        _ => {
                            for p in 0..inner {
                                for r in 0..high {
                                    *to.add(p * V::ROWS + r) = *a.from(i + r, p).first;
                                }
                            }
                        }
                    }
                }
            },
        );
    }
}
