//! One step of one number, and its lift to arrays.

use std::array::from_fn;

use tapegrad_autodiff::Element;

use crate::{Decay, Real, Rule};

/// How many slots a rule can have.
pub(crate) const MOST_SLOTS: usize = 4;

/// `x − lr · direction`: the only text of a step, for numbers and for variables.
#[inline(always)]
pub(crate) fn step<R: Real>(
    rule: impl Rule,
    decay: Decay,
    step: i32,
    lr: R::Number,
    slots: &mut [R],
    x: R,
    g: R,
) -> R {
    x - decay.around(x, g, |g| rule.direction(step, slots, x, g)) * lr
}

/// `x ← step(slots, x, g)` for each element, in one pass over the arrays, all of one length.
pub(crate) fn in_place<'a, T: Element>(
    step: impl Fn(&mut [T], T, T) -> T,
    x: &mut [T],
    g: &[T],
    mut slots: impl ExactSizeIterator<Item = &'a mut [T]>,
) {
    let count = slots.len();
    // The number of slots is known to each loop, so that they stay in registers.
    let mut next = |_| slots.next().expect("as many as were counted");
    match count {
        0 => each::<T, 0>(step, x, g, []),
        1 => each::<T, 1>(step, x, g, from_fn(&mut next)),
        2 => each::<T, 2>(step, x, g, from_fn(&mut next)),
        3 => each::<T, 3>(step, x, g, from_fn(&mut next)),
        _ => each::<T, MOST_SLOTS>(step, x, g, from_fn(&mut next)),
    }
}

fn each<T: Element, const N: usize>(
    step: impl Fn(&mut [T], T, T) -> T,
    x: &mut [T],
    g: &[T],
    slots: [&mut [T]; N],
) {
    let (g, mut slots) = (&g[..x.len()], slots.map(|slot| &mut slot[..x.len()]));
    for (i, x) in x.iter_mut().enumerate() {
        let mut own: [T; N] = from_fn(|slot| slots[slot][i]);
        *x = step(&mut own, *x, g[i]);
        for (slot, own) in slots.iter_mut().zip(own) {
            slot[i] = own;
        }
    }
}
