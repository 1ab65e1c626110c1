//! The hyperbolic tangent.

use super::bounded;
use super::exp::Half;
use crate::Element;
use crate::kernel::machine::Machine;

/// At `|x|`, with the sign of `x`: `h / (h + 1)` with `h = (e^2x − 1) / 2` up to `h = 1`, and
/// `1 − 1 / (h + 1)` from there.
#[inline(always)]
pub(super) fn tanh<T: Element>(on: Machine, x: T) -> T {
    let (zero, one) = (T::zero(), T::one());
    let twice = bounded(x.abs() * T::TWO, -T::EXP_M1_LOWEST);
    let Half { high, low } = Half::of(on, twice);
    let below = high + one;
    let large = high > one;
    // What the sum lost to rounding: of its smaller term.
    let (larger, smaller) = if large { (high, one) } else { (one, high) };
    let lost = (smaller - (below - larger)) + low;
    let q = if large { -one } else { high } / below;
    // The quotient of what was lost too, to first order.
    let inverse = if large { -q } else { one - q };
    let above = if large { zero } else { low };
    let q = on.mul_add(on.mul_add(-q, lost, above), inverse, q);
    if large { one + q } else { q }.copysign(x)
}
