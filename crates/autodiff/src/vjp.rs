//! What an operation says of one operand.

use std::fmt;

use smallbox::SmallBox;
use smallbox::space::S4;

use crate::{Element, Var};

/// The rule of one operand of an operation: its cotangent, a vector-Jacobian product, from `(the
/// cotangent of the result, the operands, the result)`.
///
/// A rule captures plain data only and is written in the operations of [`Var`], so it can itself be
/// differentiated. It may return the cotangent before un-broadcasting: the engine sums it to the
/// operand's shape. Operations of your own take theirs by [`Tape::custom`](crate::Tape::custom).
pub struct Vjp<T: Element = f32>(Option<SmallBox<VjpFn<T>, S4>>);

/// The function of a [`Vjp`]. Up to four words of data that it captures stand in the record itself.
pub(crate) type VjpFn<T> =
    dyn for<'t> Fn(Var<'t, T>, &[Var<'t, T>], Var<'t, T>) -> Var<'t, T> + Send;

impl<T: Element> Vjp<T> {
    /// The rule `(ȳ, operands, y) → x̄` of an operand `x` with the result `y`.
    #[inline]
    pub fn new(
        rule: impl for<'t> Fn(Var<'t, T>, &[Var<'t, T>], Var<'t, T>) -> Var<'t, T> + Send + 'static,
    ) -> Self {
        Self(Some(smallbox::smallbox!(rule)))
    }

    /// That of an operand by which the result has no derivative, or none but zero.
    #[inline]
    pub fn none() -> Self {
        Self(None)
    }

    /// Whether there is a derivative.
    #[inline]
    pub(crate) fn is_some(&self) -> bool {
        self.0.is_some()
    }

    /// The rule, which is missing from then on.
    #[inline]
    pub(crate) fn take(&mut self) -> Self {
        Self(self.0.take())
    }

    /// The function.
    #[inline]
    pub(crate) fn function(&self) -> &VjpFn<T> {
        self.0
            .as_deref()
            .expect("a rule that is there does not run within itself")
    }
}

impl<T: Element> fmt::Debug for Vjp<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_some() { "Vjp" } else { "no Vjp" })
    }
}
