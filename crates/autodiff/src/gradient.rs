//! The engine: walks the tape backwards, runs each live operand's rule, un-broadcasts and
//! accumulates. It is the only place that does.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use ndarray::ArrayD;

use crate::kernel::elementwise;
use crate::{ArcArrayD, Element, Tape, Var, error};

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
        let zeros = |x: &Var<'t, T>| self.constant(ArrayD::zeros(x.shape()));
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
        let seed = self.constant(ones("grad", y));
        // Nothing before the first of them depends on one: a step of a long training is not as long
        // as all steps before it.
        let first = xs
            .iter()
            .map(|x| x.index)
            .min()
            .unwrap_or(y.index)
            .min(y.index);
        let wanted = self.depends_on(xs, first, y.index);
        let mut of_nodes = BTreeMap::from_iter(xs.iter().map(|x| (x.index, None)));
        self.sweep(
            first..=y.index,
            seed,
            |node| node >= first && wanted[node - first],
            |g, node, operand| self.apply(operand, *g, node),
            |a, b| a + b,
            |node, g| {
                if let Some(gradient) = of_nodes.get_mut(&node) {
                    *gradient = Some(*g);
                }
            },
        );
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

    /// Cotangents flow from `y` towards its operands, in the order opposite to that of their
    /// making: when a node's turn comes, all that was to be added to its cotangent has been.
    ///
    /// `nodes` are those from the first that is wanted to `y`. `wanted` says which need a
    /// cotangent, `pull` gives an operand's share from (cotangent, node, operand), `add`
    /// accumulates shares, `finished` is shown each node's whole cotangent.
    fn sweep<C>(
        &self,
        nodes: RangeInclusive<usize>,
        seed: C,
        wanted: impl Fn(usize) -> bool,
        pull: impl Fn(&C, usize, usize) -> C,
        add: impl Fn(C, C) -> C,
        mut finished: impl FnMut(usize, &C),
    ) {
        let mut cotangents: Vec<Option<C>> = Vec::new();
        let (first, y) = (*nodes.start(), *nodes.end());
        cotangents.resize_with(y + 1 - first, || None);
        cotangents[y - first] = wanted(y).then_some(seed);
        for node in nodes.rev() {
            let Some(g) = cotangents[node - first].take() else {
                continue;
            };
            for operand in self.operands(node) {
                let place = self.operand(operand);
                if wanted(place) {
                    let share = pull(&g, node, operand);
                    let sum = &mut cotangents[place - first];
                    *sum = Some(match sum.take() {
                        Some(sum) => add(sum, share),
                        None => share,
                    });
                }
            }
            finished(node, &g);
        }
    }

    /// The cotangent of an operand of `node` from that of the node, summed to the operand's shape.
    fn apply<'t>(&'t self, operand: usize, g: Var<'t, T>, node: usize) -> Var<'t, T> {
        let var = |index| Var { tape: self, index };
        let operands: Vec<_> = self
            .operands(node)
            .map(|operand| var(self.operand(operand)))
            .collect();
        let share = self.with_rule(operand, |rule| rule(g, &operands, var(node)));
        let shape = self.value(self.operand(operand));
        if self.has_shape(share.index, shape.shape()) {
            share
        } else {
            share.sum_to(shape.shape())
        }
    }
}

impl<T: Element> Var<'_, T> {
    /// The gradients `∂y/∂x` of this one number `y` for every [`Tape::var`] that it depends on, as
    /// values.
    ///
    /// Runs the same rules as [`Tape::grad`] on values only, frees each cotangent when it is spent,
    /// and leaves the tape as it was.
    ///
    /// # Panics
    /// If the variable does not hold exactly one number.
    #[track_caller]
    pub fn backward(self) -> Gradients<T> {
        let tape = self.tape;
        let mut of = BTreeMap::new();
        tape.sweep(
            0..=self.index,
            ones("backward", self).into_shared(),
            |node| tape.is_live(node),
            |g, node, operand| tape.values_only(|| tape.apply(operand, tape.constant(g), node)),
            |a, b| elementwise::add(a, b),
            |node, g| {
                if tape.is_leaf(node) {
                    of.insert(node, g.clone());
                }
            },
        );
        Gradients {
            of,
            epoch: tape.epoch(),
        }
    }
}

#[track_caller]
fn ones<T: Element>(operation: &str, y: Var<'_, T>) -> ArrayD<T> {
    let value = y.value();
    if value.len() != 1 {
        error::not_a_number(operation, value.shape());
    }
    ArrayD::ones(value.shape())
}

/// The gradients of one number with respect to the variables of its tape, as values.
#[derive(Clone, Debug)]
pub struct Gradients<T: Element = f32> {
    of: BTreeMap<usize, ArcArrayD<T>>,
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
    pub fn wrt(&self, x: Var<'_, T>) -> ArcArrayD<T> {
        if x.tape.epoch() != self.epoch {
            error::other_tape("wrt");
        }
        if !x.tape.is_live(x.index) {
            error::constant("wrt", "the variable");
        }
        if !x.tape.is_leaf(x.index) {
            error::result("wrt");
        }
        self.of
            .get(&x.index)
            .cloned()
            .unwrap_or_else(|| ArcArrayD::zeros(x.shape()))
    }
}
