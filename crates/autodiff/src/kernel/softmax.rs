//! Exponentials that are compared with each other, shifted so that none overflows.

use super::{elementwise, reduction};
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

/// The shift, `e^(x − shift)` and its sum. The shift is the maximum; 0 where that is infinite, because from there is no distance.
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
