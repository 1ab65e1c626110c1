//! Products of vectors and matrices, systems of equations.

mod cholesky;
mod diagonal;
mod dot;
mod inner;
mod outer;
mod solve;
mod symmetric;
mod trace;
mod triangular;
