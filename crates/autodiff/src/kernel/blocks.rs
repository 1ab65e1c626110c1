//! Copies of parts of arrays along one axis. An array is seen as `[outer, size, inner]`, the axis in
//! the middle.

use ndarray::{ArrayView, ArrayViewMut, IxDyn};

use crate::Element;

/// An array along one of its axes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Along {
    /// How many elements there are along the axis.
    pub(crate) size: usize,
    /// How many elements lie side by side for each place along the axis.
    pub(crate) inner: usize,
}

impl Along {
    pub(crate) fn new(shape: &[usize], axis: usize) -> Self {
        Self {
            size: shape[axis],
            inner: shape[axis + 1..].iter().product(),
        }
    }

    /// The elements of each place outside the axis, side by side.
    fn width(self) -> usize {
        self.size * self.inner
    }
}

/// `out[o] ← x[o]` of the places from `x_from` and to `out_from`, as many as the smaller has.
///
/// A slice copies from a place, a part of a concatenation to a place.
pub(crate) fn copy<T: Element>(
    out: &mut [T],
    out_along: Along,
    out_from: usize,
    x: &[T],
    x_along: Along,
    x_from: usize,
) {
    let inner = x_along.inner;
    let length = (out_along.size - out_from).min(x_along.size - x_from) * inner;
    if length == 0 {
        return;
    }
    let outs = out.chunks_exact_mut(out_along.width());
    for (out, x) in outs.zip(x.chunks_exact(x_along.width())) {
        out[out_from * inner..][..length].copy_from_slice(&x[x_from * inner..][..length]);
    }
}

/// `out[o, i] ← x[o, places[i]]`.
pub(crate) fn select<T: Element>(out: &mut [T], x: &[T], along: Along, places: &[usize]) {
    let inner = along.inner;
    if out.is_empty() {
        return;
    }
    let outs = out.chunks_exact_mut(places.len() * inner);
    for (out, x) in outs.zip(x.chunks_exact(along.width())) {
        for (out, &place) in out.chunks_exact_mut(inner).zip(places) {
            out.copy_from_slice(&x[place * inner..][..inner]);
        }
    }
}

/// `out[o, places[i]] ← out[o, places[i]] + x[o, i]`, in the order of the places.
pub(crate) fn select_add<T: Element>(out: &mut [T], along: Along, x: &[T], places: &[usize]) {
    let inner = along.inner;
    if x.is_empty() {
        return;
    }
    let outs = out.chunks_exact_mut(along.width());
    for (out, x) in outs.zip(x.chunks_exact(places.len() * inner)) {
        for (x, &place) in x.chunks_exact(inner).zip(places) {
            for (out, &x) in out[place * inner..][..inner].iter_mut().zip(x) {
                *out += x;
            }
        }
    }
}

/// `out[o, i, j] ← x[o, places[o, i, j], j]`, for places that have the same axes but `count` along
/// this one.
pub(crate) fn gather<T: Element>(out: &mut [T], x: &[T], along: Along, places: &[usize]) {
    for (index, (out, &place)) in out.iter_mut().zip(places).enumerate() {
        *out = x[at(index, place, along, places.len(), x.len())];
    }
}

/// `out[o, places[o, i, j], j] ← out[…] + x[o, i, j]`, in the order of the places.
pub(crate) fn gather_add<T: Element>(out: &mut [T], along: Along, x: &[T], places: &[usize]) {
    let length = out.len();
    for (index, (&x, &place)) in x.iter().zip(places).enumerate() {
        out[at(index, place, along, places.len(), length)] += x;
    }
}

/// Where the element `[o, place, j]` of an array of `length` elements stands, for the `index`-th of
/// `count` places `[o, i, j]`.
fn at(index: usize, place: usize, along: Along, count: usize, length: usize) -> usize {
    let outer = length / along.width();
    let o = index / (count / outer);
    (o * along.size + place) * along.inner + index % along.inner
}

/// The elements of an array of the given shape, in another order of the axes and backwards along
/// some.
pub(crate) fn rearrange<T: Element>(
    out: &mut [T],
    x: &[T],
    shape: &[usize],
    order: &[usize],
    backwards: impl Fn(usize) -> bool,
) {
    let fits = "one number for each place";
    let mut from = ArrayView::from_shape(IxDyn(shape), x).expect(fits);
    for axis in (0..shape.len()).filter(|&axis| backwards(axis)) {
        from.invert_axis(ndarray::Axis(axis));
    }
    let from = from.permuted_axes(IxDyn(order));
    let mut to = ArrayViewMut::from_shape(from.raw_dim(), out).expect(fits);
    to.assign(&from);
}

/// `out ← Σ` of the numbers up to each place along the axis or, backwards, from it on. What a sum
/// loses to rounding is carried along (Neumaier 1974), so that long sums do not drift.
pub(crate) fn cumulative_sum<T: Element>(out: &mut [T], x: &[T], along: Along, backwards: bool) {
    let width = along.width();
    if width == 0 {
        return;
    }
    for (out, x) in out.chunks_exact_mut(width).zip(x.chunks_exact(width)) {
        for lane in 0..along.inner {
            let (mut sum, mut lost) = (T::zero(), T::zero());
            for step in 0..along.size {
                let place = if backwards {
                    along.size - 1 - step
                } else {
                    step
                };
                let x = x[place * along.inner + lane];
                let next = sum + x;
                let (larger, smaller) = if sum.abs() >= x.abs() {
                    (sum, x)
                } else {
                    (x, sum)
                };
                // Of an infinite sum nothing is lost.
                if next.is_finite() {
                    lost += (larger - next) + smaller;
                }
                sum = next;
                out[place * along.inner + lane] = sum + lost;
            }
        }
    }
}

/// The elements of each matrix of the last two axes where `keep(row, column)`, and 0 elsewhere.
pub(crate) fn mask<T: Element>(
    out: &mut [T],
    x: &[T],
    columns: usize,
    rows: usize,
    keep: impl Fn(usize, usize) -> bool,
) {
    if columns == 0 {
        return;
    }
    let lines = out.chunks_exact_mut(columns).zip(x.chunks_exact(columns));
    for (index, (out, x)) in lines.enumerate() {
        for (column, (out, &x)) in out.iter_mut().zip(x).enumerate() {
            *out = if keep(index % rows, column) {
                x
            } else {
                T::zero()
            };
        }
    }
}
