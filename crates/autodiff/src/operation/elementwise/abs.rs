use crate::{Element, Real, Var};

impl<T: Element> Var<'_, T> {
    /// `|x|`, with `∂x = sign(x)`; at 0 of either sign the derivative is 0.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(-2.0);
    /// assert_eq!(x.abs().item(), 2.0);
    /// assert_eq!(x.abs().backward().wrt(x)[[]], -1.0);
    /// ```
    #[inline(never)]
    #[track_caller]
    pub fn abs(self) -> Self {
        self.each(
            "abs",
            |_, x| x.abs(),
            |g, x, _y| {
                // Selected and not multiplied: 0 · ∞ would be NaN.
                g.piecewise("abs", x, |g, x| {
                    if x > T::zero() {
                        g
                    } else if x < T::zero() {
                        -g
                    } else {
                        x.abs() // 0, or NaN
                    }
                })
            },
        )
    }

    /// `−1`, `0` or `1` as `x` is negative, zero of either sign, or positive, and NaN for NaN;
    /// `∂x = 0`.
    ///
    /// Unlike [`f64::signum`], `sign(0) = 0`: an L1 penalty leaves a weight that is exactly zero
    /// where it is.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let signs = tape.var(ndarray::array![-3.0, -0.0, 0.0, 5.0]).sign();
    /// assert_eq!(signs.value(), ndarray::array![-1.0, 0.0, 0.0, 1.0].into_dyn());
    /// ```
    #[inline(never)]
    #[track_caller]
    pub fn sign(self) -> Self {
        self.constant("sign", self.map(|_, x| Real::sign(x)))
    }
}
