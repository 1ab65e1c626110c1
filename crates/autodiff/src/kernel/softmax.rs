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
    let width = x.shape()[1];
    let of_row = |(row, &class): (&[T], &usize)| {
        let largest = (0..width).fold(class, |most, j| if row[j] > row[most] { j } else { most });
        let others: Vec<T> = (0..width)
            .map(|j| {
                if j == largest {
                    T::zero()
                } else {
                    (row[j] - row[largest]).exp()
                }
            })
            .collect();
        reduction::sum(&others).ln_1p() - (row[class] - row[largest])
    };
    // Without columns there are no rows either: each has a class.
    from_flat(
        &[classes.len()],
        flat(x)
            .chunks_exact(width.max(1))
            .zip(classes)
            .map(of_row)
            .collect(),
    )
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
