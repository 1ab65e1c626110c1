use std::borrow::Cow;

use ndarray::{ArrayBase, ArrayView2, Data, DataOwned, Ix1, Ix2, IxDyn};
use tapegrad_autodiff::{Classes, Element, IntoVar, Tape, Var};

use crate::error;

/// One class index for each row: made from `&[usize]`, `&[usize; N]`, `&Vec<usize>`, a reference
/// to an array or view of `usize` with one axis, or to one of numbers `[rows, 1]`, as are the targets of a data
/// set: those must be whole and at least 0, or it panics.
#[derive(Clone, Debug)]
pub struct ClassIndices<'c>(Cow<'c, [usize]>);

impl<'c> ClassIndices<'c> {
    /// The indices in the order of the rows.
    pub fn as_slice(&self) -> &[usize] {
        &self.0
    }

    /// Of numbers in one column, `[rows, 1]`.
    #[track_caller]
    fn of_column<T: Element>(shape: &[usize], numbers: impl Iterator<Item = T>) -> Self {
        if !is_column(shape) {
            error::class_column(shape);
        }
        let mut classes = Vec::with_capacity(shape[0]);
        for (row, number) in numbers.enumerate() {
            let number = number.wide();
            // Of NaN and ∞ the fraction is NaN.
            if number < 0.0 || number.fract() != 0.0 {
                error::no_class(row, number);
            }
            classes.push(number as usize);
        }
        Self(Cow::Owned(classes))
    }

    /// Panics unless logits are `[rows, classes]`, with a class of theirs for each of their rows.
    #[track_caller]
    pub(super) fn check<T: Element>(&self, loss: &str, logits: Var<'_, T>) {
        let shape = logits.shape();
        let [rows, count] = shape[..] else {
            error::predictions(loss, &shape, "[rows, classes]")
        };
        if self.0.len() != rows {
            error::class_count(loss, self.0.len(), &shape);
        }
        if let Some(row) = self.0.iter().position(|&class| class >= count) {
            error::class(loss, row, self.0[row], &shape);
        }
        if logits.is_empty() {
            error::nothing(loss, &shape);
        }
    }

    /// The indices as a column `[rows, 1]`.
    pub(super) fn column(&self) -> ArrayView2<'_, usize> {
        ArrayView2::from_shape((self.0.len(), 1), &self.0).expect("one index a row")
    }

    /// Scores `[rows, classes]` with −∞ in the place of each row's class.
    #[track_caller]
    pub(super) fn others<'t, T: Element>(&self, scores: Var<'t, T>) -> Var<'t, T> {
        let nothing = scores.tape().constant(T::neg_infinity());
        scores.scatter_add(1, &self.column(), nothing.broadcast_to(&[self.0.len(), 1]))
    }
}

/// Whether numbers are one a row: class indices then, as probabilities are of two classes at least.
fn is_column(shape: &[usize]) -> bool {
    matches!(shape, [_, 1])
}

/// What the rows of logits `[rows, classes]` should be.
#[derive(Clone, Debug)]
pub enum ClassTargets<'t, 'c, T: Element> {
    /// One class for each row.
    Indices(ClassIndices<'c>),
    /// One class for each row, with settings.
    Classes(Classes<'c>),
    /// For each row the probabilities of the classes.
    Probabilities(Var<'t, T>),
}

/// What [`CrossEntropy`](super::CrossEntropy) takes as targets: what makes [`ClassIndices`],
/// [`Classes`], or probabilities as a variable or an array of two axes or any number of them. An array `[rows, 1]`
/// holds class indices.
#[diagnostic::on_unimplemented(
    message = "`{Self}` tells no classes of rows of `{T}`",
    note = "references to lists of `usize`, `Classes`, and variables or arrays of probabilities do"
)]
pub trait IntoClassTargets<'t, 'c, T: Element> {
    /// The targets, probabilities on `tape`.
    #[track_caller]
    fn into_class_targets(self, tape: &'t Tape<T>) -> ClassTargets<'t, 'c, T>;
}

macro_rules! indices {
    ($([$($parameter:tt)*] $list:ty, $all:ident => $slice:expr;)+) => {$(
        impl<'c, $($parameter)*> From<&'c $list> for ClassIndices<'c> {
            fn from($all: &'c $list) -> Self {
                Self($slice)
            }
        }

        impl<'t, 'c, T: Element, $($parameter)*> IntoClassTargets<'t, 'c, T> for &'c $list {
            fn into_class_targets(self, _tape: &'t Tape<T>) -> ClassTargets<'t, 'c, T> {
                ClassTargets::Indices(self.into())
            }
        }
    )+};
}

indices! {
    [] [usize], all => Cow::Borrowed(all);
    [const N: usize] [usize; N], all => Cow::Borrowed(all);
    [] Vec<usize>, all => Cow::Borrowed(all);
    // Copied where they do not lie side by side.
    [S: Data<Elem = usize>] ArrayBase<S, Ix1>, all =>
        all.as_slice().map_or_else(|| Cow::Owned(all.to_vec()), Cow::Borrowed);
}

impl<'t, 'c, T: Element> IntoClassTargets<'t, 'c, T> for Classes<'c> {
    fn into_class_targets(self, _tape: &'t Tape<T>) -> ClassTargets<'t, 'c, T> {
        ClassTargets::Classes(self)
    }
}

impl<'t, 'c, T: Element> IntoClassTargets<'t, 'c, T> for Var<'t, T> {
    fn into_class_targets(self, _tape: &'t Tape<T>) -> ClassTargets<'t, 'c, T> {
        ClassTargets::Probabilities(self)
    }
}

// Not of every dimension: for one axis there would be two implementations, as far as the compiler
// can tell.
macro_rules! columns {
    ($($dimension:ty)+) => {$(
        impl<'c, T: Element, S: Data<Elem = T>> From<&'c ArrayBase<S, $dimension>> for ClassIndices<'c> {
            #[track_caller]
            fn from(column: &'c ArrayBase<S, $dimension>) -> Self {
                Self::of_column(column.shape(), column.iter().copied())
            }
        }
    )+};
}

columns! { Ix2 IxDyn }

macro_rules! probabilities {
    ($([$($parameter:tt)*] $array:ty;)+) => {$(
        impl<'t, 'c, T: Element, $($parameter)*> IntoClassTargets<'t, 'c, T> for $array {
            #[track_caller]
            fn into_class_targets(self, tape: &'t Tape<T>) -> ClassTargets<'t, 'c, T> {
                if is_column(self.shape()) {
                    let classes = ClassIndices::of_column(self.shape(), self.iter().copied());
                    return ClassTargets::Indices(classes);
                }
                ClassTargets::Probabilities(self.into_var(tape))
            }
        }
    )+};
}

probabilities! {
    [S: Data<Elem = T>] &ArrayBase<S, Ix2>;
    [S: Data<Elem = T>] &ArrayBase<S, IxDyn>;
    [S: DataOwned<Elem = T>] ArrayBase<S, Ix2>;
    [S: DataOwned<Elem = T>] ArrayBase<S, IxDyn>;
}
