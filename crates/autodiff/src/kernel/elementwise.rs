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

/// The elements of `x` from `first` on.
fn from<T>(x: &[T], first: usize) -> &[T] {
    x.get(first..).unwrap_or_default()
}

/// `out ← f(x)` for each element.
#[inline]
pub fn map<T: Element>(out: &mut [T], x: &[T], f: impl Fn(Machine, T) -> T + Copy + Sync) {
    if is_threaded(out.len()) {
        return in_parts(out, PART, &move |first, out| {
            map_part(out, from(x, first), f)
        });
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

/// `out ← f(x, y)` for each pair of elements.
#[inline]
pub fn zip<T: Element>(
    out: &mut [T],
    x: &[T],
    y: &[T],
    f: impl Fn(Machine, T, T) -> T + Copy + Sync,
) {
    if is_threaded(out.len()) {
        return in_parts(out, PART, &move |first, out| {
            zip_part(out, from(x, first), from(y, first), f)
        });
    }
    zip_part(out, x, y, f);
}

#[inline]
fn zip_part<T: Element>(out: &mut [T], x: &[T], y: &[T], f: impl Fn(Machine, T, T) -> T + Copy) {
    vectorize(
        #[inline(always)]
        move |machine| {
            for ((out, &x), &y) in out.iter_mut().zip(x).zip(y) {
                *out = f(machine, x, y);
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
#[inline]
pub fn update<T: Element>(x: &mut [T], y: &[T], f: impl Fn(Machine, T, T) -> T + Copy + Sync) {
    if is_threaded(x.len()) {
        return in_parts(x, PART, &move |first, x| update_part(x, from(y, first), f));
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
    if x.len() == out.len() && shape.ends_with(y_shape) {
        return repeat(out, x, y, f);
    }
    if y.len() == out.len() && shape.ends_with(x_shape) {
        return repeat(
            out,
            y,
            x,
            #[inline(always)]
            move |machine, y, x| f(machine, x, y),
        );
    }
    if let (&[x], &[y]) = (x, y) {
        return vectorize(
            #[inline(always)]
            move |machine| out.fill(f(machine, x, y)),
        );
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
    let rows = x.rows().into_iter().zip(y.rows());
    for (out, (x, y)) in out.chunks_exact_mut(width).zip(rows) {
        match (x.to_slice(), y.to_slice()) {
            (Some(x), Some(y)) => zip(out, x, y, f),
            (Some(x), None) => repeat(out, x, &[y[0]], f),
            (None, Some(y)) => repeat(
                out,
                y,
                &[x[0]],
                #[inline(always)]
                move |machine, y, x| f(machine, x, y),
            ),
            (None, None) => {
                let (x, y) = (x[0], y[0]);
                vectorize(
                    #[inline(always)]
                    move |machine| out.fill(f(machine, x, y)),
                );
            }
        }
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

/// `f` of each element of `whole` and of `part`, which has its last axes (or none, or all) and is
/// repeated along the others.
#[inline]
fn repeat<T: Element>(
    out: &mut [T],
    whole: &[T],
    part: &[T],
    f: impl Fn(Machine, T, T) -> T + Copy + Sync,
) {
    if let &[part] = part {
        return map(
            out,
            whole,
            #[inline(always)]
            move |machine, x| f(machine, x, part),
        );
    }
    let width = part.len().max(1);
    if width < THREADED && is_threaded(out.len()) {
        let rows = width * PART.div_ceil(width);
        return in_parts(out, rows, &move |first, out| {
            repeat_part(out, from(whole, first), part, f);
        });
    }
    repeat_part(out, whole, part, f);
}

#[inline]
fn repeat_part<T: Element>(
    out: &mut [T],
    whole: &[T],
    part: &[T],
    f: impl Fn(Machine, T, T) -> T + Copy + Sync,
) {
    let width = part.len().max(1);
    for (out, whole) in out.chunks_exact_mut(width).zip(whole.chunks_exact(width)) {
        zip(out, whole, part, f);
    }
}
