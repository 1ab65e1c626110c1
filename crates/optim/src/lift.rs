//! One step of one number, and its lift to arrays.

use std::array::{from_fn, from_mut};

use tapegrad_autodiff::kernel::machine::vectorize;
use tapegrad_autodiff::kernel::threads::{for_each_chunk, threads};
use tapegrad_autodiff::ndarray::ArrayD;
use tapegrad_autodiff::{Element, Var};

use crate::decay::Pull;
use crate::{Real, Rule};

/// How many slots a rule can have.
pub(crate) const MOST_SLOTS: usize = 4;

/// How many elements are stepped together.
const BLOCK: usize = 32;

/// Elements from which on threads are worth waking: some 80 microseconds of one, with `Adam`.
const THREADED: usize = 1 << 18;

/// How many elements a thread steps at once.
const PART: usize = 1 << 15;

/// A rule, a decay and a learning rate at one step.
#[derive(Clone, Copy)]
pub(crate) struct Step<U: Rule, R: Real> {
    pub(crate) rule: U,
    pub(crate) at: U::Step,
    pub(crate) pull: Pull<R>,
    pub(crate) lr: R,
}

/// What a rule knows of the step numbered 1, 2, … of a parameter.
pub(crate) fn at<U: Rule>(rule: U, number: usize) -> U::Step {
    // A number that does not fit is one of powers that are 0 long before.
    rule.at(i32::try_from(number).unwrap_or(i32::MAX))
}

impl<U: Rule, R: Real> Step<U, R> {
    /// `x − lr · direction`: the only text of a step, for numbers and for variables. Of a rule that is scaled
    /// by norms, the direction alone.
    #[inline(always)]
    pub(crate) fn of(&self, slots: &mut [R], x: R, g: R) -> R {
        let g = self.pull.in_gradient(x, g);
        let direction = self.rule.direction(self.at, slots, x, g);
        let direction = self.pull.in_direction(x, direction);
        if self.rule.is_scaled_by_norm() {
            direction
        } else {
            self.along(x, direction)
        }
    }

    /// `x` after the step along a direction.
    #[inline(always)]
    pub(crate) fn along(&self, x: R, direction: R) -> R {
        self.pull.in_step(x, x - direction * self.lr)
    }

    /// How far the step goes for each unit of the gradient `g` that the rule has seen, after [`of`](Step::of).
    #[inline(always)]
    pub(crate) fn reach(&self, slots: &[R], g: R) -> R {
        self.rule.reach(self.at, slots, g, self.lr)
    }
}

impl<U: Rule, T: Element> Step<U, T> {
    /// The step of a whole parameter, in place. Of a rule that is scaled by norms, the learning rate is scaled;
    /// `before` is storage.
    pub(crate) fn of_param<'a>(
        &mut self,
        x: &mut [T],
        g: &[T],
        slots: impl ExactSizeIterator<Item = &'a mut [T]>,
        before: &mut Vec<T>,
    ) {
        if !self.rule.is_scaled_by_norm() {
            return self.in_place(x, g, slots);
        }
        before.clear();
        before.extend_from_slice(x);
        self.in_place(x, g, slots);
        self.lr = T::of(self.lr.wide() * ratio(norm(before), norm(x)));
        for (x, &before) in x.iter_mut().zip(before.iter()) {
            *x = self.along(before, *x);
        }
    }

    /// The step of each element, in one pass over arrays of one length.
    fn in_place<'a>(
        &self,
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

    /// The gradient that the rule sees, before the step: in `room`, if a decay is in it.
    pub(crate) fn seen<'a>(&self, x: &[T], g: &'a [T], room: &'a mut Vec<T>) -> &'a [T] {
        if !matches!(self.pull, Pull::Coupled(_)) {
            return g;
        }
        room.clear();
        room.extend(x.iter().zip(g).map(|(&x, &g)| self.pull.in_gradient(x, g)));
        room
    }

    /// The reach of the step of each element, after it, with the gradient that the rule [has seen](Step::seen).
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
            *reach = self.reach(&own[..slots.len()], g);
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
            move |_| match N {
                // Whether two arrays overlap the compiler looks by itself. Of blocks of them it would vectorise the
                // loop over blocks, by gathering a number from each, and not the one in a block.
                0 => self.blocks::<N, 1>(x, g, slots),
                _ => self.blocks::<N, BLOCK>(x, g, slots),
            },
        );
    }

    /// Block by block, and what is left one by one.
    #[inline(always)]
    fn blocks<const N: usize, const LEN: usize>(self, x: &mut [T], g: &[T], slots: [&mut [T]; N]) {
        let (x, last_x) = x.as_chunks_mut::<LEN>();
        let (g, last_g) = g.as_chunks::<LEN>();
        let mut slots = slots.map(|slot| slot.as_chunks_mut::<LEN>());
        for (i, (x, g)) in x.iter_mut().zip(g).enumerate() {
            self.block(x, g, slots.each_mut().map(|(slot, _)| &mut slot[i]));
        }
        for (i, (x, &g)) in last_x.iter_mut().zip(last_g).enumerate() {
            let slots = slots.each_mut().map(|(_, last)| from_mut(&mut last[i]));
            self.block(from_mut(x), &[g], slots);
        }
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

impl<'t, U: Rule, T: Element> Step<U, Var<'t, T>> {
    /// The step of a whole parameter on the tape. Of a rule that is scaled by norms, the learning rate is scaled.
    pub(crate) fn of_var(
        &mut self,
        slots: &mut [Var<'t, T>],
        x: Var<'t, T>,
        g: Var<'t, T>,
    ) -> Var<'t, T> {
        let stepped = self.of(slots, x, g);
        if !self.rule.is_scaled_by_norm() {
            return stepped;
        }
        let [x_norm, norm] = [x, stepped].map(|x| x.norm(..));
        if x_norm.item() > T::zero() && norm.item() > T::zero() {
            self.lr *= x_norm / norm;
        }
        self.along(x, stepped)
    }
}

/// The Euclidean norm, in numbers that no square of `T` is too large or small for.
fn norm<T: Element>(x: &[T]) -> f64 {
    tapegrad_nn::norm(x.iter().map(|x| x.wide()))
}

/// What gives a direction of the second norm the first one; 1 if one of them is 0.
fn ratio(x: f64, direction: f64) -> f64 {
    if x > 0.0 && direction > 0.0 {
        x / direction
    } else {
        1.0
    }
}
