//! The engine: walks the tape backwards, runs each live operand's rule, un-broadcasts and
//! accumulates. It is the only place that does.

use std::collections::BTreeMap;

use ndarray::ArrayD;

use crate::kernel::elementwise;
use crate::spare::Buffer;
use crate::value::Value;
use crate::{ArrayMap, Element, Shape, Tape, Var, error};

impl<T: Element> Tape<T> {
    /// The gradients `∂y/∂x` of one number `y` for each `x` in `xs`, recorded on the tape:
    /// variables that can be differentiated again.
    ///
    /// An `x` may be any variable that depends on a [`Tape::var`]; where `y` does not depend on it,
    /// the gradient is zero.
    ///
    /// # Panics
    /// If `y` does not hold exactly one number, an `x` is a constant, or one of them is on another
    /// tape.
    #[track_caller]
    pub fn grad<'t>(&'t self, y: Var<'t, T>, xs: &[Var<'t, T>]) -> Vec<Var<'t, T>> {
        let zeros = |x: &Var<'t, T>| self.leaf(self.filled(x.shape(), T::zero()), false);
        let gradients = self.grad_if_used(y, xs).into_iter().zip(xs);
        gradients
            .map(|(gradient, x)| gradient.unwrap_or_else(|| zeros(x)))
            .collect()
    }

    /// As [`grad`](Tape::grad), but `None` for each `x` that `y` does not depend on.
    ///
    /// # Panics
    /// As [`grad`](Tape::grad).
    #[track_caller]
    pub fn grad_if_used<'t>(&'t self, y: Var<'t, T>, xs: &[Var<'t, T>]) -> Vec<Option<Var<'t, T>>> {
        if std::iter::once(&y)
            .chain(xs)
            .any(|x| !std::ptr::eq(x.tape, self))
        {
            error::two_tapes("grad");
        }
        if let Some(input) = xs.iter().position(|x| !self.is_live(x.index)) {
            error::constant("grad", &format!("input {input}"));
        }
        let seed = self.leaf(self.one("grad", y), false);
        // Nothing before the first of them depends on one: a step of a long training is not as long
        // as all steps before it.
        let first = xs
            .iter()
            .map(|x| x.index)
            .min()
            .unwrap_or(y.index)
            .min(y.index);
        let wanted = self.depends_on(xs, first, y.index);
        let wanted = |node| node >= first && wanted[node - first];
        let mut of_nodes = BTreeMap::from_iter(xs.iter().map(|x| (x.index, None)));
        let mut storage = Vec::new();
        let mut cotangents = Cotangents::of(first, y.index, &mut storage, seed, wanted(y.index));
        for node in (first..=y.index).rev() {
            let Some(g) = cotangents.whole(node) else {
                continue;
            };
            if let Some(gradient) = of_nodes.get_mut(&node) {
                *gradient = Some(g);
            }
            for operand in self.operands(node) {
                if let Some(place) = self.ruled_operand(operand).filter(|&place| wanted(place)) {
                    let share = self.apply(operand, place, g, node);
                    cotangents.add(place, share, |a, b| a + b);
                }
            }
        }
        xs.iter().map(|x| of_nodes[&x.index]).collect()
    }

    /// For each node from `first` to `last`, whether it depends on one of `xs`, none of which is
    /// before `first`.
    fn depends_on(&self, xs: &[Var<'_, T>], first: usize, last: usize) -> Vec<bool> {
        let mut wanted = vec![false; last + 1 - first];
        for x in xs.iter().filter(|x| x.index <= last) {
            wanted[x.index - first] = true;
        }
        for node in first..=last {
            let depends = |operand| {
                self.operand(operand)
                    .checked_sub(first)
                    .is_some_and(|place| wanted[place])
            };
            wanted[node - first] |= self.operands(node).any(depends);
        }
        wanted
    }

    /// The cotangent of an operand of `node`, which stands at `place`, from that of the node, summed
    /// to the operand's shape.
    #[inline]
    fn apply<'t>(&'t self, operand: usize, place: usize, g: Var<'t, T>, node: usize) -> Var<'t, T> {
        let run = |operands: &[Var<'t, T>]| {
            let node = Var {
                tape: self,
                index: node,
            };
            self.with_rule(operand, |rule| rule(g, operands, node))
        };
        let share = match self.operands(node).len() {
            0..=3 => run(self.operand_vars(node, &mut [g; 3])),
            4..=20 => run(self.operand_vars(node, &mut [g; 20])),
            many => run(self.operand_vars(node, &mut vec![g; many])),
        };
        match self.shape_unlike(place, share.index) {
            None => share,
            Some(shape) => share.sum_to(&shape),
        }
    }

    /// `∂y/∂y` of one number.
    #[track_caller]
    fn one(&self, operation: &str, y: Var<'_, T>) -> Value<T> {
        let shape = y.shape();
        if shape.count() != 1 {
            error::not_a_number(operation, &shape);
        }
        self.filled(shape, T::one())
    }

    /// A value of this number everywhere.
    pub(crate) fn filled(&self, shape: Shape, number: T) -> Value<T> {
        let mut value = self.fresh(shape);
        value.numbers_mut().fill(number);
        value
    }

    /// `a + b` of equal shapes, in the storage of one that nobody else holds.
    #[inline]
    fn sum(&self, mut a: Value<T>, mut b: Value<T>) -> Value<T> {
        if a.unshared().is_none() {
            std::mem::swap(&mut a, &mut b);
        }
        if let Some(numbers) = a.unshared() {
            elementwise::update(numbers, b.numbers(), |_, a, b| a + b);
            self.recycle(b);
            return a;
        }
        let mut sum = self.fresh(a.shape().clone());
        elementwise::zip(sum.numbers_mut(), a.numbers(), b.numbers(), |_, a, b| a + b);
        sum
    }

    /// Takes back the memory of a value that is not needed any more.
    #[inline]
    pub(crate) fn recycle(&self, value: Value<T>) {
        if let (_, Some(numbers)) = value.into_parts() {
            self.spare().put(numbers);
        }
    }

    /// The numbers of a value, to leave the tape: moved if nobody else has them.
    #[inline]
    fn export(&self, value: Value<T>) -> (Shape, Buffer<T>) {
        let (shape, numbers) = value.into_parts();
        let numbers = numbers.expect("a cotangent is no value passing through");
        (shape, self.spare().unshared(numbers))
    }
}

/// What was added so far to the cotangents of the nodes from `first` on.
struct Cotangents<'s, C> {
    first: usize,
    sums: &'s mut Vec<Option<C>>,
}

impl<'s, C> Cotangents<'s, C> {
    /// For the nodes from `first` to `y`, which starts with a seed if it is wanted at all, in the
    /// given storage.
    fn of(first: usize, y: usize, sums: &'s mut Vec<Option<C>>, seed: C, wanted: bool) -> Self {
        sums.clear();
        sums.resize_with(y + 1 - first, || None);
        sums[y - first] = wanted.then_some(seed);
        Self { first, sums }
    }

    /// The whole cotangent of a node, if anything came to it. When its turn comes, in the order
    /// opposite to that of the nodes' making, all that was to be added has been.
    #[inline]
    fn whole(&mut self, node: usize) -> Option<C> {
        self.sums[node - self.first].take()
    }

    #[inline]
    fn add(&mut self, node: usize, share: C, add: impl FnOnce(C, C) -> C) {
        let sum = &mut self.sums[node - self.first];
        *sum = Some(match sum.take() {
            Some(sum) => add(sum, share),
            None => share,
        });
    }
}

impl<T: Element> Var<'_, T> {
    /// The gradients `∂y/∂x` of this one number `y` for every [`Tape::var`] that it depends on, as
    /// values.
    ///
    /// Runs the same rules as [`Tape::grad`] on values only, frees each cotangent when it is spent,
    /// moves a sole contribution instead of adding it, and leaves the tape as it was.
    ///
    /// # Panics
    /// If the variable does not hold exactly one number.
    #[track_caller]
    pub fn backward(self) -> Gradients<T> {
        let tape = self.tape;
        let mut of = ArrayMap::at_home(tape.home(), &mut tape.spare());
        let seed = tape.one("backward", self);
        let values_only = tape.values_only();
        let mut storage = tape.cotangents().take();
        let live = tape.is_live(self.index);
        let mut cotangents = Cotangents::of(0, self.index, &mut storage, seed, live);
        for node in (0..=self.index).rev() {
            let Some(g) = cotangents.whole(node) else {
                continue;
            };
            if tape.is_leaf(node) {
                of.push(node as u64, tape.export(g));
                continue;
            }
            let g = tape.leaf(g, false);
            for operand in tape.operands(node) {
                if let Some(place) = tape.live_operand(operand) {
                    let share = tape.apply(operand, place, g, node);
                    let share = values_only.take(share, g);
                    cotangents.add(place, share, |a, b| tape.sum(a, b));
                }
            }
            values_only.forget();
        }
        tape.cotangents().set(storage);
        of.reverse();
        Gradients {
            of,
            epoch: tape.epoch(),
        }
    }
}

/// The gradients of one number with respect to the variables of its tape, as values.
#[derive(Clone, Debug)]
pub struct Gradients<T: Element = f32> {
    of: ArrayMap<T>,
    epoch: u64,
}

impl<T: Element> Gradients<T> {
    /// The gradient with respect to a variable made by [`Tape::var`], of the variable's shape; zero
    /// where nothing depends on it.
    ///
    /// # Panics
    /// If the variable is a constant or a result, is on another tape, or was made after the tape
    /// was cleared.
    #[track_caller]
    pub fn wrt(&self, x: Var<'_, T>) -> ArrayD<T> {
        self.check("wrt", x);
        self.of
            .get(x.index as u64)
            .map_or_else(|| ArrayD::zeros(x.shape()), |g| g.to_owned())
    }

    /// The gradients with respect to variables made by [`Tape::var`], each variable under a key of
    /// its own; zero where nothing depends on one. Keys ascend.
    ///
    /// # Panics
    /// As [`wrt`](Gradients::wrt).
    #[doc(hidden)]
    #[track_caller]
    pub fn by_key<'t>(
        self,
        xs: impl IntoIterator<Item = (u64, Var<'t, T>), IntoIter: Clone>,
    ) -> ArrayMap<T> {
        let xs = xs.into_iter();
        for (_, x) in xs.clone() {
            self.check("by_key", x);
        }
        let mut of = self.of;
        // Mostly variables were made in the order of their keys.
        let mut next = xs.clone().peekable();
        of.rename(|index| {
            let is = |(_, x): &(u64, Var<'t, T>)| x.index as u64 == index;
            let x = next.next_if(is).or_else(|| xs.clone().find(is));
            x.map(|(key, _)| key)
        });
        for (key, x) in xs {
            if of.numbers(key).is_none() {
                let zeros = x.tape.filled(x.shape(), T::zero());
                of.insert(key, x.tape.export(zeros));
            }
        }
        of
    }

    #[track_caller]
    fn check(&self, operation: &str, x: Var<'_, T>) {
        if x.tape.epoch() != self.epoch {
            error::other_tape(operation);
        }
        if !x.tape.is_live(x.index) {
            error::constant(operation, "the variable");
        }
        if !x.tape.is_leaf(x.index) {
            error::result(operation);
        }
    }
}
