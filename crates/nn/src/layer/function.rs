use std::fmt;
use std::sync::Arc;

use tapegrad_autodiff::{Element, Var};

use crate::{Module, Name, Param, Scope};

/// A closure as a layer: `y = f(x)`, without parameters.
///
/// ```
/// use tapegrad_nn::{Dense, Function, Module, Sequential};
///
/// let model = Sequential::<f32>::new().then(Dense::new(2, 3)).then(Function::new(|_on, x| x.softmax(-1)));
/// let sum = model.predict(ndarray::array![[0.5, -0.5]]).sum();
/// assert!((sum - 1.0).abs() < 1e-6);
/// ```
#[derive(Clone)]
pub struct Function<T: Element = f32> {
    f: Arc<dyn ForwardFn<T>>,
}

/// A closure that is a forward pass.
trait ForwardFn<T: Element>: for<'t> Fn(&Scope<'t, T>, Var<'t, T>) -> Var<'t, T> + Send + Sync {}

impl<T: Element, F> ForwardFn<T> for F where
    F: for<'t> Fn(&Scope<'t, T>, Var<'t, T>) -> Var<'t, T> + Send + Sync
{
}

impl<T: Element> Function<T> {
    /// A layer that computes `f` of the pass and the input.
    pub fn new(
        f: impl for<'t> Fn(&Scope<'t, T>, Var<'t, T>) -> Var<'t, T> + Send + Sync + 'static,
    ) -> Self {
        Self { f: Arc::new(f) }
    }
}

impl<T: Element> fmt::Debug for Function<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Function").finish_non_exhaustive()
    }
}

impl<T: Element> Module<T> for Function<T> {
    fn forward<'t>(&self, on: &Scope<'t, T>, x: Var<'t, T>) -> Var<'t, T> {
        (self.f)(on, x)
    }

    fn visit<'a>(&'a self, _at: &Name<'_>, _f: &mut dyn FnMut(&Name<'_>, &'a Param<T>)) {}

    fn visit_mut(&mut self, _at: &Name<'_>, _f: &mut dyn FnMut(&Name<'_>, &mut Param<T>)) {}
}
