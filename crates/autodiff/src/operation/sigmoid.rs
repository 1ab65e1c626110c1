use crate::{Element, Var};

impl<T: Element> Var<'_, T> {
    /// `y = tanh x`, with `∂x = 1 − y²`.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(0.0);
    /// assert_eq!(x.tanh().backward().wrt(x)[[]], 1.0);
    /// ```
    pub fn tanh(self) -> Self {
        self.unary(
            self.map(
                #[inline(always)]
                |on, x| on.tanh(x),
            ),
            |g, _x, y| g.tanh_rule(y),
        )
    }

    /// `ȳ (1 − y²)`.
    pub(super) fn tanh_rule(self, y: Self) -> Self {
        let value = self.zip("tanh", y, |_, g, y| g * (T::one() - y * y));
        self.binary(
            y,
            value,
            |h, _g, y, _| h.tanh_rule(y),
            |h, g, y, _| h * g * y * -2.0,
        )
    }

    /// The logistic function `y = 1 / (1 + e⁻ˣ)`, with `∂x = y (1 − y)`. It does not overflow.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(0.0);
    /// assert_eq!(x.sigmoid().item(), 0.5);
    /// assert_eq!(x.sigmoid().backward().wrt(x)[[]], 0.25);
    /// ```
    pub fn sigmoid(self) -> Self {
        self.unary(
            self.map(
                #[inline(always)]
                |on, x| on.sigmoid(x),
            ),
            |g, _x, y| g.sigmoid_rule(y),
        )
    }

    /// `ȳ y (1 − y)`.
    pub(super) fn sigmoid_rule(self, y: Self) -> Self {
        let value = self.zip("sigmoid", y, |_, g, y| g * (y * (T::one() - y)));
        self.binary(
            y,
            value,
            |h, _g, y, _| h.sigmoid_rule(y),
            |h, g, y, _| h * g * (1.0 - 2.0 * y),
        )
    }

    /// `ln(1 + eˣ)`, with `∂x = sigmoid(x)`. It does not overflow.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// assert_eq!(tape.var(1000.0).softplus().item(), 1000.0);
    /// ```
    pub fn softplus(self) -> Self {
        self.unary(
            self.map(
                #[inline(always)]
                |on, x| on.softplus(x),
            ),
            |g, x, _y| g * x.sigmoid(),
        )
    }
}
