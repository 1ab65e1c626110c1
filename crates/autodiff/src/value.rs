use std::sync::Arc;

use ndarray::{ArcArray, ArrayBase, ArrayD, ArrayView2, Data, DataOwned, Dimension, IxDyn};

use crate::spare::{Buffer, Numbers};
use crate::{Element, Shape, Tape, Var};

/// An array of run-time rank whose storage is shared: `clone` copies a handle, writing copies the
/// numbers if someone else holds them.
pub type ArcArrayD<T> = ArcArray<T, IxDyn>;

/// What can become a value on a tape: a number, a Rust array or vector of numbers, an owned ndarray
/// of any rank, or a reference to one or to a view.
///
/// An `ArcArray` in standard layout is shared, an owned `Array` in standard layout is moved;
/// everything else is copied, because values on a tape are contiguous.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no value of `{T}` for a tape",
    note = "numbers, `[{T}; N]`, `Vec<{T}>`, ndarray arrays and references to arrays or views are"
)]
pub trait IntoValue<T: Element> {
    /// The contiguous value.
    fn into_value(self) -> ArcArrayD<T>;

    /// The value on a tape, with a gradient or without.
    #[doc(hidden)]
    #[track_caller]
    fn join(self, tape: &Tape<T>, live: bool) -> Var<'_, T>
    where
        Self: Sized,
    {
        tape.given(tape.shared(self.into_value()), live)
    }
}

impl<T: Element> IntoValue<T> for T {
    fn into_value(self) -> ArcArrayD<T> {
        ArcArray::from_elem(IxDyn(&[]), self)
    }

    #[track_caller]
    fn join(self, tape: &Tape<T>, live: bool) -> Var<'_, T> {
        tape.given(tape.filled(Shape::number(), self), live)
    }
}

impl<T: Element, const N: usize> IntoValue<T> for [T; N] {
    fn into_value(self) -> ArcArrayD<T> {
        self.to_vec().into_value()
    }

    #[track_caller]
    fn join(self, tape: &Tape<T>, live: bool) -> Var<'_, T> {
        let mut value = tape.fresh(Shape::from([N]));
        value.numbers_mut().copy_from_slice(&self);
        tape.given(value, live)
    }
}

impl<T: Element> IntoValue<T> for Vec<T> {
    fn into_value(self) -> ArcArrayD<T> {
        ArcArray::from(self).into_dyn()
    }
}

impl<T: Element, S: DataOwned<Elem = T>, D: Dimension> IntoValue<T> for ArrayBase<S, D> {
    fn into_value(self) -> ArcArrayD<T> {
        contiguous(self.into_dyn().into_shared())
    }
}

impl<T: Element, S: Data<Elem = T>, D: Dimension> IntoValue<T> for &ArrayBase<S, D> {
    fn into_value(self) -> ArcArrayD<T> {
        contiguous(self.to_shared().into_dyn())
    }
}

/// The same array in standard (row-major) layout, copied only if it is not.
pub(crate) fn contiguous<T: Element>(x: ArcArrayD<T>) -> ArcArrayD<T> {
    if x.is_standard_layout() {
        x
    } else {
        x.as_standard_layout().into_owned().into_shared()
    }
}

/// What functions take as data: a variable itself, or a number or array that joins the tape as a
/// constant.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no variable or value of `{T}`",
    note = "variables, numbers, `[{T}; N]`, `Vec<{T}>`, ndarray arrays and references to arrays or views are"
)]
pub trait IntoVar<'t, T: Element> {
    /// The variable on `tape`.
    #[track_caller]
    fn into_var(self, tape: &'t Tape<T>) -> Var<'t, T>;
}

impl<'t, T: Element> IntoVar<'t, T> for Var<'t, T> {
    fn into_var(self, _tape: &'t Tape<T>) -> Var<'t, T> {
        self
    }
}

impl<'t, T: Element> IntoVar<'t, T> for T {
    #[track_caller]
    fn into_var(self, tape: &'t Tape<T>) -> Var<'t, T> {
        tape.constant(self)
    }
}

impl<'t, T: Element, const N: usize> IntoVar<'t, T> for [T; N] {
    #[track_caller]
    fn into_var(self, tape: &'t Tape<T>) -> Var<'t, T> {
        tape.constant(self)
    }
}

impl<'t, T: Element> IntoVar<'t, T> for Vec<T> {
    #[track_caller]
    fn into_var(self, tape: &'t Tape<T>) -> Var<'t, T> {
        tape.constant(self)
    }
}

impl<'t, T: Element, S: DataOwned<Elem = T>, D: Dimension> IntoVar<'t, T> for ArrayBase<S, D> {
    #[track_caller]
    fn into_var(self, tape: &'t Tape<T>) -> Var<'t, T> {
        tape.constant(self)
    }
}

impl<'t, T: Element, S: Data<Elem = T>, D: Dimension> IntoVar<'t, T> for &ArrayBase<S, D> {
    #[track_caller]
    fn into_var(self, tape: &'t Tape<T>) -> Var<'t, T> {
        tape.constant(self)
    }
}

/// A value on a tape: numbers in row-major order under a shape.
#[derive(Clone, Debug)]
pub(crate) struct Value<T: Element> {
    shape: Shape,
    /// `None` of what is never read, because the operation after it did its work as well.
    numbers: Option<Buffer<T>>,
}

impl<T: Element> Value<T> {
    /// Numbers under a shape.
    #[inline]
    pub(crate) fn new(shape: Shape, numbers: Buffer<T>) -> Self {
        debug_assert_eq!(shape.count(), numbers.slice().len());
        Self {
            shape,
            numbers: Some(numbers),
        }
    }

    /// Numbers that are computed when they are read.
    pub(crate) fn lazy(shape: Shape, numbers: Buffer<T>) -> Self {
        let numbers = Some(numbers);
        Self { shape, numbers }
    }

    /// What is never read, because the operation after it did its work as well.
    pub(crate) fn passing(shape: Shape) -> Self {
        Self {
            shape,
            numbers: None,
        }
    }

    /// Whether it is what is never read.
    pub(crate) fn is_passing(&self) -> bool {
        self.numbers.is_none()
    }

    /// The size of each axis.
    #[inline]
    pub(crate) fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The numbers in row-major order.
    #[inline]
    pub(crate) fn numbers(&self) -> &[T] {
        match &self.numbers {
            Some(numbers) => numbers.slice(),
            None => unreachable!("what is passing through is not read"),
        }
    }

    /// The numbers, to be written: those of a value that was just [made](Tape::fresh).
    #[inline]
    pub(crate) fn numbers_mut(&mut self) -> &mut [T] {
        self.unshared().expect("it was just made")
    }

    /// The numbers, to be written, if they are the tape's own and nobody else has them.
    #[inline]
    pub(crate) fn unshared(&mut self) -> Option<&mut [T]> {
        match Arc::get_mut(self.numbers.as_mut()?)? {
            Numbers::Own(numbers) => Some(numbers),
            Numbers::Array(_) | Numbers::Lazy(_) => None,
        }
    }

    /// The same numbers under another shape.
    pub(crate) fn reshaped(&self, shape: Shape) -> Self {
        debug_assert_eq!(shape.count(), self.shape.count());
        Self {
            shape,
            numbers: self.numbers.clone(),
        }
    }

    /// A view of a value with two axes.
    #[inline]
    pub(crate) fn matrix(&self) -> ArrayView2<'_, T> {
        ArrayView2::from_shape((self.shape[0], self.shape[1]), self.numbers())
            .expect("one number for each place")
    }

    /// An array of the same numbers, shared if they came as one.
    pub(crate) fn to_array(&self) -> ArcArrayD<T> {
        let place = "one number for each place";
        match self.numbers.as_deref() {
            Some(Numbers::Array(array)) => array
                .clone()
                .into_shape_with_order(&self.shape)
                .expect(place),
            _ => ArrayD::from_shape_vec(&self.shape, self.numbers().to_vec())
                .expect(place)
                .into_shared(),
        }
    }

    /// Whether the numbers are those of an array, and not a copy.
    pub(crate) fn is_array(&self, array: &ArcArrayD<T>) -> bool {
        matches!(self.numbers.as_deref(), Some(Numbers::Array(own))
            if own.as_ptr() == array.as_ptr()
                && *self.shape == *array.shape()
                && own.strides() == array.strides())
    }

    /// The shape and what the numbers are in.
    #[inline]
    pub(crate) fn into_parts(self) -> (Shape, Option<Buffer<T>>) {
        (self.shape, self.numbers)
    }
}
