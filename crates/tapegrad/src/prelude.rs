//! What a program that trains networks names, in one line: `use tapegrad::prelude::*;`.

pub use tapegrad_autodiff::{
    ArcArrayD, Classes, Element, Real, Tape, Var, Vjp, concatenate, keep, stack,
};
pub use tapegrad_nn::{
    Activation, Dense, GradientMap, Initializer, Loss, Mlp, Module, Name, Param, Penalty, Role,
    Scope, loss,
};
// Its methods are there also in a program with a `Loss` of its own.
pub use tapegrad_nn::Loss as _;
pub use tapegrad_optim::{
    Adam, AdamW, Decay, Momentum, Optimizer, RmsProp, Rule, Schedule, Sgd, Unroll, schedule,
};
pub use tapegrad_train::data::{self, Dataset, Standardizer};
pub use tapegrad_train::{metric, plot};
