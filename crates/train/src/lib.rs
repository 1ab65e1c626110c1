//! Data sets, a [`Trainer`] with callbacks and checkpoints, metrics, pictures and the importance of inputs for training small networks.
//!
//! ```
//! use tapegrad_train::data::{self, Standardizer, Transform};
//!
//! let (train, test) = data::moons::<f32>(100, 0.2, 1).split(0.3, 1);
//! let standardizer = Standardizer::fit(&train.x);        // on the training rows only
//! let (train, test) = (train.map_x(|x| standardizer.transform(x)), test.map_x(|x| standardizer.transform(x)));
//! for batch in train.batches(8, 1, 0) {
//!     assert!(batch.rows() <= 8);
//! }
//! assert_eq!((train.rows(), test.rows()), (30, 70));
//! ```

pub mod augmentation;
pub mod callback;
mod checkpoints;
pub mod data;
mod diagnosis;
mod error;
mod fingerprint;
mod fit_error;
mod history;
pub mod importance;
pub mod metric;
pub mod plot;
mod trainer;

pub use checkpoints::{Checkpoints, Found};
pub use diagnosis::Finding;
pub use fit_error::FitError;
pub use history::History;
pub use trainer::{End, Evaluation, Fit, Resumed, Trainer};
