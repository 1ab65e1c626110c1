//! Products of vectors and matrices.

mod dot;
mod inner;
