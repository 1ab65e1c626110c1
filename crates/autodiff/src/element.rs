use std::fmt::{Debug, Display};
use std::ops::{AddAssign, DivAssign, MulAssign, SubAssign};

use crate::Real;

/// The numbers that a tape can hold: `f32` and `f64`.
///
/// Arithmetic and elementary functions come from [`num_traits::Float`], formulas that also hold on
/// a tape are written in [`Real`]. The trait is sealed.
pub trait Element:
    sealed::Sealed
    + num_traits::Float
    + Real<Number = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
    + Default
    + Debug
    + Display
    + Send
    + Sync
    + 'static
{
    /// The element nearest to `x`.
    fn of(x: f64) -> Self;

    /// The same number as an `f64`, exactly.
    fn wide(self) -> f64;
}

mod sealed {
    /// What the kernels need of an element and nobody else may implement.
    pub trait Sealed: crate::kernel::product::Gemm + crate::kernel::elementary::Elementary {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

impl Element for f32 {
    fn of(x: f64) -> Self {
        x as f32
    }
    fn wide(self) -> f64 {
        f64::from(self)
    }
}

impl Element for f64 {
    fn of(x: f64) -> Self {
        x
    }
    fn wide(self) -> f64 {
        self
    }
}
