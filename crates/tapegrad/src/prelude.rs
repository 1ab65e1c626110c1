//! What a program that trains networks names, in one line: `use tapegrad::prelude::*;`.

pub use tapegrad_autodiff::{
    ArcArrayD, Classes, Element, Real, Tape, Var, Vjp, concatenate, keep, stack,
};
pub use tapegrad_nn::{
    Activation, Constraint, Dense, GradientMap, Groups, Initializer, Lambda, Mlp, Module, Name,
    Param, Penalty, Role, Scope, Strength, file, kkt, loss, sparsity,
};
pub use tapegrad_optim::{
    Adam, AdamW, Decay, Momentum, Optimizer, RmsProp, Rule, Schedule, Sgd, Unroll, schedule,
};
pub use tapegrad_train::data::{self, Dataset, Standardizer};
pub use tapegrad_train::{metric, plot};
