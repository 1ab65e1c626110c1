//! Learning-rate schedules: pure functions of the step, with nothing to save or restore.

mod cosine;
mod exponential;
mod step;
mod swa;

pub use cosine::Cosine;
pub use exponential::Exponential;
pub use step::Step;
pub use swa::Swa;
pub use tapegrad_nn::Schedule;
