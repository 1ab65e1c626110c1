//! The logistic function.

use super::bounded;
use super::exp::{Exponential, scale};
use crate::Element;
use crate::kernel::machine::Machine;

/// `σ(x) = 1 / (1 + e⁻ˣ) = eˣ / (1 + eˣ)`: of the two, that whose exponential is at most 1.
#[inline(always)]
pub(super) fn sigmoid<T: Element>(on: Machine, x: T) -> T {
    let (e, e_low) = decay(on, x);
    let below = T::one() + e;
    let lost = (e - (below - T::one())) + e_low;
    let negative = x < T::zero();
    let y = if negative { e } else { T::one() } / below;
    // The quotient of what was lost too, to first order.
    let inverse = if negative { T::one() - y } else { y };
    let above = if negative { e_low } else { T::zero() };
    on.mul_add(on.mul_add(-y, lost, above), inverse, y)
}

/// `e^−|x|`, and what it lost to rounding.
#[inline(always)]
pub(super) fn decay<T: Element>(on: Machine, x: T) -> (T, T) {
    let x = -bounded(x.abs(), -T::EXP_LOWEST);
    let Exponential { n, high, low } = Exponential::of(on, x, T::zero());
    (scale(on, high, n), scale(on, low, n))
}
