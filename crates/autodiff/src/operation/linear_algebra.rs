//! Products of vectors and matrices.

mod diagonal;
mod dot;
mod inner;
mod outer;
mod trace;
