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
        self.unary(self.map(T::tanh), |g, _x, y| g * (1.0 - y * y))
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
        let one = T::one();
        let sigmoid = |x: T| {
            let e = (-x.abs()).exp();
            if x < T::zero() {
                e / (one + e)
            } else {
                one / (one + e)
            }
        };
        self.unary(self.map(sigmoid), |g, _x, y| g * (y * (1.0 - y)))
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
            self.map(|x| x.max(T::zero()) + (-x.abs()).exp().ln_1p()),
            |g, x, _y| g * x.sigmoid(),
        )
    }
}
