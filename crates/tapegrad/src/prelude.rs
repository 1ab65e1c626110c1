//! What a program that trains networks names, in one line: `use tapegrad::prelude::*;`.

pub use tapegrad_autodiff::{
    ArcArrayD, Classes, Element, Real, Tape, Var, Vjp, concatenate, keep, stack,
};
pub use tapegrad_nn::{
    Accumulation, Activation, AdaptiveClipping, AlphaDropout, BatchNorm, Constraint, Dense,
    DropConnect, Dropout, Embedding, Flatten, Function, GaussianNoise, GradientMap, GradientNoise,
    Groups, Initializer, Lambda, Layer, LayerNorm, Loss, Mlp, Module, Name, Normalization, PRelu,
    Param, Penalty, Residual, Role, Scope, Sequential, Strength, Tied, compact, file, kkt, loss,
    recompute_statistics, sparsity, summary, summary_with_input,
};
#[cfg(feature = "description")]
pub use tapegrad_nn::{DescriptionError, LayerDescription, MlpDescription};
// Its methods are there also in a program with a `Loss` of its own.
pub use tapegrad_nn::Loss as _;
pub use tapegrad_optim::{
    Adam, AdamW, Average, Changes, Decay, Ema, Guard, Ledger, LrFinder, Momentum, Optimizer,
    ParamGroup, RmsProp, Rule, Schedule, Sgd, Swa, Unroll, schedule,
};
pub use tapegrad_train::data::{self, Dataset, Splitter, Standardizer, Transform};
pub use tapegrad_train::{metric, plot};
