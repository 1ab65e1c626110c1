//! The sine, the cosine, the arc tangent.
//!
//! `x = h·π + r` with `|r| ≤ π/2`: `h` is an integer for the sine, half an odd one for the cosine.
//! Both are `±sin r`, and `sin r = r + r³·p(r²)` with a polynomial `p`. `π` is a sum of numbers
//! with so few bits that `h` times each is exact, but for the last (Cody and Waite).
//!
//! That holds for `x` up to an end: beyond it the result is NaN.

use super::coefficients::{sin_rest, single_sin_rest};
use super::format::Format;
use crate::Element;
use crate::kernel::machine::Machine;

/// `π`.
const HALF_TURN: [f64; 4] = [
    f64::from_bits(0x4009_21fb_5440_0000),
    f64::from_bits(0x3de0_b461_1a60_0000),
    f64::from_bits(0x3bb3_198a_2e00_0000),
    f64::from_bits(0x398b_839a_2520_49c1),
];

/// The end of `x`: `h` has 20 bits, each part of [`HALF_TURN`] 33.
const HIGHEST: f64 = 1e6;

/// `π`, for an `f32`.
const SINGLE_HALF_TURN: [f64; 3] = [
    f64::from_bits(0x4009_21fb_5400_0000),
    f64::from_bits(0x3e21_0b46_1000_0000),
    f64::from_bits(0x3c6a_6263_3145_c06e),
];

/// The end of `x` for an `f32`: `h` has 26 bits, each part of [`SINGLE_HALF_TURN`] 27.
const SINGLE_HIGHEST: f64 = 1e8;

/// `sin x`: at `|x|`, with the sign of `x`, so that it is −0 at −0.
#[inline(always)]
pub(super) fn sin(on: Machine, x: f64) -> f64 {
    let (n, odd) = half_turns(on, x.abs(), 0.0);
    let y = sin_of_rest(on, x.abs(), n);
    within(x, HIGHEST, y * odd * 1.0_f64.copysign(x))
}

/// `cos x = −(−1)ⁿ·sin(x − (n + ½)·π)`.
#[inline(always)]
pub(super) fn cos(on: Machine, x: f64) -> f64 {
    let (n, odd) = half_turns(on, x.abs(), -0.5);
    let y = sin_of_rest(on, x.abs(), n + 0.5);
    within(x, HIGHEST, -y * odd)
}

/// `sin x` of an `f32` by way of `f64`, which has room for what the reduction cancels.
#[inline(always)]
pub(super) fn single_sin(on: Machine, x: f32) -> f32 {
    let x = f64::from(x);
    let (n, odd) = half_turns(on, x.abs(), 0.0);
    let y = single_sin_of_rest(on, x.abs(), n);
    within(x, SINGLE_HIGHEST, y * odd * 1.0_f64.copysign(x)) as f32
}

/// `cos x` of an `f32` by way of `f64`.
#[inline(always)]
pub(super) fn single_cos(on: Machine, x: f32) -> f32 {
    let x = f64::from(x);
    let (n, odd) = half_turns(on, x.abs(), -0.5);
    let y = single_sin_of_rest(on, x.abs(), n + 0.5);
    within(x, SINGLE_HIGHEST, -y * odd) as f32
}

/// `atan x`: `t + t³·p(t²)` with `t = x` up to 1, and `π/2` more with `t = −1/x` from there.
#[inline(always)]
pub(super) fn atan<T: Element>(on: Machine, x: T) -> T {
    let a = x.abs();
    let steep = a > T::one();
    let t = if steep { -a.recip() } else { a };
    let (high, low) = if steep {
        (T::QUARTER_TURN, T::QUARTER_TURN_LOST)
    } else {
        (T::zero(), T::zero())
    };
    let z = t * t;
    let small = on.mul_add(t * z, T::atan_rest(on, z), low);
    (high + (t + small)).copysign(x)
}

/// The integer `n` nearest to `x/π + offset`, and `(−1)ⁿ`.
#[inline(always)]
fn half_turns(on: Machine, x: f64, offset: f64) -> (f64, f64) {
    let shifted = on.mul_add(x, std::f64::consts::FRAC_1_PI, offset) + f64::SHIFTER;
    // The last bit of the sum is that of n: here it becomes the sign of 1.
    let odd = f64::from_bits(shifted.to_bits() << 63 | 1.0_f64.to_bits());
    (shifted - f64::SHIFTER, odd)
}

/// `sin(x − h·π)` for what is at most `π/2`.
#[inline(always)]
fn sin_of_rest(on: Machine, x: f64, h: f64) -> f64 {
    let [first, second, third, last] = HALF_TURN;
    // Exact, or nearly a quarter turn: what is lost then does not count.
    let start = on.mul_add(h, -first, x);
    // What each difference loses to rounding is exact: it loses nothing where it cancels.
    let next = on.mul_add(h, -second, start);
    let lost = on.mul_add(h, -second, start - next);
    let r = on.mul_add(h, -third, next);
    let low = on.mul_add(h, -last, lost + on.mul_add(h, -third, next - r));
    let z = r * r;
    // The derivative, cos r, where r may have lost something: close to 0, and to π/2.
    const FALL: f64 = -4.0 / (std::f64::consts::PI * std::f64::consts::PI);
    let low = on.mul_add(FALL * z, low, low);
    r + on.mul_add(r * z, sin_rest(on, z), low)
}

/// `sin(x − h·π)` to more digits than an `f32` has.
#[inline(always)]
fn single_sin_of_rest(on: Machine, x: f64, h: f64) -> f64 {
    let [first, second, last] = SINGLE_HALF_TURN;
    let start = on.mul_add(h, -first, x);
    let r = on.mul_add(h, -last, on.mul_add(h, -second, start));
    let z = r * r;
    on.mul_add(r * z, single_sin_rest(on, z), r)
}

/// `y` if `|x|` is at most `highest`, else NaN.
#[inline(always)]
fn within(x: f64, highest: f64, y: f64) -> f64 {
    if x.abs() <= highest { y } else { f64::NAN }
}
