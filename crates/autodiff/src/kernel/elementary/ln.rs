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
    let s = f / (T::TWO + f);
    let z = s * s;
    let half_square = T::HALF * f * f;
    // 2s + s z p(z) = f − (f²/2 − s (f²/2 + z p(z))).
    let rest = on.mul_add(z, T::ln_rest(on, z), half_square);
    let low = on.mul_add(k, T::LN_2_LOW, on.mul_add(-low, f, low));
    let small = on.mul_add(s, rest, low) - half_square;
    let start = k * T::LN_2_HIGH;
    let high = start + f;
    high + ((f - (high - start)) + small)
}

/// `y`, or what the logarithm of `a` is where it is not a number or not a finite one; `x` is what
/// infinity or NaN is passed on from.
#[inline(always)]
fn at_the_ends<T: Element>(x: T, a: T, y: T) -> T {
    let y = if a < T::infinity() { y } else { x };
    let y = if a < T::zero() { T::nan() } else { y };
    if a == T::zero() { -T::infinity() } else { y }
}
