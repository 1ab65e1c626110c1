//! Sums and maxima in a fixed order: the same bits for any layout and any number of threads, and an
//! error that grows with the logarithm of the length.

mod columns;

use std::ops::Range;

use self::columns::max_rows;
pub use self::columns::sum_rows;
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
            of_blocks(
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
            of_blocks(
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

/// The sum of what `block` gives for each number below `count`, added in pairs.
#[inline(always)]
fn in_pairs<A: Copy>(
    count: usize,
    zero: A,
    block: impl Fn(usize) -> A,
    add: impl Fn(A, A) -> A,
) -> A {
    // As in a binary counter: bit `k` of the count of blocks says whether `sums[k]` holds the sum
    // of 2ᵏ of them that waits for its neighbour.
    let mut sums = [zero; usize::BITS as usize];
    for number in 0..count {
        let mut sum = block(number);
        let waiting = number.trailing_ones() as usize;
        for &lower in &sums[..waiting] {
            sum = add(lower, sum);
        }
        sums[waiting] = sum;
    }
    let (mut sum, mut waiting) = (zero, count);
    while waiting > 0 {
        sum = add(sums[waiting.trailing_zeros() as usize], sum);
        waiting &= waiting - 1;
    }
    sum
}

/// [`in_pairs`] of the blocks of `count` numbers, given by their places.
#[inline(always)]
fn of_blocks<T: Element>(count: usize, block: impl Fn(Range<usize>) -> T) -> T {
    in_pairs(
        count.div_ceil(BLOCK),
        T::zero(),
        #[inline(always)]
        move |number| block(number * BLOCK..count.min((number + 1) * BLOCK)),
        #[inline(always)]
        |a, b| a + b,
    )
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
