//! The operations of [`Var`](crate::Var): each is one place, its derivative beside its value.
//!
//! A folder is a kind, a file is a family. An operation computes its value with a kernel and gives
//! one rule for each operand, written in operations.

mod activation;
mod custom;
mod elementwise;
mod fused;
mod linear_algebra;
mod reduction;
mod shape;
mod stop_gradient;

pub use activation::Activation;
pub use fused::total;
pub use shape::{concatenate, stack};

use crate::kernel::elementwise as kernel;
use crate::kernel::machine::Machine;
use crate::shape::broadcast;
use crate::value::Value;
use crate::{Element, Shape, Var, Vjp, error};

impl<T: Element> Var<'_, T> {
    /// The result `y` of an operation on this operand `x`, with its rule `(ȳ, x, y) → x̄`.
    #[inline]
    #[track_caller]
    pub(crate) fn unary(
        self,
        name: &'static str,
        value: Value<T>,
        x_rule: impl for<'a> Fn(Var<'a, T>, Var<'a, T>, Var<'a, T>) -> Var<'a, T> + Send + 'static,
    ) -> Self {
        if !self.tape.is_recording() {
            return self.tape.leaf(name, value, false);
        }
        let x_rule = Vjp::new(move |g, x, y| x_rule(g, x[0], y));
        self.tape.push(name, value, [(self.index, x_rule)])
    }

    /// The result `z` of an operation on this operand `x` and `y`, with their rules
    /// `(z̄, x, y, z) → x̄` and `→ ȳ`.
    #[inline]
    #[track_caller]
    pub(crate) fn binary(
        self,
        name: &'static str,
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
            return self.tape.leaf(name, value, false);
        }
        let x_rule = Vjp::new(move |g, x, z| x_rule(g, x[0], x[1], z));
        let y_rule = Vjp::new(move |g, x, z| y_rule(g, x[0], x[1], z));
        self.tape
            .push(name, value, [(self.index, x_rule), (y.index, y_rule)])
    }

    /// `f` of each element, with its rule `(ȳ, x, y) → x̄`.
    #[inline]
    #[track_caller]
    pub(crate) fn each(
        self,
        name: &'static str,
        f: impl Fn(Machine, T) -> T + Copy + Sync,
        x_rule: impl for<'a> Fn(Var<'a, T>, Var<'a, T>, Var<'a, T>) -> Var<'a, T> + Send + 'static,
    ) -> Self {
        self.unary(name, self.map(f), x_rule)
    }

    /// `f` of each pair of elements, after broadcasting, with the rules `(z̄, x, y, z) → x̄` and
    /// `→ ȳ`.
    #[inline]
    #[track_caller]
    pub(crate) fn pairs(
        self,
        name: &'static str,
        y: Self,
        f: impl Fn(Machine, T, T) -> T + Copy + Sync,
        x_rule: impl for<'a> Fn(Var<'a, T>, Var<'a, T>, Var<'a, T>, Var<'a, T>) -> Var<'a, T>
        + Send
        + 'static,
        y_rule: impl for<'a> Fn(Var<'a, T>, Var<'a, T>, Var<'a, T>, Var<'a, T>) -> Var<'a, T>
        + Send
        + 'static,
    ) -> Self {
        self.binary(name, y, self.zip(name, y, f), x_rule, y_rule)
    }

    /// `f` of each element, for a function with the slope `f′` and, in operations, the curvature
    /// `f″`. Its derivative is one pass over memory.
    #[inline]
    #[track_caller]
    pub(crate) fn curve(
        self,
        name: &'static str,
        f: impl Fn(Machine, T) -> T + Copy + Sync,
        slope: impl Fn(Machine, T) -> T + Copy + Send + Sync + 'static,
        curvature: impl for<'a> Fn(Var<'a, T>) -> Var<'a, T> + Copy + Send + 'static,
    ) -> Self {
        self.each(name, f, move |g, x, _y| g.times_slope(x, slope, curvature))
    }

    /// `ȳ f′(x)`.
    #[track_caller]
    fn times_slope(
        self,
        x: Self,
        slope: impl Fn(Machine, T) -> T + Copy + Send + Sync + 'static,
        curvature: impl for<'a> Fn(Var<'a, T>) -> Var<'a, T> + Copy + Send + 'static,
    ) -> Self {
        self.pairs(
            "slope",
            x,
            #[inline(always)]
            move |on, g, x| g * slope(on, x),
            move |h, _g, x, _| h.times_slope(x, slope, curvature),
            move |h, g, x, _| h * g * curvature(x),
        )
    }

    /// `f(ȳ, x)`, which is linear in `ȳ` and changes with `x` in steps only.
    #[track_caller]
    pub(crate) fn piecewise(
        self,
        name: &'static str,
        x: Self,
        f: impl Fn(T, T) -> T + Copy + Send + Sync + 'static,
    ) -> Self {
        let value = self.zip(name, x, move |_, g, x| f(g, x));
        if !self.tape.is_recording() {
            return self.constant(name, value);
        }
        let g_rule = Vjp::new(move |h, operands, _| h.piecewise(name, operands[1], f));
        self.tape
            .push(name, value, [(self.index, g_rule), (x.index, Vjp::none())])
    }

    /// `f` of each element.
    #[inline]
    pub(crate) fn map(self, f: impl Fn(Machine, T) -> T + Copy + Sync) -> Value<T> {
        let x = self.read();
        let mut value = self.tape.fresh(x.shape().clone());
        kernel::map(value.numbers_mut(), x.numbers(), f);
        value
    }

    /// What a function of slices `(x, out)` makes of the elements.
    pub(crate) fn slices(self, f: impl FnOnce(&[T], &mut [T])) -> Value<T> {
        let x = self.read();
        let mut value = self.tape.fresh(x.shape().clone());
        f(x.numbers(), value.numbers_mut());
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
            kernel::zip(value.numbers_mut(), x.numbers(), y.numbers(), f);
            return value;
        }
        let shape = broadcast_of(operation, x.shape(), y.shape());
        let mut value = self.tape.fresh(shape.clone());
        kernel::broadcast(
            value.numbers_mut(),
            &shape,
            (x.numbers(), x.shape()),
            (y.numbers(), y.shape()),
            f,
        );
        value
    }

    /// A value computed from this one that has no derivative, or none but zero.
    #[track_caller]
    pub(crate) fn constant(self, name: &'static str, value: Value<T>) -> Self {
        self.tape.leaf(name, value, false)
    }

    #[track_caller]
    pub(crate) fn same_tape(self, operation: &str, y: Self) {
        if !std::ptr::eq(self.tape, y.tape) {
            error::two_tapes(operation);
        }
    }
}

/// The shape that two operands broadcast to.
#[track_caller]
fn broadcast_of(operation: &str, x: &[usize], y: &[usize]) -> Shape {
    match broadcast(x, y) {
        Some(shape) => shape,
        None => error::broadcast(operation, x, y),
    }
}
