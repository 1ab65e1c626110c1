use ndarray::{ArcArray, ArrayBase, Data, DataOwned, Dimension, IxDyn};

use crate::{Element, Tape, Var};

/// An array of run-time rank whose storage is shared: `clone` copies a handle, writing copies the numbers if someone else holds them.
pub type ArcArrayD<T> = ArcArray<T, IxDyn>;

/// What can become a value on a tape: a number, an owned array of any rank, or a reference to an array or view.
///
/// An `ArcArray` in standard layout is shared, an owned `Array` in standard layout is moved; everything else is copied,
/// because values on a tape are contiguous.
pub trait IntoValue<T: Element> {
    /// The contiguous value.
    fn into_value(self) -> ArcArrayD<T>;
}

impl<T: Element> IntoValue<T> for T {
    fn into_value(self) -> ArcArrayD<T> {
        ArcArray::from_elem(IxDyn(&[]), self)
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

/// What can stand in an expression beside the variables of a tape: a variable itself, or an array that joins the tape as a constant.
pub trait IntoVar<'t, T: Element> {
    /// The variable on `tape`.
    fn into_var(self, tape: &'t Tape<T>) -> Var<'t, T>;
}

impl<'t, T: Element> IntoVar<'t, T> for Var<'t, T> {
    fn into_var(self, _tape: &'t Tape<T>) -> Var<'t, T> {
        self
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
