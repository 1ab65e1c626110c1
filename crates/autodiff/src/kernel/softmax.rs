//! Exponentials that are compared with each other, shifted so that none overflows.

use super::elementwise::{self, flat, from_flat};
use super::reduction;
use crate::axes::AxesOf;
use crate::{ArcArrayD, Element};

/// `ln Σ eˣ` over `axes`, which keep the size 1.
pub(crate) fn log_sum_exp<T: Element>(x: &ArcArrayD<T>, axes: AxesOf) -> ArcArrayD<T> {
    let (shift, _, sum) = exponentials(x, axes);
    elementwise::zip(sum.shape(), &sum, &shift, |sum, shift| shift + sum.ln())
}

/// `eˣ / Σ eˣ` over `axes`.
pub(crate) fn softmax<T: Element>(x: &ArcArrayD<T>, axes: AxesOf) -> ArcArrayD<T> {
    let (_, exponentials, sum) = exponentials(x, axes);
    elementwise::zip(x.shape(), &exponentials, &sum, |e, sum| e / sum)
}

/// `ln Σⱼ e^xⱼ − x_class` of each row of `x`, one class a row.
///
/// With the largest element `xₘ` of a row it is `ln(1 + Σ_{j≠m} e^(xⱼ − xₘ)) − (x_class − xₘ)`,
/// which neither overflows nor cancels.
pub(crate) fn cross_entropy<T: Element>(x: &ArcArrayD<T>, classes: &[usize]) -> ArcArrayD<T> {
    let mut exponentials = vec![T::zero(); x.shape()[1]];
    let loss = rows(x).zip(classes).map(|(row, &class)| {
        let largest = exponentials_of(row, class, &mut exponentials);
        exponentials[largest] = T::zero();
        reduction::sum(&exponentials).ln_1p() - (row[class] - row[largest])
    });
    from_flat(&[classes.len()], loss.collect())
}

/// `softmax(x) − onehot(class)` of each row of `x`, one class a row. At the class it is computed as
/// `−Σ_{j≠class} softmax(x)ⱼ`, which is not 0 where the softmax rounds to 1.
pub(crate) fn residual<T: Element>(x: &ArcArrayD<T>, classes: &[usize]) -> ArcArrayD<T> {
    let mut exponentials = vec![T::zero(); x.shape()[1]];
    let mut result = Vec::with_capacity(x.len());
    for (row, &class) in rows(x).zip(classes) {
        exponentials_of(row, class, &mut exponentials);
        let sum = reduction::sum(&exponentials);
        exponentials[class] = T::zero();
        exponentials[class] = -reduction::sum(&exponentials);
        result.extend(exponentials.iter().map(|&e| e / sum));
    }
    from_flat(x.shape(), result)
}

/// The rows of a matrix. Without columns there are none.
fn rows<T: Element>(x: &ArcArrayD<T>) -> impl Iterator<Item = &[T]> {
    flat(x).chunks_exact(x.shape()[1].max(1))
}

/// Writes `e^(xⱼ − xₘ)` for the largest element `xₘ` of a row, and returns `m`: `class` if no
/// element is larger.
fn exponentials_of<T: Element>(row: &[T], class: usize, exponentials: &mut [T]) -> usize {
    let largest = (0..row.len()).fold(class, |most, j| if row[j] > row[most] { j } else { most });
    for (e, &x) in exponentials.iter_mut().zip(row) {
        *e = (x - row[largest]).exp();
    }
    largest
}

/// The shift, `e^(x − shift)` and its sum. The shift is the maximum; 0 where that is infinite,
/// because from there is no distance.
fn exponentials<T: Element>(
    x: &ArcArrayD<T>,
    axes: AxesOf,
) -> (ArcArrayD<T>, ArcArrayD<T>, ArcArrayD<T>) {
    let shift = elementwise::map(&reduction::max_axes(x, axes), |max| {
        if max.is_infinite() { T::zero() } else { max }
    });
    let exponentials = elementwise::zip(x.shape(), x, &shift, |x, shift| (x - shift).exp());
    let sum = reduction::sum_axes(&exponentials, axes);
    (shift, exponentials, sum)
}
