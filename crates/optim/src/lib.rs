//! Update rules, decay and learning-rate schedules for tapegrad networks.
//!
//! A [`Rule`] is written once, for one number, generic over [`Real`]. An [`Optimizer`] lifts it to
//! arrays, as one fused loop in place; an [`Unroll`] lifts the same text to the tape, as a step
//! that can be differentiated.
//!
//! ```
//! use ndarray::array;
//! use tapegrad_autodiff::Tape;
//! use tapegrad_nn::{Dense, Loss, Module, Scope, loss};
//! use tapegrad_optim::Adam;
//!
//! let (x, y) = (array![[0.0], [1.0], [2.0]], array![[1.0], [3.0], [5.0]]);
//! let mut model = Dense::<f64>::new(1, 1);
//! let mut optimizer = Adam::new(0.1);
//! let mut tape = Tape::new();
//! for _ in 0..500 {
//!     let on = Scope::train(&tape);
//!     let gradients = on.backward(loss::SquaredError.mean(model.forward(&on, on.input(&x)), &y));
//!     tape.clear();                                  // before the step, so that it is in place
//!     optimizer.step(&mut model, &gradients);
//! }
//! assert!((model.weight.value[[0, 0]] - 2.0).abs() < 1e-3);
//! ```

mod after_update;
mod average;
mod decay;
mod error;
mod flat;
mod guard;
mod lbfgs;
mod ledger;
mod lift;
mod lookahead;
mod lr_finder;
mod optimize;
mod optimizer;
mod param_group;
mod parameters;
mod proximal_gradient;
mod rule;
mod sam;
pub mod schedule;
mod settings;
mod state;
mod unroll;

pub use average::{Average, Averaging, Ema, Swa};
pub use decay::{Decay, Decayed};
pub use guard::{Guard, GuardError, NotFinite};
pub use lbfgs::{Lbfgs, LbfgsEnd, LbfgsReport};
pub use ledger::{Change, Changes, Ledger, Lint, Row, Warning};
pub use lookahead::Lookahead;
pub use lr_finder::{LrCurve, LrFinder, LrPoint};
pub use optimize::Optimize;
pub use optimizer::Optimizer;
pub use param_group::ParamGroup;
pub use proximal_gradient::{ProximalGradient, ProximalGradientEnd, ProximalGradientReport};
pub use rule::{
    AdaGrad, Adadelta, Adam, AdamW, Adamax, Lamb, Lion, Momentum, NAdam, RAdam, RmsProp, Rprop,
    Rule, Sgd, Then, Yogi,
};
pub use sam::Sam;
pub use schedule::Schedule;
pub use tapegrad_autodiff::Real;
pub use unroll::Unroll;
