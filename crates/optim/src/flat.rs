//! A model's trained parameters, or their gradients, as one vector.

use std::ops::Range;

use tapegrad_autodiff::{Element, IntoValue};
use tapegrad_nn::{GradientMap, Module, Name};

/// Writes gradients one after the other.
pub(crate) fn flatten<T: Element>(
    model: &(impl Module<T> + ?Sized),
    gradients: &GradientMap<T>,
    flat: &mut Vec<T>,
) {
    flat.clear();
    model.visit(Name::root(), &mut |_, param| {
        if let Some((_, g)) = gradients.numbers(param).filter(|_| param.is_trained()) {
            flat.extend_from_slice(g);
        }
    });
}

/// Lets `fill` write the numbers of each trained parameter, which stand in a part of the vector.
pub(crate) fn write<T: Element>(
    model: &mut (impl Module<T> + ?Sized),
    mut fill: impl FnMut(Range<usize>, &mut [T]),
) {
    let mut at = 0;
    model.visit_mut(Name::root(), &mut |_, param| {
        if !param.is_trained() {
            return;
        }
        if !param.value.is_standard_layout() {
            param.value = (&param.value).into_value();
        }
        let numbers = param.value.as_slice_mut().expect("it was made contiguous");
        let part = at..at + numbers.len();
        at = part.end;
        fill(part, numbers);
    });
}

/// How many sums run beside each other.
const LANES: usize = 8;

/// `Σ x y`, summed in `f64` in a fixed order.
pub(crate) fn product<T: Element>(x: &[T], y: &[T]) -> f64 {
    let mut sums = [0.0; LANES];
    let (x, last_x) = x.as_chunks::<LANES>();
    let (y, last_y) = y.as_chunks::<LANES>();
    for (x, y) in x.iter().zip(y) {
        for lane in 0..LANES {
            sums[lane] += x[lane].wide() * y[lane].wide();
        }
    }
    let last = last_x.iter().zip(last_y).map(|(x, y)| x.wide() * y.wide());
    sums.into_iter().chain(last).sum()
}

/// `max |x|`; NaN if a number is.
pub(crate) fn largest<T: Element>(x: &[T]) -> f64 {
    let larger = |most: f64, x: f64| if x > most || x.is_nan() { x } else { most };
    x.iter().map(|x| x.wide().abs()).fold(0.0, larger)
}
