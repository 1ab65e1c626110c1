use std::f64::consts::PI;

use tapegrad_autodiff::Element;
use tapegrad_nn::random;

use super::Dataset;
use super::noise::Noise;
use super::points::{even, points};

/// Two interleaved half circles of radius 1, as scikit-learn's `make_moons`: `rows` points of a
/// plane, classes 0 (upper) and 1 (lower), shuffled.
///
/// `noise` is the deviation added to each coordinate, in `[0, ∞)`. An odd row goes to class 1.
///
/// ```
/// use tapegrad_train::data::moons;
/// let data = moons::<f32>(100, 0.2, 1);
/// assert_eq!((data.x.shape(), data.y.shape()), (&[100, 2][..], &[100, 1][..]));
/// assert_eq!(data, moons(100, 0.2, 1));
/// ```
///
/// # Panics
/// If the noise is negative or not finite.
#[track_caller]
pub fn moons<T: Element>(rows: usize, noise: f64, seed: u64) -> Dataset<T> {
    let noise = Noise::new("data::moons", "noise", noise);
    let upper = rows / 2;
    let lower = rows - upper;
    let angle = |index, count| PI * even(index, count);
    let upper = (0..upper).map(|index| (angle(index, upper), 0));
    let lower = (0..lower).map(|index| (angle(index, lower), 1));
    let moons = upper.chain(lower).map(|(angle, class)| match class {
        0 => ([angle.cos(), angle.sin()], class),
        _ => ([1.0 - angle.cos(), 0.5 - angle.sin()], class),
    });
    points(noise, &mut random::stream(seed), moons).shuffled(random::derive(seed, 0))
}
