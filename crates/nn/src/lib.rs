//! Small networks on the tapegrad tape: parameters, layers, losses, penalties and initialisers.
//!
//! A layer is a plain struct of [`Param`]s. A [`Scope`] puts them on a tape, each once;
//! [`Module::forward`] computes with them there, [`Module::penalty`] sums what their [`Penalty`]s
//! cost, and [`Scope::backward`] returns the gradients keyed by parameter.
//!
//! ```
//! use ndarray::array;
//! use tapegrad_autodiff::Tape;
//! use tapegrad_nn::{Activation, Loss, Mlp, Module, Penalty, Scope, loss};
//!
//! let (x, y) = (array![[0.0], [1.0]], array![[1.0], [3.0]]);
//! let model = Mlp::<f64>::new(&[1, 8, 1]).activation(Activation::Tanh).seed(1).penalize(0, Penalty::l2(1e-3));
//!
//! let tape = Tape::new();
//! let on = Scope::train(&tape);
//! let data_loss = loss::SquaredError.mean(model.forward(&on, on.input(&x)), &y);
//! let gradients = on.backward(data_loss + model.penalty(&on));
//! assert_eq!(gradients.wrt(&model.layers[0].weight).shape(), [1, 8]);
//! ```
//!
//! | layers | |
//! |---|---|
//! | with weights | [`Dense`], [`DropConnect`], [`Embedding`], [`Tied`] |
//! | with a distribution over weights | [`VariationalDense`], [`VariationalDropout`] |
//! | normalisation | [`BatchNorm`], [`LayerNorm`] |
//! | noise in training | [`Dropout`], [`AlphaDropout`], [`GaussianNoise`] |
//! | elementwise | [`Activation`], [`PRelu`] |
//! | of other layers | [`Mlp`], [`Sequential`], [`Residual`] |
//! | other | [`Flatten`], [`Function`] |

pub mod check;
pub mod checkpoint;
mod compact;
mod constraint;
#[cfg(feature = "description")]
pub mod description;
mod error;
pub mod file;
mod freeze;
mod gradient_map;
mod groups;
mod initializer;
mod kkt;
mod lambda;
mod layer;
pub mod loss;
mod mlp;
mod module;
mod name;
mod notes;
mod param;
mod pattern;
pub mod penalty;
mod predictive;
pub mod random;
#[cfg(feature = "safetensors")]
pub mod safetensors;
mod schedule;
mod scope;
mod sparsity;
mod statistics;
pub mod summary;

pub use checkpoint::{Checkpoint, LoadError, LoadProblem, SaveError, Section};
pub use compact::{Compact, compact};
pub use constraint::Constraint;
#[cfg(feature = "description")]
pub use description::{DescriptionError, LayerDescription, MlpDescription};
pub use gradient_map::{Accumulation, AdaptiveClipping, GradientMap, GradientNoise};
pub use groups::{Groups, norm};
pub use initializer::Initializer;
pub use kkt::{Kkt, KktResidual, kkt, kkt_at};
pub use lambda::Lambda;
pub use layer::{
    AlphaDropout, BatchNorm, Dense, DropConnect, Dropout, Embedding, Flatten, Function,
    GaussianNoise, Layer, LayerNorm, Normalization, PRelu, Residual, Sequential, Tied,
    VariationalDense, VariationalDropout,
};
pub use loss::Loss;
pub use mlp::Mlp;
pub use module::Module;
pub use name::Name;
pub use param::{Param, ParamId, Role};
pub use pattern::matches;
pub use penalty::{Penalty, Strength};
pub use predictive::{Predictive, predictive};
pub use schedule::Schedule;
pub use scope::{Scope, Within};
pub use sparsity::{Sparsity, WeightSparsity, sparsity};
pub use statistics::recompute_statistics;
pub use summary::{Summary, summary, summary_with_input};
pub use tapegrad_autodiff::Activation;
