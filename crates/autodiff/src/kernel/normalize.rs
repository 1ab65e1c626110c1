//! Rows without their means, standardised rows, and the product with the derivative of these.

use super::elementwise;
use super::reduction::{inner, sum, sum_of};
use crate::Element;

/// `out ← x − m` of each row, with its mean `m`. The mean is taken from the first element on, so that
/// rounding leaves nothing of equal ones.
pub(crate) fn deviations<T: Element>(out: &mut [T], x: &[T], width: usize) {
    let count = T::of(width as f64);
    for (out, x) in out.chunks_exact_mut(width).zip(x.chunks_exact(width)) {
        let first = x[0];
        let mean = first + sum_of(x, move |_, x| x - first) / count;
        elementwise::map(out, x, move |_, x| x - mean);
    }
}

/// `out ← (x − m) r` of each row, with its mean `m` and `r = 1/√(v + ε)` of its variance `v`.
pub(crate) fn standardize<T: Element>(out: &mut [T], x: &[T], width: usize, epsilon: T) {
    for (out, x) in out.chunks_exact_mut(width).zip(x.chunks_exact(width)) {
        let (mean, r) = moments(x, epsilon);
        elementwise::map(out, x, move |_, x| (x - mean) * r);
    }
}

/// `out ← r (g − mean g − y mean(g y))` of each row, with `y = (x − m) r`: the cotangent of `x` from
/// the cotangent `g` of `y`.
pub(crate) fn standardize_rule<T: Element>(
    out: &mut [T],
    g: &[T],
    x: &[T],
    width: usize,
    epsilon: T,
) {
    let count = T::of(width as f64);
    let rows = g.chunks_exact(width).zip(x.chunks_exact(width));
    for (out, (g, x)) in out.chunks_exact_mut(width).zip(rows) {
        let (mean, r) = moments(x, epsilon);
        elementwise::map(out, x, move |_, x| (x - mean) * r);
        let (mean_g, mean_gy) = (sum(g) / count, inner(g, out) / count);
        elementwise::update(out, g, move |_, y, g| r * ((g - mean_g) - y * mean_gy));
    }
}

/// The mean and `1/√(v + ε)` of a slice.
fn moments<T: Element>(x: &[T], epsilon: T) -> (T, T) {
    let count = T::of(x.len() as f64);
    let mean = sum(x) / count;
    let squares = sum_of(x, move |_, x| (x - mean) * (x - mean));
    (mean, (squares / count + epsilon).sqrt().recip())
}
