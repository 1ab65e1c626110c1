use ndarray::{Array1, Array2, Axis};
use rand::RngExt;
use rand::seq::SliceRandom;
use rand_distr::StandardNormal;
use tapegrad_autodiff::Element;
use tapegrad_nn::random::{self, Stream};

use super::Dataset;
use super::noise::Noise;
use crate::error;

/// `y = X w + N(0, noise²)` with standard normal inputs `[rows, features]` and targets `[rows, 1]`;
/// returns `w` too.
///
/// Each weight has a random sign and a size uniform in `[1, 3)`, so that none is lost in the noise
/// by chance.
///
/// ```
/// use tapegrad_train::data::linear_regression;
/// let (data, weights) = linear_regression::<f64>(50, 3, 0.0, 1);
/// let row: f64 = (0..3).map(|column| data.x[[7, column]] * weights[column]).sum();
/// assert!((data.y[[7, 0]] - row).abs() < 1e-12);
/// ```
///
/// # Panics
/// If the noise is negative or not finite.
#[track_caller]
pub fn linear_regression<T: Element>(
    rows: usize,
    features: usize,
    noise: f64,
    seed: u64,
) -> (Dataset<T>, Array1<T>) {
    generate(
        rows,
        features,
        features,
        Noise::new("data::linear_regression", "noise", noise),
        seed,
    )
}

/// [`linear_regression`] in which only `informative` features, at random places, have a weight; the
/// others have exactly 0.
///
/// # Panics
/// If more features are informative than there are, or the noise is negative or not finite.
#[track_caller]
pub fn sparse_linear_regression<T: Element>(
    rows: usize,
    features: usize,
    informative: usize,
    noise: f64,
    seed: u64,
) -> (Dataset<T>, Array1<T>) {
    if informative > features {
        error::informative(informative, features);
    }
    let noise = Noise::new("data::sparse_linear_regression", "noise", noise);
    generate(rows, features, informative, noise, seed)
}

/// `Y = X W + N(0, noise²)` with standard normal inputs `[rows, features]` and targets `[rows, outputs]`; returns
/// `W`, `[features, outputs]`, too.
///
/// Weights are as in [`linear_regression`].
///
/// # Panics
/// If the noise is negative or not finite.
#[track_caller]
pub fn multi_output_regression<T: Element>(
    rows: usize,
    features: usize,
    outputs: usize,
    noise: f64,
    seed: u64,
) -> (Dataset<T>, Array2<T>) {
    let noise = Noise::new("data::multi_output_regression", "noise", noise);
    let mut stream = random::stream(seed);
    let weights = Array2::from_shape_simple_fn([features, outputs], || weight(&mut stream));
    let x = inputs(rows, features, &mut stream);
    let y = x.dot(&weights).mapv(|y| y + noise.draw(&mut stream));
    (
        Dataset::new(x.mapv(T::of), y.mapv(T::of)),
        weights.mapv(T::of),
    )
}

/// Of a random sign and a size uniform in `[1, 3)`.
fn weight(stream: &mut Stream) -> f64 {
    let size = 1.0 + 2.0 * stream.random::<f64>();
    if stream.random() { size } else { -size }
}

fn inputs(rows: usize, features: usize, stream: &mut Stream) -> Array2<f64> {
    Array2::from_shape_simple_fn([rows, features], || stream.sample::<f64, _>(StandardNormal))
}

fn generate<T: Element>(
    rows: usize,
    features: usize,
    informative: usize,
    noise: Noise,
    seed: u64,
) -> (Dataset<T>, Array1<T>) {
    let mut stream = random::stream(seed);
    let mut weights = Array1::from_shape_simple_fn(features, || weight(&mut stream));
    let mut places: Vec<_> = (0..features).collect();
    places.shuffle(&mut stream);
    places[informative..]
        .iter()
        .for_each(|&place| weights[place] = 0.0);

    let x = inputs(rows, features, &mut stream);
    let y = x.dot(&weights).mapv(|y| y + noise.draw(&mut stream));
    (
        Dataset::new(x.mapv(T::of), y.mapv(T::of).insert_axis(Axis(1))),
        weights.mapv(T::of),
    )
}
