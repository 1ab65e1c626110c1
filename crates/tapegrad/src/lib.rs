#![doc = include_str!("../../../README.md")]

pub use tapegrad_autodiff as autodiff;
pub use tapegrad_nn as nn;
pub use tapegrad_optim as optim;
pub use tapegrad_train as train;
pub use tapegrad_tune as tune;

pub use tapegrad_autodiff::kernel::threads::{set_threads, threads};
pub use tapegrad_autodiff::{Tape, Var, functional, ndarray};
#[cfg(feature = "description")]
pub use tapegrad_nn::description;
pub use tapegrad_nn::{check, file, summary};
pub use tapegrad_train::{
    Checkpoints, End, Evaluation, Fit, FitError, History, Resumed, Trainer, augmentation, callback,
    data, importance, metric, plot,
};

pub mod prelude;
