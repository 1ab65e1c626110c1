use ndarray::ArrayD;
use tapegrad_autodiff::{Element, Var};

use crate::{Module, Name, Param, Role, Scope, error};

/// The rectifier with a trained slope: `y = x` above 0 and `a x` elsewhere, with `∂x = 1` above 0
/// and `a` elsewhere, at 0 as well; inputs and outputs `[…, features]` (He et al. 2015).
///
/// The slopes `a` start at 0.25, one for each feature, or one for all. Like a gain they are not
/// decayed.
///
/// ```
/// use ndarray::array;
/// use tapegrad_nn::{Module, PRelu};
/// assert_eq!(PRelu::<f64>::new(2).predict(array![[-4.0, 4.0]]), array![[-1.0, 4.0]].into_dyn());
/// ```
///
/// # Panics
/// `forward` panics if the last axis of the input is not the number of features.
#[derive(Clone, Debug)]
pub struct PRelu<T: Element = f32> {
    /// `a`: `[features]`, or `[]` if there is one for all.
    pub slope: Param<T>,
}

impl<T: Element> PRelu<T> {
    /// A slope for each feature.
    pub fn new(features: usize) -> Self {
        Self::of(&[features])
    }

    /// One slope for all features.
    pub fn shared() -> Self {
        Self::of(&[])
    }

    fn of(shape: &[usize]) -> Self {
        let slope = ArrayD::from_elem(shape, T::of(0.25));
        Self {
            slope: Param::new(Role::Gain, slope),
        }
    }
}

impl<T: Element> Module<T> for PRelu<T> {
    fn forward<'t>(&self, on: &Scope<'t, T>, x: Var<'t, T>) -> Var<'t, T> {
        let (input, slope) = (x.shape(), self.slope.value.shape());
        if !slope.is_empty() && input.last() != slope.last() {
            error::features("parametric rectifier", &on.path(), &input, slope[0]);
        }
        x.greater(T::zero()).where_(x, x * on.param(&self.slope))
    }

    fn visit<'a>(&'a self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &'a Param<T>)) {
        f(&at.child("slope"), &self.slope);
    }

    fn visit_mut(&mut self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &mut Param<T>)) {
        f(&at.child("slope"), &mut self.slope);
    }
}
