use std::ops::{Add, Div, Mul, Neg, Sub};

use tapegrad_autodiff::{Element, Var};

/// What an update rule computes with: `f32` and `f64` in a training step, [`Var`] in one that is differentiated.
pub trait Real:
    Copy
    + Neg<Output = Self>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Add<Self::Number, Output = Self>
    + Mul<Self::Number, Output = Self>
{
    /// Hyper-parameters as they stand beside this type in a formula.
    type Number: Copy;

    /// A hyper-parameter.
    fn number(x: f64) -> Self::Number;

    /// `√max(x, 0)`: rules take roots of mean squares, which rounding may leave below 0.
    ///
    /// The derivative at 0 is taken as 0, because `√g² = |g|` has the slope 0 there in our convention.
    fn sqrt(self) -> Self;

    /// The larger of two.
    fn maximum(self, other: Self) -> Self;

    /// `β self + (1 − β) new`, a step of an exponential moving average.
    fn average(self, new: Self, beta: f64) -> Self {
        self * Self::number(beta) + new * Self::number(1.0 - beta)
    }
}

macro_rules! real {
    ($($number:ty)+) => {$(
        impl Real for $number {
            type Number = Self;
            fn number(x: f64) -> Self {
                Element::of(x)
            }
            fn sqrt(self) -> Self {
                if self <= 0.0 { 0.0 } else { self.sqrt() }
            }
            fn maximum(self, other: Self) -> Self {
                if self > other { self } else { other }
            }
        }
    )+};
}

real!(f32 f64);

impl<T: Element> Real for Var<'_, T> {
    type Number = f64;
    fn number(x: f64) -> f64 {
        x
    }
    fn sqrt(self) -> Self {
        let positive = self.relu().sign();
        (self * positive + (1.0 - positive)).sqrt() * positive
    }
    fn maximum(self, other: Self) -> Self {
        Var::maximum(self, other)
    }
}
