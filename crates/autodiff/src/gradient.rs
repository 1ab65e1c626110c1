//! The engine: walks the tape backwards, runs each live operand's rule, un-broadcasts and
//! accumulates. It is the only place that does.

mod cotangents;

use std::collections::{BTreeMap, BTreeSet};

use self::cotangents::Cotangents;
use crate::kernel::elementwise;
use crate::spare::Buffer;
use crate::value::Value;
use crate::{ArrayMap, Element, Gradients, IntoVar, Shape, Tape, Var, error, shape};

impl<T: Element> Tape<T> {
    /// The gradients `∂y/∂x` of one number `y` for each `x` in `xs`, recorded on the tape:
    /// variables that can be differentiated again.
    ///
    /// An `x` may be any variable that depends on a [`Tape::var`]; where `y` does not depend on it,
    /// the gradient is zero.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(2.0);
    /// let slope = tape.grad(x.powi(3), &[x])[0];
    /// assert_eq!(slope.item(), 12.0);
    /// assert_eq!(tape.grad(slope, &[x])[0].item(), 12.0);
    /// ```
    ///
    /// # Panics
    /// If `y` does not hold exactly one number, an `x` is a constant, or one of them is on another
    /// tape.
    #[inline(never)]
    #[track_caller]
    pub fn grad<'t>(&'t self, y: Var<'t, T>, xs: &[Var<'t, T>]) -> Vec<Var<'t, T>> {
        self.or_zeros(self.grad_if_used(y, xs), xs)
    }

    /// As [`grad`](Tape::grad), but `None` for each `x` that `y` does not depend on.
    ///
    /// # Panics
    /// As [`grad`](Tape::grad).
    #[inline(never)]
    #[track_caller]
    pub fn grad_if_used<'t>(&'t self, y: Var<'t, T>, xs: &[Var<'t, T>]) -> Vec<Option<Var<'t, T>>> {
        self.gradients("grad", y, xs)
    }

    /// The cotangents `vᵀ ∂y/∂x` of each `x` in `xs` for the cotangent `v` of a `y` of any shape,
    /// recorded on the tape; zero where `y` does not depend on an `x`. [`grad`](Tape::grad) is that
    /// of one number and `v = 1`.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var([1.0, 2.0]);
    /// let v = tape.constant([10.0, 1.0]);
    /// assert_eq!(tape.vjp(x.powi(2), v, &[x])[0].value(), ndarray::array![20.0, 4.0].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If `v` has not the shape of `y`, an `x` is a constant, or one of them is on another tape.
    #[inline(never)]
    #[track_caller]
    pub fn vjp<'t>(&'t self, y: Var<'t, T>, v: Var<'t, T>, xs: &[Var<'t, T>]) -> Vec<Var<'t, T>> {
        self.check_inputs("vjp", y, xs);
        self.check_cotangent("vjp", y, v);
        self.or_zeros(self.pull_back(&[(y, v)], xs), xs)
    }

    /// Zeros for what is not used.
    #[track_caller]
    pub(crate) fn or_zeros<'t>(
        &'t self,
        gradients: Vec<Option<Var<'t, T>>>,
        xs: &[Var<'t, T>],
    ) -> Vec<Var<'t, T>> {
        let gradients = gradients.into_iter().zip(xs);
        gradients
            .map(|(gradient, x)| gradient.unwrap_or_else(|| self.full(x.shape(), T::zero())))
            .collect()
    }

    #[track_caller]
    pub(crate) fn check_inputs(&self, operation: &str, y: Var<'_, T>, xs: &[Var<'_, T>]) {
        if std::iter::once(&y)
            .chain(xs)
            .any(|x| !std::ptr::eq(x.tape, self))
        {
            error::two_tapes(operation);
        }
        if !self.is_recording() {
            error::not_recording(operation);
        }
        if let Some(input) = xs.iter().position(|x| !self.is_live(x.index)) {
            error::constant(operation, &format!("input {input}"));
        }
    }

    /// The gradients of one number, `None` where it does not depend on an `x`.
    #[track_caller]
    pub(crate) fn gradients<'t>(
        &'t self,
        operation: &str,
        y: Var<'t, T>,
        xs: &[Var<'t, T>],
    ) -> Vec<Option<Var<'t, T>>> {
        self.check_inputs(operation, y, xs);
        self.pull_back(&[(y, self.number_one(operation, y))], xs)
    }

    #[track_caller]
    pub(crate) fn check_cotangent(&self, operation: &str, y: Var<'_, T>, v: Var<'_, T>) {
        y.same_tape(operation, v);
        let (of, v) = (y.shape(), v.shape());
        if of != v {
            error::cotangent(operation, &v, &of);
        }
    }

    /// The recorded run: the cotangents of `xs` from those of some variables, `None` where none of
    /// these depends on one.
    #[track_caller]
    pub(crate) fn pull_back<'t>(
        &'t self,
        seeds: &[(Var<'t, T>, Var<'t, T>)],
        xs: &[Var<'t, T>],
    ) -> Vec<Option<Var<'t, T>>> {
        let mut of_nodes = BTreeMap::new();
        self.record_sweep(seeds, xs, false, |node, g| {
            of_nodes.insert(node, g);
        });
        let gradients = xs.iter().map(|x| of_nodes.get(&x.index).copied());
        gradients.collect()
    }

    /// The recorded run: gives the cotangent of each of `xs`, from those of some variables. If they
    /// are asked for `in_parts`, it gives those of leaves as they come, of each use one, not added.
    #[track_caller]
    pub(crate) fn record_sweep<'t>(
        &'t self,
        seeds: &[(Var<'t, T>, Var<'t, T>)],
        xs: &[Var<'t, T>],
        in_parts: bool,
        mut give: impl FnMut(usize, Var<'t, T>),
    ) {
        let last = seeds.iter().map(|(y, _)| y.index).max();
        // Nothing before the first of them depends on one: a step of a long training is not as long
        // as all steps before it.
        let first = xs.iter().map(|x| x.index).min();
        let (Some(first), Some(last)) = (first.min(last), last) else {
            return;
        };
        let asked = BTreeSet::from_iter(xs.iter().map(|x| x.index));
        let wanted = self.depends_on(xs, first, last);
        let wanted = |node| node >= first && wanted[node - first];
        let mut storage = Vec::new();
        let mut cotangents = Cotangents::of(first, &mut storage);
        for &(y, seed) in seeds.iter().filter(|(y, _)| wanted(y.index)) {
            self.add_recorded(&mut cotangents, y.index, seed);
        }
        for node in cotangents.nodes().rev() {
            let Some(g) = cotangents.take(node) else {
                continue;
            };
            if asked.contains(&node) {
                give(node, g);
            }
            let _deriving = self.deriving(node);
            let operands = self.operand_vars(node);
            for operand in self.operands(node) {
                let Some(place) = self.ruled_operand(operand).filter(|&place| wanted(place)) else {
                    continue;
                };
                if in_parts && self.is_leaf(place) {
                    let _lazily = self.deriving_lazily(node);
                    give(place, self.apply(operand, place, g, node, &operands));
                } else {
                    let share = self.apply(operand, place, g, node, &operands);
                    self.add_recorded(&mut cotangents, place, share);
                }
            }
        }
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

    /// The run on values only: the cotangents, from those of some nodes, of the leaves from node
    /// `first` on, the last first.
    #[track_caller]
    pub(crate) fn sweep(
        &self,
        seeds: impl IntoIterator<Item = (usize, Value<T>)>,
        first: usize,
        mut leaf: impl FnMut(usize, Value<T>),
    ) {
        let values_only = self.values_only();
        let mut storage = self.cotangents().take();
        let mut cotangents = Cotangents::of(first, &mut storage);
        for (node, seed) in seeds {
            if self.is_live(node) {
                self.add(&mut cotangents, node, seed);
            }
        }
        for node in cotangents.nodes().rev() {
            let Some(g) = cotangents.take(node) else {
                continue;
            };
            if self.is_leaf(node) {
                leaf(node, g);
                continue;
            }
            let g = self.leaf("cotangent", g, false);
            let operands = self.operand_vars(node);
            for operand in self.operands(node) {
                if let Some(place) = self.live_operand(operand) {
                    let share = self.apply(operand, place, g, node, &operands);
                    let share = values_only.take(share, g);
                    self.add(&mut cotangents, place, share);
                }
            }
            values_only.forget();
        }
        self.cotangents().set(storage);
    }

    /// The cotangent of an operand of `node`, which stands at `place`, from that of the node, summed
    /// to the operand's shape.
    #[inline]
    #[track_caller]
    fn apply<'t>(
        &'t self,
        operand: usize,
        place: usize,
        g: Var<'t, T>,
        node: usize,
        operands: &[Var<'t, T>],
    ) -> Var<'t, T> {
        let y = Var {
            tape: self,
            index: node,
        };
        let share = self.with_rule(operand, |rule| rule(g, operands, y));
        let share = match self.shape_unlike(place, share.index) {
            None => share,
            Some(shape) => {
                if !shape::broadcasts_to(&shape, &share.read().shape()[..]) {
                    let origin = self.origin(node);
                    error::share_shape(origin.name, &share.shape(), &shape, origin.place);
                }
                share.sum_to(&shape)
            }
        };
        if self.detects_anomalies() {
            self.inspect_share(share, g, node, place);
        }
        share
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

    /// As [`one`](Tape::one), a constant.
    #[track_caller]
    pub(crate) fn number_one(&self, operation: &str, y: Var<'_, T>) -> Var<'_, T> {
        self.leaf("constant", self.one(operation, y), false)
    }

    /// Adds to the cotangent of a node, recorded.
    #[track_caller]
    fn add_recorded<'t>(
        &'t self,
        cotangents: &mut Cotangents<'_, Var<'t, T>>,
        node: usize,
        share: Var<'t, T>,
    ) {
        let Some(before) = cotangents.take(node) else {
            return cotangents.put(node, share);
        };
        let sum = before + share;
        if self.detects_anomalies() {
            self.inspect_sum(&sum.read(), [&*before.read(), &*share.read()], node);
        }
        cotangents.put(node, sum);
    }

    /// Adds to the cotangent of a node, as a value.
    #[inline]
    #[track_caller]
    fn add(&self, cotangents: &mut Cotangents<'_, Value<T>>, node: usize, share: Value<T>) {
        let sum = match cotangents.take(node) {
            Some(before) => self.sum(before, share, node),
            None => share,
        };
        cotangents.put(node, sum);
    }

    /// `a + b` of equal shapes, in the storage of one that nobody else holds: cotangents of a node.
    #[inline]
    #[track_caller]
    fn sum(&self, mut a: Value<T>, mut b: Value<T>, node: usize) -> Value<T> {
        if self.detects_anomalies() {
            let mut sum = self.fresh(a.shape().clone());
            elementwise::zip(sum.numbers_mut(), a.numbers(), b.numbers(), |_, a, b| a + b);
            self.inspect_sum(&sum, [&a, &b], node);
            return sum;
        }
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

    /// The cotangents, from those of some nodes, of every [`Tape::var`] that they depend on.
    #[track_caller]
    pub(crate) fn backward_of(
        &self,
        seeds: impl IntoIterator<Item = (usize, Value<T>)>,
    ) -> Gradients<T> {
        let mut of = ArrayMap::at_home(self.home(), &mut self.spare());
        self.sweep(seeds, 0, |node, g| of.push(node as u64, self.export(g)));
        of.reverse();
        Gradients::new(of, self.epoch())
    }

    /// The numbers of a value, to leave the tape: moved if nobody else has them.
    #[inline]
    pub(crate) fn export(&self, value: Value<T>) -> (Shape, Buffer<T>) {
        let (shape, numbers) = value.into_parts();
        let numbers = numbers.expect("a cotangent is no value passing through");
        (shape, self.spare().unshared(numbers))
    }
}

impl<'t, T: Element> Var<'t, T> {
    /// The gradients `∂y/∂x` of this one number `y` for every [`Tape::var`] that it depends on, as
    /// values.
    ///
    /// Runs the same rules as [`Tape::grad`] on values only, frees each cotangent when it is spent,
    /// moves a sole contribution instead of adding it, and leaves the tape as it was.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let (x, y) = (tape.var(2.0), tape.var(5.0));
    /// let gradients = (x * x * y).backward();
    /// assert_eq!((gradients.wrt(x)[[]], gradients.wrt(y)[[]]), (20.0, 4.0));
    /// ```
    ///
    /// # Panics
    /// If the variable does not hold exactly one number.
    #[inline(never)]
    #[track_caller]
    pub fn backward(self) -> Gradients<T> {
        let one = self.tape.one("backward", self);
        self.tape.backward_of([(self.index, one)])
    }

    /// The cotangents `vᵀ ∂y/∂x` for the cotangent `v` of this `y` of any shape, as values:
    /// [`backward`](Var::backward) is that of one number and `v = 1`.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var([1.0, 2.0]);
    /// let gradients = x.powi(2).backward_from([10.0, 1.0]);
    /// assert_eq!(gradients.wrt(x), ndarray::array![20.0, 4.0].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If `v` has not the shape of `y`, or is on another tape.
    #[track_caller]
    pub fn backward_from(self, v: impl IntoVar<'t, T>) -> Gradients<T> {
        let seed = {
            let _values_only = self.tape.values_only();
            let v = v.into_var(self.tape);
            self.tape.check_cotangent("backward_from", self, v);
            v.read().clone()
        };
        self.tape.backward_of([(self.index, seed)])
    }
}
