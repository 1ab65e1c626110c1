use rand::RngExt;
use tapegrad_autodiff::Element;
use tapegrad_nn::random;

use super::Dataset;
use super::noise::Noise;
use super::points::points;
use crate::error;

/// Round normal clouds around centres uniform in `[−10, 10]²`, as scikit-learn's `make_blobs`:
/// `rows` points of a plane, one class a cloud, shuffled.
///
/// `spread` is the deviation of a cloud in each coordinate, in `[0, ∞)`. Rows go to the clouds in
/// turn.
///
/// # Panics
/// If there is no cloud, or the spread is negative or not finite.
#[track_caller]
pub fn blobs<T: Element>(rows: usize, clouds: usize, spread: f64, seed: u64) -> Dataset<T> {
    let noise = Noise::new("data::blobs", "spread", spread);
    if clouds == 0 {
        error::none("data::blobs", "clouds");
    }
    let mut stream = random::stream(seed);
    let centres: Vec<[f64; 2]> = (0..clouds)
        .map(|_| std::array::from_fn(|_| 20.0 * stream.random::<f64>() - 10.0))
        .collect();
    let blobs = (0..rows).map(|row| (centres[row % clouds], row % clouds));
    points(noise, &mut stream, blobs).shuffled(random::derive(seed, 0))
}
