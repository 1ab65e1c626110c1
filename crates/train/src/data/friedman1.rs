use std::f64::consts::PI;

use ndarray::{Array2, Axis};
use rand::RngExt;
use tapegrad_autodiff::Element;
use tapegrad_nn::random;

use super::Dataset;
use super::noise::Noise;
use crate::error;

/// `y = 10 sin(π x₀ x₁) + 20 (x₂ − ½)² + 10 x₃ + 5 x₄ + N(0, noise²)` with inputs uniform in `[0, 1)`: a
/// regression that is not linear, in which the other features say nothing. As scikit-learn's `make_friedman1`,
/// but for the numbers drawn (Friedman, *Multivariate adaptive regression splines*, 1991).
///
/// ```
/// use tapegrad_train::data::friedman1;
/// let data = friedman1::<f64>(100, 10, 0.0, 1);
/// let x = data.x.index_axis(ndarray::Axis(0), 3);
/// let y = 10.0 * (std::f64::consts::PI * x[0] * x[1]).sin() + 20.0 * (x[2] - 0.5).powi(2) + 10.0 * x[3] + 5.0 * x[4];
/// assert!((data.y[[3, 0]] - y).abs() < 1e-12);
/// ```
///
/// # Panics
/// If there are fewer than 5 features, or the noise is negative or not finite.
#[track_caller]
pub fn friedman1<T: Element>(rows: usize, features: usize, noise: f64, seed: u64) -> Dataset<T> {
    let noise = Noise::new("data::friedman1", "noise", noise);
    if features < 5 {
        error::friedman1(features);
    }
    let mut stream = random::stream(seed);
    let x = Array2::from_shape_simple_fn([rows, features], || stream.random::<f64>());
    let y = x.map_axis(Axis(1), |x| {
        10.0 * (PI * x[0] * x[1]).sin()
            + 20.0 * (x[2] - 0.5).powi(2)
            + 10.0 * x[3]
            + 5.0 * x[4]
            + noise.draw(&mut stream)
    });
    Dataset::new(x.mapv(T::of), y.mapv(T::of).insert_axis(Axis(1)))
}
