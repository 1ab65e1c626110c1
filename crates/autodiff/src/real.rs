use std::ops::{Add, Div, Mul, Neg, Sub};

use crate::{Element, Var};

/// A number, or a variable that stands for one: what a formula is generic over that serves both as
/// a plain loop and on a tape.
///
/// Implemented by `f32`, `f64` and [`Var`]. Update rules are written in it.
///
/// ```
/// use tapegrad_autodiff::{Real, Tape};
///
/// fn logistic<R: Real>(x: R, rate: f64) -> R {
///     x * R::number(rate) * (-x + R::number(1.0))
/// }
///
/// let tape = Tape::<f64>::new();
/// let x = tape.var(0.25);
/// assert_eq!(logistic(0.25, 2.0), 0.375);
/// assert_eq!(logistic(x, 2.0).backward().wrt(x)[[]], 2.0 * (1.0 - 2.0 * 0.25));
/// ```
pub trait Real:
    Copy
    + Neg<Output = Self>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Add<Self::Number, Output = Self>
    + Sub<Self::Number, Output = Self>
    + Mul<Self::Number, Output = Self>
    + Div<Self::Number, Output = Self>
{
    /// A plain number as it stands on the right of this type in a formula.
    type Number: Copy;

    /// The plain number nearest to `x`.
    fn number(x: f64) -> Self::Number;

    /// `√max(x, 0)`: for mean squares, which rounding may leave below 0.
    ///
    /// The derivative at 0 is taken as 0, because `√g² = |g|` has the slope 0 there in our
    /// convention ([`Var::sqrt`] has +∞).
    fn root(self) -> Self;

    /// `−1`, `0` or `1`; `sign(0) = 0`, with the derivative 0.
    fn sign(self) -> Self;

    /// The larger of two, NaN if one is.
    fn maximum(self, other: Self) -> Self;

    /// `|x|`, with the derivative `sign(x)`.
    fn magnitude(self) -> Self;

    /// `x` if it is between the two, else the nearer of them; NaN stays NaN. With the derivative of
    /// [`Var::clamp`].
    fn within(self, low: f64, high: f64) -> Self;

    /// `β self + (1 − β) new`, a step of an exponential moving average.
    #[inline(always)]
    fn average(self, new: Self, beta: f64) -> Self {
        self * Self::number(beta) + new * Self::number(1.0 - beta)
    }
}

macro_rules! real {
    ($($number:ty)+) => {$(
        impl Real for $number {
            type Number = Self;
            #[inline(always)]
            fn number(x: f64) -> Self {
                Element::of(x)
            }
            #[inline(always)]
            fn root(self) -> Self {
                if self <= 0.0 { 0.0 } else { self.sqrt() }
            }
            #[inline(always)]
            fn sign(self) -> Self {
                if self == 0.0 { 0.0 } else { self.signum() }
            }
            #[inline(always)]
            fn maximum(self, other: Self) -> Self {
                if self > other || self.is_nan() { self } else { other }
            }
            #[inline(always)]
            fn magnitude(self) -> Self {
                self.abs()
            }
            #[inline(always)]
            fn within(self, low: f64, high: f64) -> Self {
                let (low, high) = (Self::number(low), Self::number(high));
                if self < low {
                    low
                } else if self > high {
                    high
                } else {
                    self
                }
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
    fn root(self) -> Self {
        let positive = self.relu().sign();
        (self * positive + (1.0 - positive)).sqrt() * positive
    }
    fn sign(self) -> Self {
        Var::sign(self)
    }
    fn maximum(self, other: Self) -> Self {
        Var::maximum(self, other)
    }
    fn magnitude(self) -> Self {
        Var::abs(self)
    }
    fn within(self, low: f64, high: f64) -> Self {
        Var::clamp(self, low, high)
    }
}
