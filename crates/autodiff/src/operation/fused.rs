//! What several operations would make in several passes over memory, in one.

mod affine;
mod normalize;
mod penalty;
mod sigmoid_cross_entropy;
mod softmax_cross_entropy;
mod squared_error;
mod total;

pub use total::total;
