//! Penalty strengths and training arguments of a network, chosen by data that it is not trained on, or by the evidence
//! of those that it is.
//!
//! | | by | needs |
//! |---|---|---|
//! | [study](Study) | trials of a [`Space`], where a [`search`] says | an objective that gives a score, some ten to a hundred fits |
//! | [selection](ModelSelection) | a broad study, one around its best, the best by folds, a test | the same for any rows, and rows to test on |
//! | [path](Path) | one strength from strong to weak, or back: exact zeros, cross-validation, stability | a fit for each of some hundred, each from its neighbour |
//! | [validation gradient](Tuner) | `dV/dlog λ` of every strength at once | rows to validate on, some ten fits |
//! | [evidence](Evidence) | how probable the training rows are, for every L2 strength at once | no other rows, some ten fits |
//!
//! [`HyperParameters`] names what is chosen, a [`ValidationGradient`] says what the validation loss `V` of the
//! trained model changes by: [`Implicit`] at a minimum, or [`Unrolled`] through training steps. A [`Tuner`] goes
//! down that gradient by any update rule, and begins each fit where the one before ended.
//!
//! ```
//! use tapegrad_nn::{Dense, Loss, Module, Penalty, Strength, loss};
//! use tapegrad_optim::{Adam, Lbfgs};
//! use tapegrad_train::data;
//! use tapegrad_tune::{HyperParameters, Implicit, Tuner};
//!
//! // Twenty inputs of which four matter, thirty noisy rows to learn from.
//! let (train, validation) = data::sparse_linear_regression::<f64>(60, 20, 4, 2.0, 1).0.split(0.5, 1);
//! let ridge = Strength::new(1e-3);
//! let mut model = Dense::new(20, 1).penalize(Penalty::l2(&ridge));
//!
//! let mut hyper = HyperParameters::new();
//! hyper.strength("ridge", &ridge);
//! let mut tuner = Tuner::new(hyper, Adam::new(0.5), Implicit::new());
//! for _ in 0..15 {
//!     tuner.step(
//!         &mut model,
//!         |model, _| {
//!             Lbfgs::new().fit(model, |on, model| {
//!                 loss::SquaredError.mean(model.forward(on, on.input(&train.x)), &train.y)
//!             });
//!         },
//!         |on, model| loss::SquaredError.mean(model.forward(on, on.input(&train.x)), &train.y) + model.penalty(on),
//!         |on, model| loss::SquaredError.mean(model.forward(on, on.input(&validation.x)), &validation.y),
//!     )?;
//! }
//! println!("{}", tuner.history());
//! assert!(ridge.at(0) > 0.03);                           // thirty times as strong, and better
//! # Ok::<(), tapegrad_tune::TuneError>(())
//! ```
//!
//! Scores are those of rows to validate on: of [folds](cross_validate), or of one part held out.

mod error;
mod evidence;
mod hyper_gradient;
mod hyper_parameters;
mod implicit;
mod model_selection;
mod path;
pub mod prune;
pub mod search;
mod snapshot;
mod space;
mod study;
mod symmetric;
mod tune_error;
mod tuner;
mod unrolled;
mod validation;
mod validation_gradient;

pub use evidence::{
    Evidence, EvidenceReport, Laplace, Likelihood, Predictive, Relevance, StrengthReport,
};
pub use hyper_gradient::HyperGradient;
pub use hyper_parameters::{HyperParameters, Tuned};
pub use implicit::{Implicit, ImplicitReport};
pub use model_selection::{
    Finalist, ModelSelection, Selected, SelectionError, SelectionProblem, Stage,
};
pub use path::{
    CrossValidatedPath, Entry, FittedPath, Path, PathPoint, PathScore, StabilitySelection,
};
pub use space::{Dimension, Range, Space, SpaceError, Value, Values};
pub use study::{
    Finished, JournalError, Outcome, Resumed, Scored, Study, StudyError, StudyProblem, Trial,
    Trials,
};
pub use tune_error::TuneError;
pub use tuner::Tuner;
pub use unrolled::Unrolled;
pub use validation::{Nested, Scores, ValidationError, cross_validate, nested};
pub use validation_gradient::ValidationGradient;
