//! The operations of [`Var`](crate::Var): each is one place, its derivative beside its value.
//!
//! A file is a family. An operation computes its value with a kernel and gives one rule for each
//! operand, written in operations.

mod abs;
mod arithmetic;
mod broadcast;
mod dot;
mod exponential;
mod max;
mod mean;
mod power;
mod relu;
mod reshape;
mod sigmoid;
mod sigmoid_cross_entropy;
mod softmax;
mod softmax_cross_entropy;
mod sum;

use crate::kernel::elementwise;
use crate::{ArcArrayD, Element, Var, error, shape};

impl<T: Element> Var<'_, T> {
    /// The result `y` of an operation on this operand `x`, with its rule `(ȳ, x, y) → x̄`.
    pub(crate) fn unary(
        self,
        value: ArcArrayD<T>,
        rule: impl for<'a> Fn(Var<'a, T>, Var<'a, T>, Var<'a, T>) -> Var<'a, T> + Send + 'static,
    ) -> Self {
        self.tape.push(
            value,
            [(self.index, Box::new(move |g, x, y| rule(g, x[0], y)))],
        )
    }

    /// The result `z` of an operation on this operand `x` and `y`, with their rules
    /// `(z̄, x, y, z) → x̄` and `→ ȳ`.
    pub(crate) fn binary(
        self,
        y: Self,
        value: ArcArrayD<T>,
        x_rule: impl for<'a> Fn(Var<'a, T>, Var<'a, T>, Var<'a, T>, Var<'a, T>) -> Var<'a, T>
        + Send
        + 'static,
        y_rule: impl for<'a> Fn(Var<'a, T>, Var<'a, T>, Var<'a, T>, Var<'a, T>) -> Var<'a, T>
        + Send
        + 'static,
    ) -> Self {
        self.tape.push(
            value,
            [
                (
                    self.index,
                    Box::new(move |g, x, z| x_rule(g, x[0], x[1], z)),
                ),
                (y.index, Box::new(move |g, x, z| y_rule(g, x[0], x[1], z))),
            ],
        )
    }

    /// `f` of each element.
    pub(crate) fn map(self, f: impl Fn(T) -> T) -> ArcArrayD<T> {
        elementwise::map(&self.value(), f)
    }

    /// `f` of each pair of elements, after broadcasting.
    #[track_caller]
    pub(crate) fn zip(self, operation: &str, y: Self, f: impl Fn(T, T) -> T) -> ArcArrayD<T> {
        self.same_tape(operation, y);
        let (x, y) = (self.value(), y.value());
        match shape::broadcast(x.shape(), y.shape()) {
            Some(shape) => elementwise::zip(&shape, &x, &y, f),
            None => error::broadcast(operation, x.shape(), y.shape()),
        }
    }

    /// A value computed from this one that has no derivative, or none but zero.
    pub(crate) fn constant(self, value: ArcArrayD<T>) -> Self {
        self.tape.constant(value)
    }

    #[track_caller]
    pub(crate) fn same_tape(self, operation: &str, y: Self) {
        if !std::ptr::eq(self.tape, y.tape) {
            error::two_tapes(operation);
        }
    }
}
