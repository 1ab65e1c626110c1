//! Schedules: a number for each step, for learning rates, decays, strengths of penalties and rates of
//! dropout alike. Values are absolute, not factors of a rate that stands elsewhere.
//!
//! All but one are pure functions of the step, with nothing to save or restore; [`ReduceOnPlateau`] has
//! a memory. `t` is the step, counted from 0.
//!
//! | schedule | value | PyTorch's |
//! |---|---|---|
//! | a number | itself | no scheduler |
//! | a closure `\|step: usize\| -> f64` | what it computes | `LambdaLR` |
//! | [`Step`] | a drop every so many steps | `StepLR` |
//! | [`MultiStep`] | a drop at each milestone | `MultiStepLR` |
//! | [`Piecewise`] | a number for each stretch | `ConstantLR` |
//! | [`Exponential`] | a drop every step | `ExponentialLR` |
//! | [`Linear`], [`Polynomial`] | from here to there | `LinearLR`, `PolynomialLR` |
//! | [`Cosine`] | half a wave down | `CosineAnnealingLR` |
//! | [`CosineRestarts`] | many of them | `CosineAnnealingWarmRestarts` |
//! | [`Cyclical`] | triangles | `CyclicLR` |
//! | [`OneCycle`] | up once, and far down | `OneCycleLR` |
//! | [`InverseSqrt`] | up, then `∝ 1/√t` | – |
//! | [`Warmup`] | up to where another schedule starts | `SequentialLR` with `LinearLR` |
//! | [`Join`] | a schedule for each stretch | `SequentialLR` |
//! | [`Product`] | two schedules multiplied, or one scaled by a number | `ChainedScheduler` |
//! | [`Swa`] | another schedule, then down to the rate of averaging | `SWALR` |
//! | [`ReduceOnPlateau`] | a drop when the loss stops falling | `ReduceLROnPlateau` |
//!
//! ```
//! use tapegrad_optim::schedule::{Cosine, Warmup};
//! use tapegrad_optim::{AdamW, Schedule};
//!
//! let lr = Warmup::new(4, Cosine::new(1e-2, 0.0, 96));
//! assert_eq!([lr.at(0), lr.at(4), lr.at(100)], [0.2e-2, 1e-2, 0.0]);
//! let optimizer = AdamW::new::<f32>(lr);
//!
//! // Of a rate of dropout, before each epoch or step.
//! let mut layer = tapegrad_nn::Dense::<f32>::new(8, 8).dropout(0.5);
//! layer.dropout = Some(tapegrad_nn::Dropout::new(Cosine::new(0.5, 0.1, 100).at(50)));
//! ```

mod cosine;
mod cosine_restarts;
mod cyclical;
mod exponential;
mod inverse_sqrt;
mod join;
mod linear;
mod multi_step;
mod one_cycle;
mod piecewise;
mod polynomial;
mod product;
mod reduce_on_plateau;
mod step;
mod swa;
mod warmup;

pub use cosine::Cosine;
pub use cosine_restarts::CosineRestarts;
pub use cyclical::Cyclical;
pub use exponential::Exponential;
pub use inverse_sqrt::InverseSqrt;
pub use join::Join;
pub use linear::Linear;
pub use multi_step::MultiStep;
pub use one_cycle::OneCycle;
pub use piecewise::Piecewise;
pub use polynomial::Polynomial;
pub use product::Product;
pub use reduce_on_plateau::ReduceOnPlateau;
pub use step::Step;
pub use swa::Swa;
pub use tapegrad_nn::Schedule;
pub use warmup::Warmup;
