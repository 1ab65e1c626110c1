use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

use crate::{Element, Var};

/// `x + y`, `∂x = 1`, `∂y = 1`.
///
/// ```
/// # use tapegrad_autodiff::Tape;
/// let tape = Tape::<f64>::new();
/// let (x, y) = (tape.var([1.0, 2.0]), tape.var([10.0, 20.0]));
/// assert_eq!((x + y).value(), ndarray::array![11.0, 22.0].into_dyn());
/// ```
impl<T: Element> Add for Var<'_, T> {
    type Output = Self;
    #[inline(never)]
    #[track_caller]
    fn add(self, y: Self) -> Self {
        self.pairs(
            "+",
            y,
            |_, x, y| x + y,
            |g, _x, _y, _z| g,
            |g, _x, _y, _z| g,
        )
    }
}

/// `x − y`, `∂x = 1`, `∂y = −1`.
///
/// ```
/// # use tapegrad_autodiff::Tape;
/// let tape = Tape::<f64>::new();
/// let (x, y) = (tape.var([1.0, 2.0]), tape.var([10.0, 20.0]));
/// assert_eq!((y - x).value(), ndarray::array![9.0, 18.0].into_dyn());
/// ```
impl<T: Element> Sub for Var<'_, T> {
    type Output = Self;
    #[inline(never)]
    #[track_caller]
    fn sub(self, y: Self) -> Self {
        self.pairs(
            "-",
            y,
            |_, x, y| x - y,
            |g, _x, _y, _z| g,
            |g, _x, _y, _z| -g,
        )
    }
}

/// `x y`, `∂x = y`, `∂y = x`.
///
/// ```
/// # use tapegrad_autodiff::Tape;
/// let tape = Tape::<f64>::new();
/// let (x, y) = (tape.var([1.0, 2.0]), tape.var([10.0, 20.0]));
/// assert_eq!((x * y).value(), ndarray::array![10.0, 40.0].into_dyn());
/// ```
impl<T: Element> Mul for Var<'_, T> {
    type Output = Self;
    #[inline(never)]
    #[track_caller]
    fn mul(self, y: Self) -> Self {
        self.pairs(
            "*",
            y,
            |_, x, y| x * y,
            |g, _x, y, _z| g * y,
            |g, x, _y, _z| g * x,
        )
    }
}

/// `z = x / y`, `∂x = 1 / y`, `∂y = −z / y`.
///
/// ```
/// # use tapegrad_autodiff::Tape;
/// let tape = Tape::<f64>::new();
/// let (x, y) = (tape.var([1.0, 2.0]), tape.var([10.0, 20.0]));
/// assert_eq!((y / x).value(), ndarray::array![10.0, 10.0].into_dyn());
/// ```
impl<T: Element> Div for Var<'_, T> {
    type Output = Self;
    #[inline(never)]
    #[track_caller]
    fn div(self, y: Self) -> Self {
        self.pairs(
            "/",
            y,
            |_, x, y| x / y,
            |g, _x, y, _z| g / y,
            |g, _x, y, z| -(g * z / y),
        )
    }
}

/// `−x`, `∂x = −1`.
impl<T: Element> Neg for Var<'_, T> {
    type Output = Self;
    #[inline(never)]
    #[track_caller]
    fn neg(self) -> Self {
        self.each("neg", |_, x| -x, |g, _x, _y| -g)
    }
}

/// `x + c`, `∂x = 1`.
impl<T: Element> Add<f64> for Var<'_, T> {
    type Output = Self;
    #[inline(never)]
    #[track_caller]
    fn add(self, c: f64) -> Self {
        let number = T::of(c);
        self.each("+", move |_, x| x + number, |g, _x, _y| g)
    }
}

/// `x − c`, `∂x = 1`.
impl<T: Element> Sub<f64> for Var<'_, T> {
    type Output = Self;
    #[inline(never)]
    #[track_caller]
    fn sub(self, c: f64) -> Self {
        self + -c
    }
}

/// `x c`, `∂x = c`.
impl<T: Element> Mul<f64> for Var<'_, T> {
    type Output = Self;
    #[inline(never)]
    #[track_caller]
    fn mul(self, c: f64) -> Self {
        let number = T::of(c);
        self.each("*", move |_, x| x * number, move |g, _x, _y| g * c)
    }
}

/// `x / c`, `∂x = 1 / c`.
impl<T: Element> Div<f64> for Var<'_, T> {
    type Output = Self;
    #[inline(never)]
    #[track_caller]
    fn div(self, c: f64) -> Self {
        let number = T::of(c);
        self.each("/", move |_, x| x / number, move |g, _x, _y| g / c)
    }
}

/// `c + x`, `∂x = 1`.
impl<'t, T: Element> Add<Var<'t, T>> for f64 {
    type Output = Var<'t, T>;
    #[inline(never)]
    #[track_caller]
    fn add(self, x: Var<'t, T>) -> Var<'t, T> {
        x + self
    }
}

/// `c − x`, `∂x = −1`.
impl<'t, T: Element> Sub<Var<'t, T>> for f64 {
    type Output = Var<'t, T>;
    #[inline(never)]
    #[track_caller]
    fn sub(self, x: Var<'t, T>) -> Var<'t, T> {
        let number = T::of(self);
        x.each("-", move |_, x| number - x, |g, _x, _y| -g)
    }
}

/// `c x`, `∂x = c`.
impl<'t, T: Element> Mul<Var<'t, T>> for f64 {
    type Output = Var<'t, T>;
    #[inline(never)]
    #[track_caller]
    fn mul(self, x: Var<'t, T>) -> Var<'t, T> {
        x * self
    }
}

/// `y = c / x`, `∂x = −y / x`.
impl<'t, T: Element> Div<Var<'t, T>> for f64 {
    type Output = Var<'t, T>;
    #[inline(never)]
    #[track_caller]
    fn div(self, x: Var<'t, T>) -> Var<'t, T> {
        let number = T::of(self);
        x.each("/", move |_, x| number / x, |g, x, y| -(g * y / x))
    }
}

/// `x ← x + y`, a new variable under the old name.
impl<T: Element, R> AddAssign<R> for Var<'_, T>
where
    Self: Add<R, Output = Self>,
{
    #[track_caller]
    fn add_assign(&mut self, y: R) {
        *self = *self + y;
    }
}

/// `x ← x − y`, a new variable under the old name.
impl<T: Element, R> SubAssign<R> for Var<'_, T>
where
    Self: Sub<R, Output = Self>,
{
    #[track_caller]
    fn sub_assign(&mut self, y: R) {
        *self = *self - y;
    }
}

/// `x ← x · y`, a new variable under the old name.
impl<T: Element, R> MulAssign<R> for Var<'_, T>
where
    Self: Mul<R, Output = Self>,
{
    #[track_caller]
    fn mul_assign(&mut self, y: R) {
        *self = *self * y;
    }
}

/// `x ← x / y`, a new variable under the old name.
impl<T: Element, R> DivAssign<R> for Var<'_, T>
where
    Self: Div<R, Output = Self>,
{
    #[track_caller]
    fn div_assign(&mut self, y: R) {
        *self = *self / y;
    }
}
