//! The operations of [`Var`](crate::Var): each is one place, its derivative beside its value.
//!
//! A file is a family. An operation computes its value with a kernel and gives one rule for each
//! operand, written in operations.

mod abs;
mod activation;
mod affine;
mod arithmetic;
mod broadcast;
mod dot;
mod exponential;
mod inner;
mod max;
mod mean;
mod penalty;
mod power;
mod relu;
mod reshape;
mod sigmoid;
mod sigmoid_cross_entropy;
mod softmax;
mod softmax_cross_entropy;
mod squared_error;
mod sum;
mod total;

use smallbox::smallbox;

pub use activation::Activation;
pub use total::total;

use crate::kernel::elementwise;
use crate::kernel::machine::Machine;
use crate::tape::Rule;
use crate::value::Value;
use crate::{Element, Var, error, shape};

/// A rule `(cotangent of the result, operands, result) → cotangent of an operand`.
pub(crate) fn rule<T: Element>(
    rule: impl for<'t> Fn(Var<'t, T>, &[Var<'t, T>], Var<'t, T>) -> Var<'t, T> + Send + 'static,
) -> Option<Rule<T>> {
    Some(smallbox!(rule))
}

impl<T: Element> Var<'_, T> {
    /// The result `y` of an operation on this operand `x`, with its rule `(ȳ, x, y) → x̄`.
    #[inline]
    pub(crate) fn unary(
        self,
        value: Value<T>,
        x_rule: impl for<'a> Fn(Var<'a, T>, Var<'a, T>, Var<'a, T>) -> Var<'a, T> + Send + 'static,
    ) -> Self {
        if !self.tape.is_recording() {
            return self.tape.leaf(value, false);
        }
        let x_rule = rule(move |g, x, y| x_rule(g, x[0], y));
        self.tape.push(value, [(self.index, x_rule)])
    }

    /// The result `z` of an operation on this operand `x` and `y`, with their rules
    /// `(z̄, x, y, z) → x̄` and `→ ȳ`.
    #[inline]
    pub(crate) fn binary(
        self,
        y: Self,
        value: Value<T>,
        x_rule: impl for<'a> Fn(Var<'a, T>, Var<'a, T>, Var<'a, T>, Var<'a, T>) -> Var<'a, T>
        + Send
        + 'static,
        y_rule: impl for<'a> Fn(Var<'a, T>, Var<'a, T>, Var<'a, T>, Var<'a, T>) -> Var<'a, T>
        + Send
        + 'static,
    ) -> Self {
        if !self.tape.is_recording() {
            return self.tape.leaf(value, false);
        }
        let x_rule = rule(move |g, x, z| x_rule(g, x[0], x[1], z));
        let y_rule = rule(move |g, x, z| y_rule(g, x[0], x[1], z));
        self.tape
            .push(value, [(self.index, x_rule), (y.index, y_rule)])
    }

    /// `f` of each element.
    #[inline]
    pub(crate) fn map(self, f: impl Fn(Machine, T) -> T + Copy + Sync) -> Value<T> {
        let x = self.read();
        let mut value = self.tape.fresh(x.shape().clone());
        elementwise::map(value.numbers_mut(), x.numbers(), f);
        value
    }

    /// `f` of each pair of elements, after broadcasting.
    #[inline]
    #[track_caller]
    pub(crate) fn zip(
        self,
        operation: &str,
        y: Self,
        f: impl Fn(Machine, T, T) -> T + Copy + Sync,
    ) -> Value<T> {
        self.same_tape(operation, y);
        let (x, y) = (self.read(), y.read());
        if x.shape() == y.shape() {
            let mut value = self.tape.fresh(x.shape().clone());
            elementwise::zip(value.numbers_mut(), x.numbers(), y.numbers(), f);
            return value;
        }
        let Some(shape) = shape::broadcast(x.shape(), y.shape()) else {
            error::broadcast(operation, x.shape(), y.shape())
        };
        let mut value = self.tape.fresh(shape.clone());
        elementwise::broadcast(
            value.numbers_mut(),
            &shape,
            (x.numbers(), x.shape()),
            (y.numbers(), y.shape()),
            f,
        );
        value
    }

    /// A value computed from this one that has no derivative, or none but zero.
    pub(crate) fn constant(self, value: Value<T>) -> Self {
        self.tape.leaf(value, false)
    }

    #[track_caller]
    pub(crate) fn same_tape(self, operation: &str, y: Self) {
        if !std::ptr::eq(self.tape, y.tape) {
            error::two_tapes(operation);
        }
    }
}
