//! Loops over numbers. Everything above this module is written in whole arrays.

pub(crate) mod elementwise;
pub mod machine;
pub(crate) mod product;
pub mod reduction;
pub(crate) mod softmax;
