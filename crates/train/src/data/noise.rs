use ndarray::{Array1, Array2};
use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus;
use rand_distr::StandardNormal;
use tapegrad_autodiff::Element;

use super::Dataset;
use crate::error;

/// Points of a plane with a class each, made one by one and then disturbed by `N(0, noise²)` in each coordinate.
#[track_caller]
pub(super) fn points<T: Element>(
    who: &str,
    noise: f64,
    stream: &mut Xoshiro256PlusPlus,
    points: impl Iterator<Item = ([f64; 2], usize)>,
) -> Dataset<T> {
    at_least_zero(who, "noise", noise);
    let mut x = Vec::new();
    let mut y = Vec::new();
    for (point, class) in points {
        x.extend(point.map(|x| T::of(x + noise * normal(stream))));
        y.push(T::of(class as f64));
    }
    let rows = y.len();
    let fits = "two coordinates and one class for each point";
    Dataset::new(
        Array2::from_shape_vec([rows, 2], x).expect(fits),
        Array1::from(y)
            .into_shape_with_order([rows, 1])
            .expect(fits),
    )
}

pub(super) fn normal(stream: &mut Xoshiro256PlusPlus) -> f64 {
    stream.sample(StandardNormal)
}

#[track_caller]
pub(super) fn at_least_zero(who: &str, name: &str, value: f64) {
    if !(value.is_finite() && value >= 0.0) {
        error::spread(who, name, value);
    }
}

/// `index` of `count` places spread evenly over `[0, 1]`, both ends included.
pub(super) fn even(index: usize, count: usize) -> f64 {
    index as f64 / (count.max(2) - 1) as f64
}
