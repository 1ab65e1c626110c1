//! The error function, and the normal distribution.
//!
//! `erfc z = e^−z²·p(t) / (z + K)` for `z ≥ 0`, with a polynomial `p` of `t = (z − K)/(z + K)`.

use super::bounded;
use super::coefficients::{SINGLE_ERFC_CENTRE, single_erfc_scaled, single_exp_rest};
use super::exp::{Exponential, reduce, scale};
use super::format::Format;
use crate::Element;
use crate::kernel::machine::{Level, Machine};

/// `erf x = 2/√π ∫₀ˣ e^−t² dt`: `x + x·p(x²)` up to 1, `1 − erfc x` from there.
#[inline(always)]
pub(super) fn erf<T: Element>(on: Machine, x: T) -> T {
    let z = bounded(x.abs(), T::ERF_HIGHEST);
    let near = on.mul_add(z, T::erf_rest(on, z * z), z);
    let Exponential { n, high, .. } = exp_minus_square(on, z, T::one());
    let inverse = (z + T::ERFC_CENTRE).recip();
    let factor = T::erfc_scaled(on, (z - T::ERFC_CENTRE) * inverse) * inverse;
    let far = on.mul_add(-factor, high * T::power_of_two(n), T::one());
    if z > T::one() { far } else { near }.copysign(x)
}

/// `x·Φ(x)`. With `q = |x|/2·erfc(|x|/√2)`, it is `−q` below 0 and `x − q` above.
#[inline(always)]
pub(super) fn gelu<T: Element>(on: Machine, x: T) -> T {
    let a = bounded(x.abs(), T::NORMAL_HIGHEST);
    let q = tail(on, a, T::HALF * a);
    if x < T::zero() { -q } else { x - q }
}

/// `Φ(x)`. With `q = ½ erfc(|x|/√2)`, it is `q` below 0 and `1 − q` above; close to 0,
/// `½ + ½ erf(x/√2)`.
#[inline(always)]
pub(super) fn normal_cdf<T: Element>(on: Machine, x: T) -> T {
    let a = bounded(x.abs(), T::NORMAL_HIGHEST);
    let q = tail(on, a, T::HALF);
    let far = if x < T::zero() { q } else { T::one() - q };
    let half = x * (T::HALF * T::SQRT_HALF);
    let near = T::HALF + on.mul_add(half, T::erf_rest(on, T::HALF * a * a), half);
    if a < T::SQRT_HALF { near } else { far }
}

/// `times·erfc(a/√2)`.
#[inline(always)]
fn tail<T: Element>(on: Machine, a: T, times: T) -> T {
    let Exponential { n, high, low } = exp_minus_square(on, a, T::HALF);
    let (factor, lost) = scaled(on, a * T::SQRT_HALF);
    let factor = times * factor;
    let low = on.mul_add(lost, high, low);
    scale(on, on.mul_add(factor, high, factor * low), n)
}

/// `x·Φ(x)` of an `f32` by way of `f64`: four numbers are multiplied here, each with its rounding.
#[inline(always)]
pub(super) fn single_gelu(on: Machine, x: f32) -> f32 {
    let x = f64::from(x);
    let a = bounded(x.abs(), f64::from(f32::NORMAL_HIGHEST));
    let q = single_tail(on, a, 0.5 * a);
    (if x < 0.0 { -q } else { x - q }) as f32
}

/// `Φ(x)` of an `f32` by way of `f64`.
#[inline(always)]
pub(super) fn single_normal_cdf(on: Machine, x: f32) -> f32 {
    let x = f64::from(x);
    let q = single_tail(on, bounded(x.abs(), f64::from(f32::NORMAL_HIGHEST)), 0.5);
    (if x < 0.0 { q } else { 1.0 - q }) as f32
}

/// `times·erfc(a/√2)` to more digits than an `f32` has.
#[inline(always)]
fn single_tail(on: Machine, a: f64, times: f64) -> f64 {
    let (n, r) = reduce(on, -0.5 * (a * a));
    let exponential = 1.0 + on.mul_add(r * r, single_exp_rest(on, r), r);
    let z = a * f64::SQRT_HALF;
    let inverse = 1.0 / (z + SINGLE_ERFC_CENTRE);
    let factor = single_erfc_scaled(on, (z - SINGLE_ERFC_CENTRE) * inverse) * inverse;
    (times * factor) * (exponential * f64::power_of_two(n))
}

/// `e^(−half·z²)` for a `half` of 1 or ½. The square is of a part of `z` whose square is exact;
/// the small rest of it is a tail.
#[inline(always)]
fn exp_minus_square<T: Element>(on: Machine, z: T, half: T) -> Exponential<T> {
    let leading = T::leading(z);
    let tail = (z - leading) * (z + leading);
    Exponential::of(on, -half * (leading * leading), -half * tail)
}

/// `p(t) / (z + K) = y·(1 + lost)`, with a small `lost`.
#[inline(always)]
fn scaled<T: Element>(on: Machine, z: T) -> (T, T) {
    let below = z + T::ERFC_CENTRE;
    let inverse = below.recip();
    // What the sum and the quotient lost to rounding, relative to the quotient.
    let sum_lost = z - (below - T::ERFC_CENTRE);
    let lost = on.mul_add(-sum_lost, inverse, one_minus_product(on, below, inverse));
    let above = (z - T::ERFC_CENTRE) * inverse;
    let t = on.mul_add(above, lost, above);
    (T::erfc_scaled(on, t) * inverse, lost)
}

/// `1 − a·b` for a product of nearly 1, as if it were not rounded.
#[inline(always)]
fn one_minus_product<T: Element>(on: Machine, a: T, b: T) -> T {
    if on.level() > Level::Baseline {
        return on.mul_add(-a, b, T::one());
    }
    // Without fused operations: in halves, whose products are exact.
    let (a_high, b_high) = (T::leading(a), T::leading(b));
    let (a_low, b_low) = (a - a_high, b - b_high);
    T::one() - a_high * b_high - a_high * b_low - a_low * b_high - a_low * b_low
}
