//! Functions of each element.
//!
//! A function that is long, such as `exp`, must be given as a closure in its place marked
//! `#[inline(always)]`, and what a closure captures must be moved into it: only then is the loop one
//! of vectors.
//!
//! Each element is computed alone, so the bits do not depend on who computes which part.

use ndarray::{ArrayView, IxDyn};

use super::machine::{Machine, vectorize};
use super::threads::{for_each_chunk, threads};
use crate::Element;

/// Elements from which on threads are worth waking, even for `x + y`: some 80 microseconds of one.
pub const THREADED: usize = 1 << 19;

/// How many elements a thread takes at once.
const PART: usize = 1 << 15;

/// Whether so many elements are for several threads.
#[inline]
fn is_threaded(count: usize) -> bool {
    count >= THREADED && threads() > 1
}

/// `f` of where a part begins and of the part, for parts of `length` elements, on the threads.
#[cold]
#[inline(never)]
fn in_parts<T: Element>(out: &mut [T], length: usize, f: &(dyn Fn(usize, &mut [T]) + Sync)) {
    for_each_chunk(out, length, |index, out| f(index * length, out));
}

/// The elements of `x` from `first` on, or its one number, which is repeated.
fn from<T>(x: &[T], first: usize) -> &[T] {
    if x.len() == 1 { x } else { &x[first..] }
}

#[track_caller]
fn check_length(function: &str, x: usize, out: usize) {
    assert!(
        x == out,
        "`{function}` reads {x} numbers and writes {out}; there must be as many"
    );
}

/// `out ← f(x)` for each element.
///
/// # Panics
/// If the lengths differ.
#[inline]
#[track_caller]
pub fn map<T: Element>(out: &mut [T], x: &[T], f: impl Fn(Machine, T) -> T + Copy + Sync) {
    check_length("map", x.len(), out.len());
    if is_threaded(out.len()) {
        return in_parts(out, PART, &move |first, out| map_part(out, &x[first..], f));
    }
    map_part(out, x, f);
}

#[inline]
fn map_part<T: Element>(out: &mut [T], x: &[T], f: impl Fn(Machine, T) -> T + Copy) {
    vectorize(
        #[inline(always)]
        move |machine| {
            for (out, &x) in out.iter_mut().zip(x) {
                *out = f(machine, x);
            }
        },
    );
}

/// `out ← f(x)` for each element, or `otherwise(x)` where that is NaN: for a function that is not
/// made for all numbers, so that those of the others that occur do not slow it down.
///
/// # Panics
/// If the lengths differ.
#[inline]
#[track_caller]
pub fn map_or<T: Element>(
    out: &mut [T],
    x: &[T],
    f: impl Fn(Machine, T) -> T + Copy + Sync,
    otherwise: fn(T) -> T,
) {
    check_length("map_or", x.len(), out.len());
    if is_threaded(out.len()) {
        return in_parts(out, PART, &move |first, out| {
            map_or_part(out, &x[first..], f, otherwise)
        });
    }
    map_or_part(out, x, f, otherwise);
}

#[inline]
fn map_or_part<T: Element>(
    out: &mut [T],
    x: &[T],
    f: impl Fn(Machine, T) -> T + Copy,
    otherwise: fn(T) -> T,
) {
    let pairs = out.iter_mut().zip(x);
    let complete = vectorize(
        #[inline(always)]
        move |machine| {
            let mut complete = true;
            for (out, &x) in pairs {
                *out = f(machine, x);
                complete &= !out.is_nan();
            }
            complete
        },
    );
    if !complete {
        for (out, &x) in out.iter_mut().zip(x).filter(|(out, _)| out.is_nan()) {
            *out = otherwise(x);
        }
    }
}

/// `out ← f(x, y)` for each pair of elements.
///
/// # Panics
/// If the lengths differ.
#[inline]
#[track_caller]
pub fn zip<T: Element>(
    out: &mut [T],
    x: &[T],
    y: &[T],
    f: impl Fn(Machine, T, T) -> T + Copy + Sync,
) {
    check_length("zip", x.len(), out.len());
    check_length("zip", y.len(), out.len());
    each(out, x, y, f);
}

/// `f` of each pair of elements, where one number stands for as many as there are results.
#[inline]
fn each<T: Element>(out: &mut [T], x: &[T], y: &[T], f: impl Fn(Machine, T, T) -> T + Copy + Sync) {
    if is_threaded(out.len()) {
        return in_parts(out, PART, &move |first, out| {
            row(out, from(x, first), from(y, first), f)
        });
    }
    row(out, x, y, f);
}

/// The one loop of all functions of two elements. It stands once for each function and set of
/// instructions, whatever is repeated: a number is spread to a few, which are read again and again.
#[inline(never)]
fn row<T: Element>(out: &mut [T], x: &[T], y: &[T], f: impl Fn(Machine, T, T) -> T + Copy) {
    const SPREAD: usize = 64;
    let spread = |x: &[T], length| {
        let mut numbers = [T::zero(); SPREAD];
        numbers[..length].fill(x[0]);
        numbers
    };
    let count = out.len();
    let (x_number, y_number) = (x.len() == 1 && count > 1, y.len() == 1 && count > 1);
    let step = if x_number || y_number { SPREAD } else { count };
    let (x_spread, y_spread);
    let (mut x, mut y) = (x, y);
    if x_number {
        x_spread = spread(x, count.min(SPREAD));
        x = &x_spread;
    }
    if y_number {
        y_spread = spread(y, count.min(SPREAD));
        y = &y_spread;
    }
    vectorize(
        #[inline(always)]
        move |machine| {
            for (index, out) in out.chunks_mut(step.max(1)).enumerate() {
                let at = |is_number| if is_number { 0 } else { index * step };
                let (x, y) = (&x[at(x_number)..], &y[at(y_number)..]);
                for ((out, &x), &y) in out.iter_mut().zip(x).zip(y) {
                    *out = f(machine, x, y);
                }
            }
        },
    );
}

/// `x ← f(x)` for each element.
#[inline]
pub fn change<T: Element>(x: &mut [T], f: impl Fn(Machine, T) -> T + Copy + Sync) {
    if is_threaded(x.len()) {
        return in_parts(x, PART, &move |_, x| change_part(x, f));
    }
    change_part(x, f);
}

#[inline]
fn change_part<T: Element>(x: &mut [T], f: impl Fn(Machine, T) -> T + Copy) {
    vectorize(
        #[inline(always)]
        move |machine| {
            for x in x {
                *x = f(machine, *x);
            }
        },
    );
}

/// `x ← f(x, y)` for each pair of elements.
///
/// # Panics
/// If the lengths differ.
#[inline]
#[track_caller]
pub fn update<T: Element>(x: &mut [T], y: &[T], f: impl Fn(Machine, T, T) -> T + Copy + Sync) {
    check_length("update", y.len(), x.len());
    if is_threaded(x.len()) {
        return in_parts(x, PART, &move |first, x| update_part(x, &y[first..], f));
    }
    update_part(x, y, f);
}

#[inline]
fn update_part<T: Element>(x: &mut [T], y: &[T], f: impl Fn(Machine, T, T) -> T + Copy) {
    vectorize(
        #[inline(always)]
        move |machine| {
            for (x, &y) in x.iter_mut().zip(y) {
                *x = f(machine, *x, y);
            }
        },
    );
}

/// `f` of each pair of elements, both broadcast to `shape`: numbers with their shapes.
#[inline]
pub(crate) fn broadcast<T: Element>(
    out: &mut [T],
    shape: &[usize],
    (x, x_shape): (&[T], &[usize]),
    (y, y_shape): (&[T], &[usize]),
    f: impl Fn(Machine, T, T) -> T + Copy + Sync,
) {
    let fits = |x: &[T]| x.len() == out.len() || x.len() == 1;
    if fits(x) && fits(y) {
        return each(out, x, y, f);
    }
    // An operand that has the last axes is repeated along the others.
    if x.len() == out.len() && shape.ends_with(y_shape) {
        return rows(out, y.len(), x, y, f);
    }
    if y.len() == out.len() && shape.ends_with(x_shape) {
        return rows(out, x.len(), x, y, f);
    }
    let Some(&width) = shape.last().filter(|&&width| width > 0) else {
        return;
    };
    // Row by row: along the last axis an operand is a slice, or one number repeated.
    let array = |x, from| ArrayView::from_shape(IxDyn(from), x).expect("one number for each place");
    let (x, y) = (array(x, x_shape), array(y, y_shape));
    let spread = "the shapes were seen to broadcast";
    let (x, y) = (
        x.broadcast(shape).expect(spread),
        y.broadcast(shape).expect(spread),
    );
    let pairs = x.rows().into_iter().zip(y.rows());
    for (out, (x, y)) in out.chunks_exact_mut(width).zip(pairs) {
        let (x_number, y_number) = ([x[0]], [y[0]]);
        let x = x.to_slice().unwrap_or(&x_number);
        row(out, x, y.to_slice().unwrap_or(&y_number), f);
    }
}

/// `f` of each pair of elements in rows of `width`: an operand that is one row long is repeated.
#[inline]
fn rows<T: Element>(
    out: &mut [T],
    width: usize,
    x: &[T],
    y: &[T],
    f: impl Fn(Machine, T, T) -> T + Copy + Sync,
) {
    if width == 0 {
        return;
    }
    if width < THREADED && is_threaded(out.len()) {
        return in_parts(out, width * PART.div_ceil(width), &move |first, out| {
            let from = |x| rows_from(x, width, first);
            rows_part(out, width, from(x), from(y), f);
        });
    }
    rows_part(out, width, x, y, f);
}

/// An operand from `first` on, or its one row.
fn rows_from<T>(x: &[T], width: usize, first: usize) -> &[T] {
    if x.len() == width { x } else { &x[first..] }
}

#[inline]
fn rows_part<T: Element>(
    out: &mut [T],
    width: usize,
    x: &[T],
    y: &[T],
    f: impl Fn(Machine, T, T) -> T + Copy,
) {
    for (index, out) in out.chunks_exact_mut(width).enumerate() {
        let place = index * width;
        let at = |x| &rows_from(x, width, place)[..width];
        row(out, at(x), at(y), f);
    }
}

/// `f` of each element, repeated to `shape`: numbers with their shape.
#[inline]
pub(crate) fn spread<T: Element>(
    out: &mut [T],
    shape: &[usize],
    x: (&[T], &[usize]),
    f: impl Fn(Machine, T) -> T + Copy + Sync,
) {
    let nothing = (&[T::zero()][..], &[][..]);
    broadcast(
        out,
        shape,
        x,
        nothing,
        #[inline(always)]
        move |machine, x, _| f(machine, x),
    );
}
