//! One step of one number, and its lift to arrays.

use std::array::{from_fn, from_mut};

use tapegrad_autodiff::Element;
use tapegrad_autodiff::kernel::machine::vectorize;
use tapegrad_autodiff::kernel::threads::{for_each_chunk, threads};
use tapegrad_autodiff::ndarray::ArrayD;

use crate::{Decay, Real, Rule};

/// How many slots a rule can have.
pub(crate) const MOST_SLOTS: usize = 4;

/// How many elements are stepped together.
const BLOCK: usize = 32;

/// Elements from which on threads are worth waking: some 80 microseconds of one, with `Adam`.
const THREADED: usize = 1 << 18;

/// How many elements a thread steps at once.
const PART: usize = 1 << 15;

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

    /// How far the step goes for each unit of gradient, after [`of`](Step::of).
    #[inline(always)]
    pub(crate) fn reach(&self, slots: &[R], g: R, lr: R) -> R {
        self.rule.reach(self.at, slots, g, lr)
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

    /// The reach of the step of each element, after it.
    pub(crate) fn reaches(self, g: &[T], slots: &[ArrayD<T>], reach: &mut [T]) {
        let mut numbers: [&[T]; MOST_SLOTS] = [&[]; MOST_SLOTS];
        for (numbers, slot) in numbers.iter_mut().zip(slots) {
            *numbers = slot.as_slice().expect("slots are contiguous");
        }
        for (i, (reach, &g)) in reach.iter_mut().zip(g).enumerate() {
            let mut own = [T::zero(); MOST_SLOTS];
            for (own, numbers) in own.iter_mut().zip(&numbers[..slots.len()]) {
                *own = numbers[i];
            }
            *reach = self.reach(&own[..slots.len()], g, self.lr);
        }
    }

    fn each<const N: usize>(self, x: &mut [T], g: &[T], slots: [&mut [T]; N]) {
        if x.len() >= THREADED && threads() > 1 {
            return self.each_of_parts(x, g, slots);
        }
        self.each_of_part(x, g, slots);
    }

    /// Part by part, on the threads: an element is stepped alone, so the bits are the same.
    #[cold]
    #[inline(never)]
    fn each_of_parts<const N: usize>(self, x: &mut [T], g: &[T], slots: [&mut [T]; N]) {
        let mut slots = slots.map(|slot| slot.chunks_mut(PART));
        let mut next =
            || -> [&mut [T]; N] { from_fn(|slot| slots[slot].next().expect("slots are as long")) };
        let mut parts: Vec<_> = x
            .chunks_mut(PART)
            .zip(g.chunks(PART))
            .map(|(x, g)| (x, g, next()))
            .collect();
        for_each_chunk(&mut parts, 1, |_, part| {
            for (x, g, slots) in part {
                self.each_of_part(x, g, slots.each_mut().map(|slot| &mut **slot));
            }
        });
    }

    fn each_of_part<const N: usize>(self, x: &mut [T], g: &[T], slots: [&mut [T]; N]) {
        vectorize(
            #[inline(always)]
            move |_| {
                let (x, last_x) = x.as_chunks_mut::<BLOCK>();
                let (g, last_g) = g.as_chunks::<BLOCK>();
                let mut slots = slots.map(|slot| slot.as_chunks_mut::<BLOCK>());
                for (i, (x, g)) in x.iter_mut().zip(g).enumerate() {
                    self.block(x, g, slots.each_mut().map(|(slot, _)| &mut slot[i]));
                }
                for (i, (x, &g)) in last_x.iter_mut().zip(last_g).enumerate() {
                    let slots = slots.each_mut().map(|(_, last)| from_mut(&mut last[i]));
                    self.block(from_mut(x), &[g], slots);
                }
            },
        );
    }

    /// `LEN` elements. They are read before any is written, so that the compiler sees that arrays do
    /// not overlap, and vectorises.
    #[inline(always)]
    fn block<const N: usize, const LEN: usize>(
        self,
        x: &mut [T; LEN],
        g: &[T; LEN],
        slots: [&mut [T; LEN]; N],
    ) {
        let mut new_x = *x;
        let mut new_slots: [[T; LEN]; N] = from_fn(|slot| *slots[slot]);
        for i in 0..LEN {
            let mut own: [T; N] = from_fn(|slot| new_slots[slot][i]);
            new_x[i] = self.of(&mut own, new_x[i], g[i]);
            for slot in 0..N {
                new_slots[slot][i] = own[slot];
            }
        }
        *x = new_x;
        for (slot, new) in slots.into_iter().zip(new_slots) {
            *slot = new;
        }
    }
}
