use ndarray::Array2;
use tapegrad_autodiff::Element;
use tapegrad_nn::random::Stream;

use super::Dataset;
use super::noise::Noise;

/// Points of a plane with a class each, made one by one and then disturbed in each coordinate.
pub(super) fn points<T: Element>(
    noise: Noise,
    stream: &mut Stream,
    points: impl Iterator<Item = ([f64; 2], usize)>,
) -> Dataset<T> {
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for (point, class) in points {
        x.extend(point.map(|x| T::of(x + noise.draw(stream))));
        y.push(T::of(class as f64));
    }
    let (rows, fits) = (y.len(), "two coordinates and one class for each point");
    Dataset::new(
        Array2::from_shape_vec([rows, 2], x).expect(fits),
        Array2::from_shape_vec([rows, 1], y).expect(fits),
    )
}

/// Place `index` of `count` spread evenly over `[0, 1]`, both ends included.
pub(super) fn even(index: usize, count: usize) -> f64 {
    index as f64 / (count.max(2) - 1) as f64
}
