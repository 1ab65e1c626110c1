use ndarray::{ArcArray, ArrayBase, Data, DataOwned, Dimension, IxDyn};

use crate::{Element, Tape, Var};

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
}

impl<T: Element> IntoValue<T> for T {
    fn into_value(self) -> ArcArrayD<T> {
        ArcArray::from_elem(IxDyn(&[]), self)
    }
}

impl<T: Element, const N: usize> IntoValue<T> for [T; N] {
    fn into_value(self) -> ArcArrayD<T> {
        self.to_vec().into_value()
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
fn contiguous<T: Element>(x: ArcArrayD<T>) -> ArcArrayD<T> {
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
    fn into_var(self, tape: &'t Tape<T>) -> Var<'t, T>;
}

impl<'t, T: Element> IntoVar<'t, T> for Var<'t, T> {
    fn into_var(self, _tape: &'t Tape<T>) -> Var<'t, T> {
        self
    }
}

impl<'t, T: Element> IntoVar<'t, T> for T {
    fn into_var(self, tape: &'t Tape<T>) -> Var<'t, T> {
        tape.constant(self)
    }
}

impl<'t, T: Element, const N: usize> IntoVar<'t, T> for [T; N] {
    fn into_var(self, tape: &'t Tape<T>) -> Var<'t, T> {
        tape.constant(self)
    }
}

impl<'t, T: Element> IntoVar<'t, T> for Vec<T> {
    fn into_var(self, tape: &'t Tape<T>) -> Var<'t, T> {
        tape.constant(self)
    }
}

impl<'t, T: Element, S: DataOwned<Elem = T>, D: Dimension> IntoVar<'t, T> for ArrayBase<S, D> {
    fn into_var(self, tape: &'t Tape<T>) -> Var<'t, T> {
        tape.constant(self)
    }
}

impl<'t, T: Element, S: Data<Elem = T>, D: Dimension> IntoVar<'t, T> for &ArrayBase<S, D> {
    fn into_var(self, tape: &'t Tape<T>) -> Var<'t, T> {
        tape.constant(self)
    }
}
