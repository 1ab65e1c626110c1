//! The logarithm, and what is made of it.
//!
//! `ln x = k·ln 2 + ln(1 + f)` with `√½ ≤ 1 + f < √2`. With `s = f / (2 + f)`, `1 + f` is
//! `(1 + s)/(1 − s)`, whose logarithm is `2s + s³·p(s²)` with a polynomial `p`.

use super::sigmoid::decay;
use crate::Element;
use crate::kernel::machine::Machine;

/// `ln x`.
#[inline(always)]
pub(super) fn ln<T: Element>(on: Machine, x: T) -> T {
    let (normal, shift) = T::normalize(x);
    let (k, m) = T::split(normal);
    at_the_ends(x, x, sum(on, k + shift, m - T::one(), T::zero()))
}

/// `ln(1 + x)`.
#[inline(always)]
pub(super) fn ln_1p<T: Element>(on: Machine, x: T) -> T {
    let one_and_x = T::one() + x;
    // What the sum lost to rounding, whichever of the two is larger.
    let added = one_and_x - T::one();
    let lost = (x - added) + (T::one() - (one_and_x - added));
    let (k, m) = T::split(one_and_x);
    // Beyond 1/ε the 1 does not count, and 2⁻ᵏ may be denormal.
    let lost = if x < T::epsilon().recip() {
        lost * T::power_of_two(-k)
    } else {
        T::zero()
    };
    let y = at_the_ends(x, one_and_x, sum(on, k, m - T::one(), lost));
    // It is x where x² does not count, and −0 is one of these.
    if x.abs() < T::epsilon() * T::HALF {
        x
    } else {
        y
    }
}

/// `log₂ x = k + log₂ e·ln(1 + f)`: `k` for powers of two.
#[inline(always)]
pub(super) fn log2<T: Element>(on: Machine, x: T) -> T {
    let factor = [T::LOG2_E, T::LOG2_E_HIGH, T::LOG2_E_LOW];
    logarithm(on, x, [T::one(), T::zero()], factor)
}

/// `log₁₀ x = k·log₁₀ 2 + log₁₀ e·ln(1 + f)`.
#[inline(always)]
pub(super) fn log10<T: Element>(on: Machine, x: T) -> T {
    let factor = [T::LOG10_E, T::LOG10_E_HIGH, T::LOG10_E_LOW];
    logarithm(on, x, [T::LOG10_2_HIGH, T::LOG10_2_LOW], factor)
}

/// The logarithm to a base that has that of 2 as a sum of two numbers, and that of e as a number
/// and as a sum of two. Only what is small is rounded before the last sum.
#[inline(always)]
fn logarithm<T: Element>(on: Machine, x: T, of_2: [T; 2], of_e: [T; 3]) -> T {
    let (normal, shift) = T::normalize(x);
    let (k, m) = T::split(normal);
    let (k, f) = (k + shift, m - T::one());
    let leading = T::leading(f);
    let ([of_2, of_2_low], [factor, factor_high, factor_low]) = (of_2, of_e);
    let (start, product) = (k * of_2, leading * factor_high);
    let high = start + product;
    let lost = product - (high - start);
    let low = on.mul_add(f, factor_low, on.mul_add(k, of_2_low, lost));
    let low = on.mul_add(f - leading, factor_high, low);
    let small = on.mul_add(rest(on, f, T::zero()), factor, low);
    at_the_ends(x, x, high + small)
}

/// `ln(1 + eˣ) = max(x, 0) + ln(1 + e^−|x|)`.
#[inline(always)]
pub(super) fn softplus<T: Element>(on: Machine, x: T) -> T {
    let (e, e_low) = decay(on, x);
    // 1 + e is at most 2: k is 0, or 1 from √2 up, where f = (1 + e)/2 − 1.
    let upper = e > T::TWO * T::SQRT_HALF - T::one();
    let less = e - T::one();
    let lost = (e - (less + T::one())) + e_low;
    let y = sum(
        on,
        if upper { T::one() } else { T::zero() },
        if upper { less * T::HALF } else { e },
        if upper { lost * T::HALF } else { e_low },
    );
    if x > T::zero() { x + y } else { y }
}

/// `k·ln 2 + ln(1 + f + low)` for a `low` that counts little.
#[inline(always)]
fn sum<T: Element>(on: Machine, k: T, f: T, low: T) -> T {
    let whole = f + low;
    let low = low - (whole - f);
    let f = whole;
    let low = on.mul_add(k, T::LN_2_LOW, on.mul_add(-low, f, low));
    let small = rest(on, f, low);
    let start = k * T::LN_2_HIGH;
    let high = start + f;
    high + ((f - (high - start)) + small)
}

/// `ln(1 + f) − f + low`.
#[inline(always)]
fn rest<T: Element>(on: Machine, f: T, low: T) -> T {
    let s = f / (T::TWO + f);
    let z = s * s;
    let half_square = T::HALF * f * f;
    // 2s + s z p(z) = f − (f²/2 − s (f²/2 + z p(z))).
    let more = on.mul_add(z, T::ln_rest(on, z), half_square);
    on.mul_add(s, more, low) - half_square
}

/// `y`, or what the logarithm of `a` is where it is not a number or not a finite one; `x` is what
/// infinity or NaN is passed on from.
#[inline(always)]
fn at_the_ends<T: Element>(x: T, a: T, y: T) -> T {
    let y = if a < T::infinity() { y } else { x };
    let y = if a < T::zero() { T::nan() } else { y };
    if a == T::zero() { -T::infinity() } else { y }
}
