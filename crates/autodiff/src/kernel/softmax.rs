//! Exponentials that are compared with each other, shifted so that none overflows.

use super::elementwise;
use super::machine::Machine;
use super::reduction::{self, sum_of};
use crate::Element;
use crate::axes::AxesOf;

/// `ln Σ eˣ` over `axes`.
pub(crate) fn log_sum_exp<T: Element>(out: &mut [T], x: &[T], shape: &[usize], axes: AxesOf) {
    if let Some(width) = axes.last_together(shape) {
        for (out, x) in out.iter_mut().zip(x.chunks_exact(width)) {
            let max = reduction::max(x);
            *out = max
                + sum_of(
                    x,
                    #[inline(always)]
                    move |m, x| m.exp(below(x, max)),
                )
                .ln();
        }
        return;
    }
    let (maxima, exponentials) = exponentials(x, shape, axes);
    reduction::sum_axes(out, &exponentials, shape, axes);
    elementwise::update(
        out,
        &maxima,
        #[inline(always)]
        |m, sum, max| max + m.ln(sum),
    );
}

/// `out ← eˣ / Σ eˣ` over `axes`.
pub(crate) fn softmax<T: Element>(out: &mut [T], x: &[T], shape: &[usize], axes: AxesOf) {
    if let Some(width) = axes.last_together(shape) {
        for (out, x) in out.chunks_exact_mut(width).zip(x.chunks_exact(width)) {
            let max = reduction::max(x);
            elementwise::map(
                out,
                x,
                #[inline(always)]
                move |m, x| m.exp(below(x, max)),
            );
            let sum = reduction::sum(out);
            elementwise::change(out, move |_, e| e / sum);
        }
        return;
    }
    let (_, exponentials) = exponentials(x, shape, axes);
    let kept = axes.kept(shape);
    let mut sums = vec![T::zero(); kept.count()];
    reduction::sum_axes(&mut sums, &exponentials, shape, axes);
    let (exponentials, sums) = ((&exponentials[..], shape), (&sums[..], &kept[..]));
    elementwise::broadcast(out, shape, exponentials, sums, |_, e, sum| e / sum);
}

/// `out ← x − ln Σ eˣ` over `axes`. The largest is subtracted first: what is left of the sum counts then.
pub(crate) fn log_softmax<T: Element>(out: &mut [T], x: &[T], shape: &[usize], axes: AxesOf) {
    if let Some(width) = axes.last_together(shape) {
        for (out, x) in out.chunks_exact_mut(width).zip(x.chunks_exact(width)) {
            let max = reduction::max(x);
            let log_sum = sum_of(
                x,
                #[inline(always)]
                move |m, x| m.exp(below(x, max)),
            )
            .ln();
            elementwise::map(out, x, move |_, x| below(x, max) - log_sum);
        }
        return;
    }
    let (maxima, exponentials) = exponentials(x, shape, axes);
    let kept = axes.kept(shape);
    let mut log_sums = vec![T::zero(); kept.count()];
    reduction::sum_axes(&mut log_sums, &exponentials, shape, axes);
    elementwise::change(&mut log_sums, |_, sum| sum.ln());
    let maxima = (&maxima[..], &kept[..]);
    elementwise::broadcast(out, shape, (x, shape), maxima, |_, x, max| below(x, max));
    let mut repeated = exponentials;
    let log_sums = (&log_sums[..], &kept[..]);
    elementwise::spread(&mut repeated, shape, log_sums, |_, log_sum| log_sum);
    elementwise::update(out, &repeated, |_, x, log_sum| x - log_sum);
}

/// The maxima and `e^(x − max)`, for axes that do not lie together at the end.
fn exponentials<T: Element>(x: &[T], shape: &[usize], axes: AxesOf) -> (Vec<T>, Vec<T>) {
    let kept = axes.kept(shape);
    let mut maxima = vec![T::zero(); kept.count()];
    reduction::max_axes(&mut maxima, x, shape, axes);
    let mut exponentials = vec![T::zero(); x.len()];
    let operands = ((x, shape), (&maxima[..], &kept[..]));
    elementwise::broadcast(
        &mut exponentials,
        shape,
        operands.0,
        operands.1,
        #[inline(always)]
        |m, x, max| m.exp(below(x, max)),
    );
    (maxima, exponentials)
}

/// `x − max`, and 0 where both are the same infinity: the largest are at no distance from each
/// other.
#[inline(always)]
fn below<T: Element>(x: T, max: T) -> T {
    if x == max { T::zero() } else { x - max }
}

/// `ln Σⱼ e^xⱼ − x_class` of each row of `x`, one class a row.
///
/// With the largest element `xₘ` of a row it is `ln(1 + Σ_{j≠m} e^(xⱼ − xₘ)) − (x_class − xₘ)`,
/// which neither overflows nor cancels.
pub fn cross_entropy<T: Element>(out: &mut [T], x: &[T], classes: &[usize]) {
    for ((out, row), &class) in out.iter_mut().zip(rows(x, classes)).zip(classes) {
        let largest = largest(row, class);
        let max = row[largest];
        let others = sum_but(
            row,
            largest,
            #[inline(always)]
            move |m, x| m.exp(below(x, max)),
        );
        *out = others.ln_1p() - below(row[class], max);
    }
}

/// `out ← g (softmax(x) − onehot(class))` of each row of `x`, one class and one `g` a row. At the
/// class it is computed as `−Σ_{j≠class} softmax(x)ⱼ`, which is not 0 where the softmax rounds to 1.
pub fn residual<T: Element>(out: &mut [T], x: &[T], classes: &[usize], g: &[T]) {
    let width = out.len() / classes.len().max(1);
    let outs = out.chunks_exact_mut(width.max(1));
    for (((out, row), &class), &g) in outs.zip(rows(x, classes)).zip(classes).zip(g) {
        let max = row[largest(row, class)];
        elementwise::map(
            out,
            row,
            #[inline(always)]
            move |m, x| m.exp(below(x, max)),
        );
        let sum = reduction::sum(out);
        out[class] = -sum_but(out, class, |_, e| e);
        elementwise::change(out, move |_, e| e / sum * g);
    }
}

/// `−Σⱼ qⱼ ln softmax(x)ⱼ` of each row of `x`, of `count` classes. A class of which nothing is
/// expected counts nothing, also where its logit is −∞.
pub(crate) fn soft_cross_entropy<T: Element>(out: &mut [T], x: &[T], q: &[T], count: usize) {
    let width = count.max(1);
    out.fill(T::zero());
    let rows = x.chunks_exact(width).zip(q.chunks_exact(width));
    for (out, (x, q)) in out.iter_mut().zip(rows) {
        let largest = largest(x, 0);
        let max = x[largest];
        let others = sum_but(
            x,
            largest,
            #[inline(always)]
            move |m, x| m.exp(below(x, max)),
        );
        let log_sum = others.ln_1p();
        let terms = x.iter().zip(q).filter(|&(_, &q)| q != T::zero());
        *out = terms.fold(T::zero(), |sum, (&x, &q)| {
            sum + q * (log_sum - below(x, max))
        });
    }
}

/// `out ← g (softmax(x) Σ q − q)` of each row of `x`, one `g` a row.
pub(crate) fn soft_residual<T: Element>(out: &mut [T], x: &[T], q: &[T], g: &[T]) {
    let width = (out.len() / g.len().max(1)).max(1);
    let rows = x.chunks_exact(width).zip(q.chunks_exact(width));
    for ((out, (x, q)), &g) in out.chunks_exact_mut(width).zip(rows).zip(g) {
        let largest = largest(x, 0);
        let max = x[largest];
        elementwise::map(
            out,
            x,
            #[inline(always)]
            move |m, x| m.exp(below(x, max)),
        );
        let (sum, sum_q) = (reduction::sum(out), reduction::sum(q));
        // At the largest from the others, which are not 0 where the softmax rounds to 1.
        let (others, others_q) = (
            sum_but(out, largest, |_, e| e),
            sum_but(q, largest, |_, q| q),
        );
        let at_largest = (out[largest] * others_q - q[largest] * others) / sum;
        let share = sum_q / sum;
        elementwise::update(out, q, move |_, e, q| g * (e * share - q));
        out[largest] = g * at_largest;
    }
}

/// The rows of a matrix, as many as there are classes. Without columns there are none.
fn rows<'x, T: Element>(x: &'x [T], classes: &[usize]) -> impl Iterator<Item = &'x [T]> {
    x.chunks_exact((x.len() / classes.len().max(1)).max(1))
}

/// `Σ_{j≠left} f(xⱼ)`.
fn sum_but<T: Element>(x: &[T], left: usize, f: impl Fn(Machine, T) -> T + Copy + Sync) -> T {
    sum_of(&x[..left], f) + sum_of(&x[left + 1..], f)
}

/// The place of the largest number: `class` if none is larger.
fn largest<T: Element>(row: &[T], class: usize) -> usize {
    (0..row.len()).fold(class, |most, j| if row[j] > row[most] { j } else { most })
}
