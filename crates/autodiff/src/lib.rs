//! Reverse-mode differentiation on a tape, for small networks on a CPU.
//!
//! A [`Tape`] records what is computed with its variables. A [`Var`] is a `Copy` handle to one
//! value on it; operators and methods work on handles directly, with NumPy's broadcasting and with
//! numbers on either side.
//!
//! | word | meaning |
//! |---|---|
//! | *value* | numbers of any rank in row-major order: an array from outside, shared ([`ArcArrayD`]), or a result, in memory that [`Tape::clear`] keeps for the next |
//! | *cotangent* `g` of a value `x` | `∂y/∂x`, of the shape of `x`, for the one number `y` that is differentiated |
//! | *rule* | what an operation says of one operand: its cotangent from that of the result, written in the operations themselves |
//!
//! The same rules serve two runs. [`Var::backward`] works on values only and frees as it goes: one
//! training step. [`Tape::grad`] records what it does, so its results can be differentiated again,
//! to any order.
//!
//! ```
//! use tapegrad_autodiff::Tape;
//!
//! let tape = Tape::<f64>::new();
//! let x = tape.var(2.0);
//! let y = x.powi(3) + 1.0 / x;
//! assert_eq!(y.backward().wrt(x)[[]], 3.0 * 4.0 - 0.25);
//!
//! let slope = tape.grad(y, &[x])[0];              // a variable like any other
//! let curvature = tape.grad(slope, &[x])[0];
//! assert_eq!(curvature.item(), 6.0 * 2.0 + 2.0 / 8.0);
//! ```
//!
//! Operations are methods of [`Var`]; those of your own are [as easy](define). Derivatives of functions
//! of arrays, without a tape of your own, are in [`functional`], checks against differences in
//! [`check`]. [`Tape::detect_anomaly`] finds who made a NaN, [`Tape::graph`] shows what is on a tape.
//!
//! The loops under the operations are [vectorised](kernel) for the machine at hand.
//!
//! Misuse (shapes that do not fit, an axis that is not there, variables of two tapes) panics at the
//! caller's line with a sentence that names the operation, what it was given and what must hold.

mod array_map;
mod axes;
pub mod check;
mod checkpoint;
mod classes;
#[doc = include_str!("define.md")]
pub mod define {}
mod derivative;
mod element;
mod error;
pub mod functional;
mod gradient;
mod gradients;
mod graph;
#[cfg(debug_assertions)] // not for a release, which is to contain and to compile what is used
mod instances;
pub mod kernel;
mod lazy;
mod operation;
mod real;
mod sentences;
mod shape;
mod spare;
mod tape;
mod value;
mod var;
mod vjp;

pub use array_map::ArrayMap;
pub use axes::{Axes, keep};
pub use classes::Classes;
pub use element::Element;
pub use gradients::Gradients;
pub use graph::Graph;
pub use kernel::reduction;
pub use ndarray;
pub use operation::{Activation, concatenate, stack, total};
pub use real::Real;
pub use shape::Shape;
pub use tape::Tape;
pub use value::{ArcArrayD, IntoValue, IntoVar};
pub use var::Var;
pub use vjp::Vjp;
