use std::f64::consts::TAU;

use tapegrad_autodiff::Element;
use tapegrad_nn::random;

use super::Dataset;
use super::noise::Noise;
use super::points::points;

/// Two circles around the origin, as scikit-learn's `make_circles` with `factor = 0.5`: `rows`
/// points of a plane, class 0 on radius 1, class 1 on radius ½, shuffled.
///
/// `noise` is the deviation added to each coordinate, in `[0, ∞)`. An odd row goes to class 1.
///
/// # Panics
/// If the noise is negative or not finite.
#[track_caller]
pub fn circles<T: Element>(rows: usize, noise: f64, seed: u64) -> Dataset<T> {
    let noise = Noise::new("data::circles", "noise", noise);
    let outer = rows / 2;
    let circle = |radius: f64, count: usize, class| {
        (0..count).map(move |index| {
            let angle = TAU * index as f64 / count as f64;
            ([radius * angle.cos(), radius * angle.sin()], class)
        })
    };
    let circles = circle(1.0, outer, 0).chain(circle(0.5, rows - outer, 1));
    points(noise, &mut random::stream(seed), circles).shuffled(random::derive(seed, 0))
}
