use std::f64::consts::TAU;

use tapegrad_autodiff::Element;
use tapegrad_nn::random;

use super::Dataset;
use super::noise::Noise;
use super::points::{even, points};
use crate::error;

/// Spiral arms that wind once around the origin, from radius 0.1 to 1: `rows` points of a plane,
/// one class an arm, shuffled.
///
/// `noise` is the deviation added to each coordinate, in `[0, ∞)`. Rows go to the arms in turn.
///
/// # Panics
/// If there is no arm, or the noise is negative or not finite.
#[track_caller]
pub fn spirals<T: Element>(rows: usize, arms: usize, noise: f64, seed: u64) -> Dataset<T> {
    let noise = Noise::new("data::spirals", "noise", noise);
    if arms == 0 {
        error::none("data::spirals", "arms");
    }
    let spirals = (0..rows).map(|row| {
        let (arm, along) = (row % arms, even(row / arms, rows.div_ceil(arms)));
        let (radius, angle) = (0.1 + 0.9 * along, TAU * (along + arm as f64 / arms as f64));
        ([radius * angle.cos(), radius * angle.sin()], arm)
    });
    points(noise, &mut random::stream(seed), spirals).shuffled(random::derive(seed, 0))
}
