use tapegrad_autodiff::{Element, Var};

use crate::{Module, Name, Param, Scope, error};

/// All axes but the first as one: inputs `[rows, …]`, outputs `[rows, features]`, the numbers in
/// the same order. Rows of single numbers get an axis of the size 1.
///
/// ```
/// use tapegrad_nn::{Flatten, Module};
/// let x = ndarray::Array3::<f32>::zeros([5, 3, 2]);
/// assert_eq!(Flatten.predict(&x).shape(), [5, 6]);
/// ```
///
/// # Panics
/// `forward` panics if the input is a single number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flatten;

impl<T: Element> Module<T> for Flatten {
    fn forward<'t>(&self, on: &Scope<'t, T>, x: Var<'t, T>) -> Var<'t, T> {
        match &x.shape()[..] {
            [] => error::flatten(&on.path()),
            [rows, features @ ..] => x.reshape(&[*rows, features.iter().product()]),
        }
    }

    fn visit<'a>(&'a self, _at: &Name<'_>, _f: &mut dyn FnMut(&Name<'_>, &'a Param<T>)) {}

    fn visit_mut(&mut self, _at: &Name<'_>, _f: &mut dyn FnMut(&Name<'_>, &mut Param<T>)) {}
}
