//! Sums and maxima in a fixed order: the same bits for any layout and any number of threads, and an
//! error that grows with the logarithm of the length.

use std::ops::Range;

use super::machine::{Machine, vectorize};
use super::threads::{for_each_chunk, threads};
use crate::Element;
use crate::axes::AxesOf;

/// How many numbers are added one after the other before sums are added in pairs.
const BLOCK: usize = 256;
/// Partial sums within a block, so that they can be kept in one or two vector registers.
const LANES: usize = 32;

/// Numbers from which on threads are worth waking for their sum: some 50 microseconds of one.
pub const THREADED: usize = 1 << 19;

/// How many numbers a thread adds at once: a power of two of blocks, whose sum is one of the pairs.
const PART: usize = BLOCK << 7;

/// Whether a sum of so many numbers is for several threads.
#[inline]
fn is_threaded(count: usize) -> bool {
    count >= THREADED && threads() > 1
}

/// `Σ xᵢ`, in pairs of blocks: the mean of 10⁷ times 0.1 in `f32` is 0.1 within 1e-7.
///
/// ```
/// use tapegrad_autodiff::kernel::reduction::sum;
/// let x = vec![0.1_f32; 10_000_000];
/// assert!((sum(&x) / 1e7 - 0.1).abs() < 1e-7);
/// ```
pub fn sum<T: Element>(x: &[T]) -> T {
    sum_of(x, |_, x| x)
}

/// `Σ f(xᵢ)`, in the same order.
///
/// ```
/// use tapegrad_autodiff::kernel::reduction::sum_of;
/// assert_eq!(sum_of(&[1.0_f32, 2.0, 3.0], |_, x| x * x), 14.0);
/// ```
pub fn sum_of<T: Element>(x: &[T], f: impl Fn(Machine, T) -> T + Copy + Sync) -> T {
    if is_threaded(x.len()) {
        return sum_of_parts(x, &move |x| sum_of_part(x, f));
    }
    sum_of_part(x, f)
}

/// The parts' sums by `f`, added in pairs.
#[cold]
#[inline(never)]
fn sum_of_parts<T: Element>(x: &[T], f: &(dyn Fn(&[T]) -> T + Sync)) -> T {
    let mut sums = vec![T::zero(); x.len().div_ceil(PART)];
    for_each_chunk(&mut sums, 1, |index, sum| {
        let first = index * PART;
        sum[0] = f(&x[first..x.len().min(first + PART)]);
    });
    fold(&mut sums, 1);
    sums[0]
}

/// Adds rows of `width` numbers in pairs: the sum is left in the first row.
///
/// What is added to what is as in one sum of all, if each row but the last is the sum of one power
/// of two of blocks: a sum of blocks is that of the first so many that are the largest power of two
/// below their count, and that of the rest. Sums start from +0 and never are −0, so that adding
/// nothing changes no bit.
fn fold<T: Element>(sums: &mut [T], width: usize) {
    let rows = sums.len() / width;
    if rows < 2 {
        return;
    }
    let (first, rest) = sums.split_at_mut(rows.next_power_of_two() / 2 * width);
    fold(first, width);
    fold(rest, width);
    for (sum, &rest) in first.iter_mut().zip(&rest[..width]) {
        *sum += rest;
    }
}

fn sum_of_part<T: Element>(x: &[T], f: impl Fn(Machine, T) -> T + Copy) -> T {
    vectorize(
        #[inline(always)]
        move |machine| {
            in_pairs(
                x.len(),
                #[inline(always)]
                move |place| {
                    block(
                        &x[place],
                        #[inline(always)]
                        move |x| f(machine, x),
                    )
                },
            )
        },
    )
}

/// The inner product `Σ xᵢ yᵢ`, in pairs of blocks.
///
/// # Panics
/// If the lengths differ.
pub fn inner<T: Element>(x: &[T], y: &[T]) -> T {
    assert_eq!(x.len(), y.len(), "inner: the lengths must be equal");
    vectorize(
        #[inline(always)]
        move |machine| {
            in_pairs(
                x.len(),
                #[inline(always)]
                move |place| inner_block(machine, &x[place.clone()], &y[place]),
            )
        },
    )
}

#[inline(always)]
fn inner_block<T: Element>(on: Machine, x: &[T], y: &[T]) -> T {
    let mut lanes = [T::zero(); LANES];
    let (mut x, mut y) = (x.chunks_exact(LANES), y.chunks_exact(LANES));
    for (x, y) in (&mut x).zip(&mut y) {
        for ((lane, &x), &y) in lanes.iter_mut().zip(x).zip(y) {
            *lane = on.mul_add(x, y, *lane);
        }
    }
    let rest = x.remainder().iter().zip(y.remainder());
    for (lane, (&x, &y)) in lanes.iter_mut().zip(rest) {
        *lane = on.mul_add(x, y, *lane);
    }
    fold_lanes(lanes)
}

/// The sums of blocks of `count` numbers, added in pairs.
#[inline(always)]
fn in_pairs<T: Element>(count: usize, block: impl Fn(Range<usize>) -> T) -> T {
    // As in a binary counter: bit `k` of the count of blocks says whether `sums[k]` holds the sum
    // of 2ᵏ of them that waits for its neighbour.
    let mut sums = [T::zero(); usize::BITS as usize];
    let blocks = count / BLOCK;
    for number in 0..blocks {
        let mut sum = block(number * BLOCK..(number + 1) * BLOCK);
        let waiting = number.trailing_ones() as usize;
        for lower in &sums[..waiting] {
            sum = *lower + sum;
        }
        sums[waiting] = sum;
    }
    let mut sum = block(blocks * BLOCK..count);
    let mut waiting = blocks;
    while waiting > 0 {
        sum = sums[waiting.trailing_zeros() as usize] + sum;
        waiting &= waiting - 1;
    }
    sum
}

#[inline(always)]
fn block<T: Element>(x: &[T], f: impl Fn(T) -> T + Copy) -> T {
    let mut lanes = [T::zero(); LANES];
    let mut chunks = x.chunks_exact(LANES);
    for chunk in &mut chunks {
        for (lane, &x) in lanes.iter_mut().zip(chunk) {
            *lane += f(x);
        }
    }
    for (lane, &x) in lanes.iter_mut().zip(chunks.remainder()) {
        *lane += f(x);
    }
    fold_lanes(lanes)
}

#[inline(always)]
fn fold_lanes<T: Element>(mut lanes: [T; LANES]) -> T {
    let mut width = LANES;
    while width > 1 {
        width /= 2;
        for lane in 0..width {
            lanes[lane] += lanes[lane + width];
        }
    }
    lanes[0]
}

/// The largest number, −∞ of nothing, NaN if one is among them.
pub(crate) fn max<T: Element>(x: &[T]) -> T {
    vectorize(
        #[inline(always)]
        |_| {
            let mut lanes = [T::neg_infinity(); LANES];
            let mut chunks = x.chunks_exact(LANES);
            for chunk in &mut chunks {
                for (lane, &x) in lanes.iter_mut().zip(chunk) {
                    *lane = lane.maximum(x);
                }
            }
            for (lane, &x) in lanes.iter_mut().zip(chunks.remainder()) {
                *lane = lane.maximum(x);
            }
            lanes.into_iter().fold(T::neg_infinity(), T::maximum)
        },
    )
}

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
        let blocks = rows.chunks(ROWS * width);
        let sums = if blocks.len() == 1 {
            rows_block::<T, W>(rows, width, offset + first)
        } else {
            column_pairs(blocks, width, offset + first)
        };
        out[first..first + W].copy_from_slice(&sums);
        first += W;
    }
    first
}

/// The blocks' sums, added in pairs: as `in_pairs` does.
#[inline(always)]
fn column_pairs<'a, T: Element, const W: usize>(
    blocks: impl Iterator<Item = &'a [T]>,
    width: usize,
    first: usize,
) -> [T; W] {
    let mut sums = [[T::zero(); W]; usize::BITS as usize];
    let mut count = 0_usize;
    for block in blocks {
        let mut sum = rows_block::<T, W>(block, width, first);
        let waiting = count.trailing_ones() as usize;
        for lower in &sums[..waiting] {
            sum = std::array::from_fn(|column| lower[column] + sum[column]);
        }
        sums[waiting] = sum;
        count += 1;
    }
    let mut sum = [T::zero(); W];
    while count > 0 {
        let lower = sums[count.trailing_zeros() as usize];
        sum = std::array::from_fn(|column| lower[column] + sum[column]);
        count &= count - 1;
    }
    sum
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
fn max_rows<T: Element>(out: &mut [T], rows: &[T]) {
    out.fill(T::neg_infinity());
    for row in rows.chunks_exact(out.len().max(1)) {
        for (out, &x) in out.iter_mut().zip(row) {
            *out = out.maximum(x);
        }
    }
}

/// The sum over `axes` of numbers in a shape.
pub(crate) fn sum_axes<T: Element>(out: &mut [T], x: &[T], shape: &[usize], axes: AxesOf) {
    reduce(out, x, shape, axes, sum, sum_rows);
}

/// The maximum over `axes` of numbers in a shape.
pub(crate) fn max_axes<T: Element>(out: &mut [T], x: &[T], shape: &[usize], axes: AxesOf) {
    reduce(out, x, shape, axes, max, max_rows);
}

/// Reduces axis after axis, the last first, neighbours among them together. `slice` reduces numbers
/// that lie side by side, `rows` those of each column of a matrix.
fn reduce<T: Element>(
    out: &mut [T],
    x: &[T],
    shape: &[usize],
    axes: AxesOf,
    slice: impl Fn(&[T]) -> T,
    rows: impl Fn(&mut [T], &[T]),
) {
    // What is reduced so far, once it is not `x` itself; the axes from `end` on are done and have
    // `width` places.
    let mut partial: Option<Vec<T>> = None;
    let (mut end, mut width) = (shape.len(), 1);
    while end > 0 {
        let reduced = axes.contains(end - 1);
        let first = (0..end)
            .rev()
            .take_while(|&axis| axes.contains(axis) == reduced)
            .last()
            .unwrap_or(end - 1);
        let length: usize = shape[first..end].iter().product();
        if reduced {
            let x = partial.as_deref().unwrap_or(x);
            let last = (0..first).all(|axis| !axes.contains(axis));
            let outer: usize = shape[..first].iter().product();
            let mut next = (!last).then(|| vec![T::zero(); outer * width]);
            let out = next.as_deref_mut().unwrap_or(out);
            if length == 0 {
                out.fill(slice(&[]));
            } else if width == 1 {
                for (out, x) in out.iter_mut().zip(x.chunks_exact(length)) {
                    *out = slice(x);
                }
            } else if width > 0 {
                let blocks = x.chunks_exact(length * width);
                for (out, block) in out.chunks_exact_mut(width).zip(blocks) {
                    rows(out, block);
                }
            }
            if last {
                return;
            }
            partial = next;
        } else {
            width *= length;
        }
        end = first;
    }
    out.copy_from_slice(partial.as_deref().unwrap_or(x));
}
