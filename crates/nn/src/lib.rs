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

pub mod check;
mod dense;
mod error;
mod gradient_map;
mod initializer;
pub mod loss;
mod mlp;
mod module;
mod name;
mod notes;
mod param;
mod penalty;
pub mod random;
mod scope;

pub use dense::Dense;
pub use gradient_map::GradientMap;
pub use initializer::Initializer;
pub use loss::Loss;
pub use mlp::Mlp;
pub use module::Module;
pub use name::Name;
pub use param::{Param, ParamId, Role};
pub use penalty::{Penalty, Strength};
pub use scope::{Scope, Within};
pub use tapegrad_autodiff::Activation;
