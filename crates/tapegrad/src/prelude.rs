//! What a program that trains networks names, in one line: `use tapegrad::prelude::*;`.

pub use tapegrad_autodiff::{
    ArcArrayD, Classes, Element, Real, Tape, Var, Vjp, concatenate, keep, stack,
};
pub use tapegrad_nn::{
    Accumulation, Activation, AdaptiveClipping, AlphaDropout, BatchNorm, Checkpoint, Constraint,
    Dense, DropConnect, Dropout, Embedding, Flatten, Function, GaussianNoise, GradientMap,
    GradientNoise, Groups, Initializer, Lambda, Layer, LayerNorm, LoadError, LoadProblem, Loss,
    Mlp, Module, Name, Normalization, PRelu, Param, Penalty, Residual, Role, Scope, Section,
    Sequential, Strength, Tied, compact, file, kkt, loss, recompute_statistics, sparsity, summary,
    summary_with_input,
};
#[cfg(feature = "description")]
pub use tapegrad_nn::{DescriptionError, LayerDescription, MlpDescription};
// Its methods are there also in a program with a `Loss` of its own.
pub use tapegrad_nn::Loss as _;
pub use tapegrad_optim::{
    AdaGrad, Adadelta, Adam, AdamW, Adamax, Average, Changes, Decay, Ema, Guard, Lamb, Lbfgs,
    Ledger, Lion, Lookahead, LrFinder, Momentum, NAdam, Optimizer, ParamGroup, ProximalGradient,
    RAdam, RmsProp, Rprop, Rule, Sam, Schedule, Sgd, Swa, Unroll, Yogi, schedule,
};
pub use tapegrad_train::callback::{self, Callback, EarlyStopping, Run};
pub use tapegrad_train::data::{self, Dataset, Splitter, Standardizer, Transform};
pub use tapegrad_train::metric::Metric;
pub use tapegrad_train::{
    Checkpoints, End, Fit, FitError, History, Trainer, augmentation, metric, plot,
};
