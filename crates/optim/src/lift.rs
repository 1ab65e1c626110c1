//! One step of one number, and its lift to arrays.

use std::array::from_fn;

use tapegrad_autodiff::Element;
use tapegrad_autodiff::kernel::machine::vectorize;

use crate::{Decay, Real, Rule};

/// How many slots a rule can have.
pub(crate) const MOST_SLOTS: usize = 4;

/// How many elements are stepped together.
const BLOCK: usize = 16;

/// A rule and a decay at one step.
#[derive(Clone, Copy)]
pub(crate) struct Step<U: Rule, R: Real> {
    rule: U,
    decay: Decay,
    at: U::Step,
    lr: R::Number,
}

/// What a rule knows of the step numbered 1, 2, … of a parameter.
pub(crate) fn at<U: Rule>(rule: U, number: usize) -> U::Step {
    // A number that does not fit is one of powers that are 0 long before.
    rule.at(i32::try_from(number).unwrap_or(i32::MAX))
}

impl<U: Rule, R: Real> Step<U, R> {
    /// A step of a parameter, at what [`at`] gives for its number.
    pub(crate) fn new(rule: U, decay: Decay, at: U::Step, lr: R::Number) -> Self {
        Self {
            rule,
            decay,
            at,
            lr,
        }
    }

    /// `x − lr · direction`: the only text of a step, for numbers and for variables.
    #[inline(always)]
    pub(crate) fn of(&self, slots: &mut [R], x: R, g: R) -> R {
        let direction = self
            .rule
            .direction(self.at, slots, x, self.decay.in_gradient(x, g));
        x - self.decay.in_direction(x, direction) * self.lr
    }
}

impl<U: Rule, T: Element> Step<U, T> {
    /// The step of each element, in one pass over arrays of one length.
    pub(crate) fn in_place<'a>(
        self,
        x: &mut [T],
        g: &[T],
        mut slots: impl ExactSizeIterator<Item = &'a mut [T]>,
    ) {
        let count = slots.len();
        let mut next = |_| slots.next().expect("as many as were counted");
        // Each number of slots has a loop of its own, in which it is known.
        match count {
            0 => self.each::<0>(x, g, []),
            1 => self.each::<1>(x, g, from_fn(&mut next)),
            2 => self.each::<2>(x, g, from_fn(&mut next)),
            3 => self.each::<3>(x, g, from_fn(&mut next)),
            _ => self.each::<MOST_SLOTS>(x, g, from_fn(&mut next)),
        }
    }

    fn each<const N: usize>(self, x: &mut [T], g: &[T], mut slots: [&mut [T]; N]) {
        vectorize(
            #[inline(always)]
            |_| {
                let blocks = x.len() / BLOCK * BLOCK;
                for start in (0..blocks).step_by(BLOCK) {
                    self.block::<N, BLOCK>(start, x, g, &mut slots);
                }
                for start in blocks..x.len() {
                    self.block::<N, 1>(start, x, g, &mut slots);
                }
            },
        );
    }

    /// `LEN` elements from `start` on. They are copied in and out, so that the compiler sees that
    /// arrays do not overlap, and vectorises.
    #[inline(always)]
    fn block<const N: usize, const LEN: usize>(
        self,
        start: usize,
        x: &mut [T],
        g: &[T],
        slots: &mut [&mut [T]; N],
    ) {
        let load = |from: &[T]| -> [T; LEN] {
            *from[start..start + LEN]
                .first_chunk()
                .expect("of this length")
        };
        let (mut x_block, g_block) = (load(x), load(g));
        let mut slot_blocks: [[T; LEN]; N] = from_fn(|slot| load(slots[slot]));
        for i in 0..LEN {
            let mut own: [T; N] = from_fn(|slot| slot_blocks[slot][i]);
            x_block[i] = self.of(&mut own, x_block[i], g_block[i]);
            for slot in 0..N {
                slot_blocks[slot][i] = own[slot];
            }
        }
        x[start..start + LEN].copy_from_slice(&x_block);
        for (slot, block) in slots.iter_mut().zip(&slot_blocks) {
            slot[start..start + LEN].copy_from_slice(block);
        }
    }
}
