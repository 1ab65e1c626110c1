//! The layers of which models are made, each a [`Module`].

mod activation;
mod alpha_dropout;
mod batch_norm;
mod dense;
mod drop_connect;
mod dropout;
mod embedding;
mod flatten;
mod function;
mod gaussian_noise;
mod layer_norm;
mod normalization;
mod p_relu;
mod residual;
mod sequential;
mod tied;
mod variational_dense;
mod variational_dropout;

use std::fmt;

use tapegrad_autodiff::Element;

pub use self::alpha_dropout::AlphaDropout;
pub use self::batch_norm::BatchNorm;
pub use self::dense::Dense;
pub use self::drop_connect::DropConnect;
pub use self::dropout::Dropout;
pub use self::embedding::Embedding;
pub use self::flatten::Flatten;
pub use self::function::Function;
pub use self::gaussian_noise::GaussianNoise;
pub use self::layer_norm::LayerNorm;
pub use self::normalization::Normalization;
pub use self::p_relu::PRelu;
pub use self::residual::Residual;
pub use self::sequential::Sequential;
pub use self::tied::Tied;
pub use self::variational_dense::VariationalDense;
pub use self::variational_dropout::VariationalDropout;
use crate::Module;

/// A [`Module`] that can stand in a list of unlike ones: it can be cloned, printed and shared among
/// threads. Every module that can is a layer, there is nothing to implement.
pub trait Layer<T: Element = f32>: Module<T> + fmt::Debug + Send + Sync {
    /// A clone in a box: a snapshot of the same parameters.
    fn boxed(&self) -> Box<dyn Layer<T>>;
}

impl<T: Element, L: Module<T> + Clone + fmt::Debug + Send + Sync + 'static> Layer<T> for L {
    fn boxed(&self) -> Box<dyn Layer<T>> {
        Box::new(self.clone())
    }
}

impl<T: Element> Clone for Box<dyn Layer<T>> {
    fn clone(&self) -> Self {
        (**self).boxed()
    }
}
