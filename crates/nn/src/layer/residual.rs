use tapegrad_autodiff::{Element, Var};

use crate::{Layer, Module, Name, Param, Scope, error};

/// A residual connection: `y = x + f(x)` of a layer `f` whose outputs have the shape of its inputs
/// (He et al. 2016).
///
/// ```
/// use tapegrad_nn::{Activation, Dense, LayerNorm, Module, Residual, Sequential};
///
/// let block = Residual::new(Sequential::<f32>::new().then(LayerNorm::new(4)).then(Dense::new(4, 4).activation(Activation::Relu)));
/// assert_eq!(block.parameters()[2].0, "inner.layers.1.weight");
/// ```
///
/// # Panics
/// `forward` panics if `f(x)` has another shape than `x`.
#[derive(Clone, Debug)]
pub struct Residual<T: Element = f32> {
    /// `f`.
    pub inner: Box<dyn Layer<T>>,
}

impl<T: Element> Residual<T> {
    /// A connection around a layer.
    pub fn new(inner: impl Layer<T> + 'static) -> Self {
        Self {
            inner: Box::new(inner),
        }
    }
}

impl<T: Element> Module<T> for Residual<T> {
    fn forward<'t>(&self, on: &Scope<'t, T>, x: Var<'t, T>) -> Var<'t, T> {
        let y = on.part("inner", None, &*self.inner, x);
        let shapes = [x.shape(), y.shape()];
        if shapes[0] != shapes[1] {
            error::residual(&on.path(), &shapes[0], &shapes[1]);
        }
        x + y
    }

    fn visit<'a>(&'a self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &'a Param<T>)) {
        self.inner.visit(&at.child("inner"), f);
    }

    fn visit_mut(&mut self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &mut Param<T>)) {
        self.inner.visit_mut(&at.child("inner"), f);
    }
}
