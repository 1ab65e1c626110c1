//! The exponential function.
//!
//! `eˣ = 2ⁿ·eʳ` with `n` the integer nearest to `x / ln 2`, so that `|r| ≤ ln 2 / 2`, and
//! `eʳ = 1 + r + r²·p(r)` with a polynomial `p`.

use super::bounded;
use crate::Element;
use crate::kernel::machine::Machine;

/// `eˣ`.
#[inline(always)]
pub(super) fn exp<T: Element>(on: Machine, x: T) -> T {
    let x = bounded(x, T::EXP_HIGHEST);
    let x = if x < T::EXP_LOWEST { T::EXP_LOWEST } else { x };
    let (n, r) = reduce(on, x);
    scale(on, T::one() + on.mul_add(r * r, T::exp_rest(on, r), r), n)
}

/// `eˣ − 1`.
#[inline(always)]
pub(super) fn exp_m1<T: Element>(on: Machine, x: T) -> T {
    let within = bounded(x, T::EXP_HIGHEST);
    let lowest = T::EXP_M1_LOWEST;
    let half = Half::of(on, if within < lowest { lowest } else { within });
    // It is x where x² does not count: half of a denormal number may not be one.
    if x.abs() < T::epsilon() * T::HALF {
        x
    } else {
        half.high * T::TWO
    }
}

/// The integer nearest to `x / ln 2`.
#[inline(always)]
fn exponent<T: Element>(on: Machine, x: T) -> T {
    on.mul_add(x, T::LOG2_E, T::SHIFTER) - T::SHIFTER
}

/// `(n, r)` with `x = n·ln 2 + r`.
#[inline(always)]
pub(super) fn reduce<T: Element>(on: Machine, x: T) -> (T, T) {
    let n = exponent(on, x);
    let exact = on.mul_add(n, -T::LN_2_HIGH, x);
    (n, on.mul_add(n, -T::LN_2_LOW, exact))
}

/// `(n, r, low)` with `x + tail = n·ln 2 + r + low`, where `low` is what `r` lost to rounding.
#[inline(always)]
fn reduce_with_tail<T: Element>(on: Machine, x: T, tail: T) -> (T, T, T) {
    let n = exponent(on, x);
    let exact = on.mul_add(n, -T::LN_2_HIGH, x);
    let rest = on.mul_add(n, T::LN_2_LOW, -tail);
    let r = exact - rest;
    (n, r, (exact - r) - rest)
}

/// `x·2ⁿ` in two steps, each within the range: the last one overflows, or rounds to a denormal.
#[inline(always)]
pub(super) fn scale<T: Element>(on: Machine, x: T, n: T) -> T {
    let half = on.mul_add(n, T::HALF, T::SHIFTER) - T::SHIFTER;
    x * T::power_of_two(half) * T::power_of_two(n - half)
}

/// `eˣ = 2ⁿ·(high + low)`, where `low` is what `high` lost to rounding.
pub(super) struct Exponential<T> {
    pub(super) n: T,
    pub(super) high: T,
    pub(super) low: T,
}

impl<T: Element> Exponential<T> {
    /// `e^(x + tail)` for a small `tail`.
    #[inline(always)]
    pub(super) fn of(on: Machine, x: T, tail: T) -> Self {
        let (n, r, low) = reduce_with_tail(on, x, tail);
        let sum = T::one() + r;
        let lost = r - (sum - T::one());
        let rest = lost + on.mul_add(r * r, T::exp_rest(on, r), low);
        let high = sum + rest;
        Self {
            n,
            high,
            low: rest - (high - sum),
        }
    }
}

/// `(eˣ − 1) / 2 = high + low`, where `low` is what `high` lost to rounding. The half does not
/// overflow where the whole does.
pub(super) struct Half<T> {
    pub(super) high: T,
    pub(super) low: T,
}

impl<T: Element> Half<T> {
    /// It is `(2ⁿ − 1)/2 + 2ⁿ/2·(eʳ − 1)`, for an `x` where `2ⁿ` is not denormal.
    #[inline(always)]
    pub(super) fn of(on: Machine, x: T) -> Self {
        let (n, r, low) = reduce_with_tail(on, x, T::zero());
        let power = T::power_of_two(n - T::one());
        let whole = power - T::HALF;
        let sum = on.mul_add(power, r, whole);
        let lost = on.mul_add(power, r, -(sum - whole));
        let rest = on.mul_add(power, on.mul_add(r * r, T::exp_rest(on, r), low), lost);
        let high = sum + rest;
        Self {
            high,
            low: rest - (high - sum),
        }
    }
}
