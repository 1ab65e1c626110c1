//! The error function, and the normal distribution.
//!
//! `erfc z = e^−z²·p(t) / (z + K)` for `z ≥ 0`, with a polynomial `p` of `t = (z − K)/(z + K)`.
//! The square is split in two: a part of it that is exact, and the small rest.

use super::bounded;
use super::coefficients::{SINGLE_ERFC_CENTRE, single_erfc_scaled, single_exp_rest};
use super::exp::{Exponential, scale};
use crate::Element;
use crate::kernel::machine::Machine;

/// `erf x = 2/√π ∫₀ˣ e^−t² dt`: `x + x·p(x²)` up to 1, `1 − erfc x` from there.
#[inline(always)]
pub(super) fn erf<T: Element>(on: Machine, x: T) -> T {
    let z = bounded(x.abs(), T::zero(), T::ERF_HIGHEST);
    let near = on.mul_add(z, T::erf_rest(on, z * z), z);
    let Exponential { n, high, .. } = exp_minus_square(on, z, T::one(), T::exp_rest);
    let factor = scaled(z, T::ERFC_CENTRE, |t| T::erfc_scaled(on, t));
    let far = on.mul_add(-factor, high * T::power_of_two(n), T::one());
    if z > T::one() { far } else { near }.copysign(x)
}

/// `x·Φ(x)` in this format.
#[inline(always)]
pub(super) fn gelu<T: Element>(on: Machine, x: T) -> T {
    let lowest = T::of(-40.0);
    gelu_by(on, x, lowest, T::ERFC_CENTRE, T::exp_rest, T::erfc_scaled)
}

/// `x·Φ(x)` in `f64`, as exact as an `f32` is: four numbers are multiplied here, each with its
/// rounding.
#[inline(always)]
pub(super) fn single_gelu(on: Machine, x: f32) -> f32 {
    let y = gelu_by(
        on,
        f64::from(x),
        -15.0,
        SINGLE_ERFC_CENTRE,
        single_exp_rest,
        single_erfc_scaled,
    );
    y as f32
}

/// With `q = |x|/2·erfc(|x|/√2)`, it is `−q` below 0 and `x − q` above. At `lowest` it rounds to 0.
#[inline(always)]
fn gelu_by<T: Element>(
    on: Machine,
    x: T,
    lowest: T,
    centre: T,
    exp_rest: impl Fn(Machine, T) -> T,
    erfc_scaled: impl Fn(Machine, T) -> T,
) -> T {
    let a = bounded(x.abs(), T::zero(), -lowest);
    let Exponential { n, high, low } = exp_minus_square(on, a, T::HALF, exp_rest);
    let factor = scaled(a * T::SQRT_HALF, centre, |t| erfc_scaled(on, t));
    let factor = T::HALF * a * factor;
    let q = scale(on, on.mul_add(factor, high, factor * low), n);
    if x < T::zero() { -q } else { x - q }
}

/// `e^(−half·z²)` for a `half` of 1 or ½.
#[inline(always)]
fn exp_minus_square<T: Element>(
    on: Machine,
    z: T,
    half: T,
    rest: impl Fn(Machine, T) -> T,
) -> Exponential<T> {
    let leading = T::leading(z);
    let tail = (z - leading) * (z + leading);
    Exponential::of(on, -half * (leading * leading), -half * tail, rest)
}

/// `p(t) / (z + K)`.
#[inline(always)]
fn scaled<T: Element>(z: T, centre: T, polynomial: impl Fn(T) -> T) -> T {
    let inverse = (z + centre).recip();
    polynomial((z - centre) * inverse) * inverse
}
