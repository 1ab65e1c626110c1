use crate::{Element, Var};

impl<T: Element> Var<'_, T> {
    /// `y = √x`, with `∂x = 1 / (2 y)`; the derivative at 0 is +∞, the value below 0 is NaN.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(4.0);
    /// assert_eq!(x.sqrt().backward().wrt(x)[[]], 0.25);
    /// ```
    pub fn sqrt(self) -> Self {
        self.unary(self.map(|_, x| x.sqrt()), |g, _x, y| g / (2.0 * y))
    }

    /// `xⁿ` for a whole number `n`, with `∂x = n xⁿ⁻¹`; `x⁰ = 1` with the derivative 0 everywhere.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(-3.0);
    /// assert_eq!(x.powi(2).item(), 9.0);
    /// assert_eq!(x.powi(2).backward().wrt(x)[[]], -6.0);
    /// ```
    pub fn powi(self, n: i32) -> Self {
        match n {
            0 => self.constant(self.map(|_, _| T::one())),
            1 => self,
            2 => self.unary(self.map(|_, x| x * x), |g, x, _y| g * (2.0 * x)),
            _ => self.unary(self.map(move |_, x| x.powi(n)), move |g, x, _y| {
                g * (f64::from(n) * x.powi(n.saturating_sub(1)))
            }),
        }
    }

    /// `xᵖ` for a number `p`, with `∂x = p xᵖ⁻¹`; `x⁰ = 1` with the derivative 0 everywhere. NaN
    /// below 0 unless `p` is whole.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(4.0);
    /// assert_eq!(x.powf(1.5).item(), 8.0);
    /// assert_eq!(x.powf(1.5).backward().wrt(x)[[]], 3.0);
    /// ```
    pub fn powf(self, p: f64) -> Self {
        let exponent = T::of(p);
        let value = self.map(move |_, x| x.powf(exponent));
        if p == 0.0 {
            return self.constant(value);
        }
        self.unary(value, move |g, x, _y| g * (p * x.powf(p - 1.0)))
    }
}
