use crate::{Element, Var};

impl<T: Element> Var<'_, T> {
    /// `y = eˣ`, with `∂x = y`.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(1.0);
    /// assert!((x.exp().item() - std::f64::consts::E).abs() < 1e-15);
    /// ```
    pub fn exp(self) -> Self {
        self.unary(
            self.map(
                #[inline(always)]
                |on, x| on.exp(x),
            ),
            |g, _x, y| g * y,
        )
    }

    /// The natural logarithm `ln x`, with `∂x = 1 / x`; −∞ at 0 and NaN below.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(4.0);
    /// assert_eq!(x.ln().backward().wrt(x)[[]], 0.25);
    /// ```
    pub fn ln(self) -> Self {
        self.unary(
            self.map(
                #[inline(always)]
                |on, x| on.ln(x),
            ),
            |g, x, _y| g / x,
        )
    }
}
