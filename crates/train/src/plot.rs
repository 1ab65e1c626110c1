//! Pictures.

mod boundary;

pub use boundary::boundary;
