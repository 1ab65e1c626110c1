use crate::{Element, Var};

impl<T: Element> Var<'_, T> {
    /// `y = √x`, with `∂x = 1 / (2 y)`; the derivative at 0 is +∞, the value below 0 is NaN. The root
    /// of −0 is +0, and so the derivative there is that at +0.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(4.0);
    /// assert_eq!(x.sqrt().backward().wrt(x)[[]], 0.25);
    /// ```
    #[inline(never)]
    #[track_caller]
    pub fn sqrt(self) -> Self {
        // −0 + 0 is +0.
        let root = |_, x: T| x.sqrt() + T::zero();
        self.each("sqrt", root, |g, _x, y| g / (2.0 * y))
    }

    /// `y = 1 / √x`, with `∂x = −y³ / 2`; +∞ at 0 of either sign, where the derivative is −∞, and NaN
    /// below.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(4.0);
    /// assert_eq!(x.rsqrt().item(), 0.5);
    /// assert_eq!(x.rsqrt().backward().wrt(x)[[]], -0.0625);
    /// ```
    #[inline(never)]
    #[track_caller]
    pub fn rsqrt(self) -> Self {
        let rsqrt = |_, x: T| (x.sqrt() + T::zero()).recip();
        self.each("rsqrt", rsqrt, |g, _x, y| g * (y.powi(3) * -0.5))
    }

    /// `x²`, with `∂x = 2 x`.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// assert_eq!(tape.var(-3.0).square().item(), 9.0);
    /// ```
    #[inline(never)]
    #[track_caller]
    pub fn square(self) -> Self {
        self.each("square", |_, x| x * x, |g, x, _y| g * (2.0 * x))
    }

    /// `y = 1 / x`, with `∂x = −y²`; at ±0 it is ±∞, and the derivative −∞.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(-4.0);
    /// assert_eq!(x.reciprocal().backward().wrt(x)[[]], -0.0625);
    /// ```
    #[inline(never)]
    #[track_caller]
    pub fn reciprocal(self) -> Self {
        self.each("reciprocal", |_, x| x.recip(), |g, _x, y| -(g * y.square()))
    }

    /// `xⁿ` for a whole number `n`, with `∂x = n xⁿ⁻¹`; `x⁰ = 1` with the derivative 0 everywhere. For
    /// a negative `n` it is infinite at ±0, as are its derivatives, with the signs of the limits from
    /// that side.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(-3.0);
    /// assert_eq!(x.powi(2).item(), 9.0);
    /// assert_eq!(x.powi(2).backward().wrt(x)[[]], -6.0);
    /// ```
    #[inline(never)]
    #[track_caller]
    pub fn powi(self, n: i32) -> Self {
        match n {
            0 => self.constant("powi", self.map(|_, _| T::one())),
            1 => self,
            2 => self.square(),
            _ => self.each(
                "powi",
                move |_, x| x.powi(n),
                move |g, x, _y| g * (f64::from(n) * x.powi(n.saturating_sub(1))),
            ),
        }
    }

    /// `xᵖ` for a number `p`, with `∂x = p xᵖ⁻¹`; `x⁰ = 1` with the derivative 0 everywhere. NaN
    /// below 0 unless `p` is whole; but −0 and −∞ are then as +0 and +∞, as in IEEE 754.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(4.0);
    /// assert_eq!(x.powf(1.5).item(), 8.0);
    /// assert_eq!(x.powf(1.5).backward().wrt(x)[[]], 3.0);
    /// ```
    #[inline(never)]
    #[track_caller]
    pub fn powf(self, p: f64) -> Self {
        let exponent = T::of(p);
        let power = move |_, x: T| x.powf(exponent);
        if p == 0.0 {
            return self.constant("powf", self.map(power));
        }
        self.each("powf", power, move |g, x, _y| g * (p * x.powf(p - 1.0)))
    }
}
