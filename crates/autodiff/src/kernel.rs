//! Loops over numbers: all that is vectorised, and all that is `unsafe`. What stands above this
//! module is written in whole arrays.
//!
//! The functions are public for those who write a training step by hand; they know slices and
//! nothing of a tape.

pub(crate) mod blocks;
pub mod cholesky;
pub mod elementary;
pub mod elementwise;
pub mod machine;
pub(crate) mod normalize;
pub mod product;
pub mod reduction;
pub mod softmax;
pub mod threads;
pub mod triangular;
