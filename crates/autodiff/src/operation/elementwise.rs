//! Functions of each element.

mod abs;
mod arithmetic;
mod error_function;
mod exponential;
mod extremum;
mod logarithm;
mod power;
mod trigonometric;
