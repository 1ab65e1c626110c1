//! Sums and maxima of the columns of a matrix in row-major order, which are read row by row.

use super::{PART, fold, in_pairs, is_threaded};
use crate::Element;
use crate::kernel::machine::vectorize;
use crate::kernel::threads::for_each_chunk;

/// How many rows are added before sums are added in pairs, and in pairs among them before they are
/// added to the sum.
const ROWS: usize = 128;
const GROUP: usize = 8;
/// Columns that a thread adds at once, if there are several times as many.
const COLUMNS: usize = 64;

/// The sums of the columns of a matrix in row-major order: `out ← Σᵢ rows[i]`.
///
/// # Panics
/// If the rows are not as wide as `out`.
pub fn sum_rows<T: Element>(out: &mut [T], rows: &[T]) {
    let width = out.len();
    if width == 0 || rows.is_empty() {
        return out.fill(T::zero());
    }
    assert_eq!(rows.len() % width, 0, "rows are as wide as their sum");
    if is_threaded(rows.len()) {
        return sum_rows_parts(out, rows);
    }
    sum_columns(out, rows, width, 0);
}

/// [`sum_rows`] on the threads: by columns if there are many, else by rows.
#[cold]
#[inline(never)]
fn sum_rows_parts<T: Element>(out: &mut [T], rows: &[T]) {
    let width = out.len();
    if width >= 8 * COLUMNS {
        return for_each_chunk(out, COLUMNS, |index, out| {
            sum_columns(out, rows, width, index * COLUMNS);
        });
    }
    // A power of two of blocks, as `fold` needs it.
    let part = width * ROWS * (PART / (width * ROWS)).next_power_of_two();
    let mut sums = vec![T::zero(); rows.len().div_ceil(part) * width];
    for_each_chunk(&mut sums, width, |index, sum| {
        let first = index * part;
        sum_columns(sum, &rows[first..rows.len().min(first + part)], width, 0);
    });
    fold(&mut sums, width);
    out.copy_from_slice(&sums[..width]);
}

/// The sums of as many columns as `out` has, the first of them numbered `offset`.
fn sum_columns<T: Element>(out: &mut [T], rows: &[T], width: usize, offset: usize) {
    vectorize(
        #[inline(always)]
        |_| {
            let mut first = 0;
            first = columns::<T, 64>(out, rows, width, offset, first);
            first = columns::<T, 16>(out, rows, width, offset, first);
            first = columns::<T, 4>(out, rows, width, offset, first);
            columns::<T, 1>(out, rows, width, offset, first);
        },
    );
}

/// Sums the columns from `first` on, as long as there are `W` side by side, which fit registers;
/// returns the first that is left.
#[inline(always)]
fn columns<T: Element, const W: usize>(
    out: &mut [T],
    rows: &[T],
    width: usize,
    offset: usize,
    mut first: usize,
) -> usize {
    while first + W <= out.len() {
        let length = ROWS * width;
        let sums = if rows.len() <= length {
            rows_block(rows, width, offset + first)
        } else {
            in_pairs(
                rows.len().div_ceil(length),
                [T::zero(); W],
                #[inline(always)]
                move |number| {
                    let place = number * length..rows.len().min((number + 1) * length);
                    rows_block(&rows[place], width, offset + first)
                },
                #[inline(always)]
                |a, b| std::array::from_fn(|column| a[column] + b[column]),
            )
        };
        out[first..first + W].copy_from_slice(&sums);
        first += W;
    }
    first
}

#[inline(always)]
fn rows_block<T: Element, const W: usize>(rows: &[T], width: usize, first: usize) -> [T; W] {
    let mut sums = [T::zero(); W];
    let mut groups = rows.chunks_exact(GROUP * width);
    for group in &mut groups {
        let row = |k: usize| &group[k * width + first..][..W];
        let [a, b, c, d] = [row(0), row(1), row(2), row(3)];
        let [e, f, g, h] = [row(4), row(5), row(6), row(7)];
        for (i, sum) in sums.iter_mut().enumerate() {
            *sum += ((a[i] + b[i]) + (c[i] + d[i])) + ((e[i] + f[i]) + (g[i] + h[i]));
        }
    }
    for rest in groups.remainder().chunks_exact(width) {
        for (sum, &x) in sums.iter_mut().zip(&rest[first..][..W]) {
            *sum += x;
        }
    }
    sums
}

/// The maxima of the columns of a matrix.
pub(super) fn max_rows<T: Element>(out: &mut [T], rows: &[T]) {
    out.fill(T::neg_infinity());
    for row in rows.chunks_exact(out.len().max(1)) {
        for (out, &x) in out.iter_mut().zip(row) {
            *out = out.maximum(x);
        }
    }
}
