use tapegrad_autodiff::{Element, Var};

use crate::{Layer, Module, Name, Param, Scope};

/// Layers of any kind, one after the other: `y = fₙ(… f₂(f₁(x)))`; without any, `y = x`. Activations
/// are layers, too.
///
/// Layers draw weights from their own seeds: give those of one shape different ones. A layer's name
/// and its [stream](Scope::part_stream) go by its place in the list. What is told of misuse names
/// the layer, too; the line is one of this crate, because which layer is called is only known as the
/// program runs.
///
/// ```
/// use tapegrad_nn::{Activation, Dense, Dropout, Module, Sequential};
///
/// let model = Sequential::<f32>::new()
///     .then(Dense::new(2, 16).seed(1))
///     .then(Activation::Relu)
///     .then(Dropout::new(0.5))
///     .then(Dense::new(16, 1).seed(2));
/// assert_eq!(model.parameters()[2].0, "layers.3.weight");
/// assert_eq!(model.predict(ndarray::array![[0.5, 1.0]]).shape(), [1, 1]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Sequential<T: Element = f32> {
    /// From the input to the output.
    pub layers: Vec<Box<dyn Layer<T>>>,
}

impl<T: Element> Sequential<T> {
    /// No layers yet.
    pub fn new() -> Self {
        Self { layers: Vec::new() }
    }

    /// One more layer, after the others.
    pub fn then(mut self, layer: impl Layer<T> + 'static) -> Self {
        self.layers.push(Box::new(layer));
        self
    }
}

impl<T: Element> Module<T> for Sequential<T> {
    fn forward<'t>(&self, on: &Scope<'t, T>, x: Var<'t, T>) -> Var<'t, T> {
        let mut y = x;
        for (index, layer) in self.layers.iter().enumerate() {
            y = on.part("layers", index, &**layer, y);
        }
        y
    }

    fn visit<'a>(&'a self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &'a Param<T>)) {
        let layers = at.child("layers");
        for (index, layer) in self.layers.iter().enumerate() {
            layer.visit(&layers.index(index), f);
        }
    }

    fn visit_mut(&mut self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &mut Param<T>)) {
        let layers = at.child("layers");
        for (index, layer) in self.layers.iter_mut().enumerate() {
            layer.visit_mut(&layers.index(index), f);
        }
    }
}
