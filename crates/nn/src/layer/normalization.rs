use tapegrad_autodiff::{Element, Var};

use crate::{BatchNorm, LayerNorm, Module, Name, Param, Scope};

/// How a [`Dense`](crate::Dense) layer normalises before its activation.
///
/// ```
/// use tapegrad_nn::{BatchNorm, Dense, Normalization};
/// let layer = Dense::<f32>::new(3, 8).normalize(|width| BatchNorm::new(width).momentum(0.01));
/// assert!(matches!(layer.normalization, Some(Normalization::Batch(_))));
/// ```
#[derive(Clone, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "a network has few, and a box would stand between a user and its fields"
)]
#[non_exhaustive]
pub enum Normalization<T: Element = f32> {
    /// Over the batch.
    Batch(BatchNorm<T>),
    /// Over the features.
    Layer(LayerNorm<T>),
}

impl<T: Element> From<BatchNorm<T>> for Normalization<T> {
    fn from(layer: BatchNorm<T>) -> Self {
        Self::Batch(layer)
    }
}

impl<T: Element> From<LayerNorm<T>> for Normalization<T> {
    fn from(layer: LayerNorm<T>) -> Self {
        Self::Layer(layer)
    }
}

impl<T: Element> Module<T> for Normalization<T> {
    fn forward<'t>(&self, on: &Scope<'t, T>, x: Var<'t, T>) -> Var<'t, T> {
        match self {
            Self::Batch(layer) => layer.forward(on, x),
            Self::Layer(layer) => layer.forward(on, x),
        }
    }

    fn visit<'a>(&'a self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &'a Param<T>)) {
        match self {
            Self::Batch(layer) => layer.visit(at, f),
            Self::Layer(layer) => layer.visit(at, f),
        }
    }

    fn visit_mut(&mut self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &mut Param<T>)) {
        match self {
            Self::Batch(layer) => layer.visit_mut(at, f),
            Self::Layer(layer) => layer.visit_mut(at, f),
        }
    }
}
