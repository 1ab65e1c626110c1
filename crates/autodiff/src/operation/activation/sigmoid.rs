use crate::kernel::machine::Machine;
use crate::{Element, Var};

impl<T: Element> Var<'_, T> {
    /// `y = tanh x`, with `∂x = 1 − y²`.
    ///
    /// The derivatives come from `y`, so that `x` need not be kept and no exponential is computed
    /// again: their error is some `ε` of 1, not of themselves, and they are 0 where `y` rounds to ±1,
    /// from `|x| = 19.1` on (9.1 in `f32`).
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(0.0);
    /// assert_eq!(x.tanh().backward().wrt(x)[[]], 1.0);
    /// ```
    #[inline(never)]
    #[track_caller]
    pub fn tanh(self) -> Self {
        self.each("tanh", Machine::tanh, |g, _x, y| g.tanh_rule(y))
    }

    /// `ȳ (1 − y²)`.
    pub(in crate::operation) fn tanh_rule(self, y: Self) -> Self {
        self.pairs(
            "tanh",
            y,
            |_, g, y| g * (T::one() - y * y),
            |h, _g, y, _| h.tanh_rule(y),
            |h, g, y, _| h * g * y * -2.0,
        )
    }

    /// The logistic function `y = 1 / (1 + e⁻ˣ)`, with `∂x = y (1 − y)`. It does not overflow.
    ///
    /// The derivatives come from `y`, so that `x` need not be kept and no exponential is computed
    /// again: above 0 their error is some `ε` of 1, not of themselves, and they are 0 where `y` rounds
    /// to 1, from `x = 37.5` on (17.4 in `f32`). Where that tail matters, a logarithm is meant:
    /// [`log_sigmoid`](Var::log_sigmoid), [`softplus`](Var::softplus) and
    /// [`sigmoid_cross_entropy`](Var::sigmoid_cross_entropy) keep it.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(0.0);
    /// assert_eq!(x.sigmoid().item(), 0.5);
    /// assert_eq!(x.sigmoid().backward().wrt(x)[[]], 0.25);
    /// ```
    #[inline(never)]
    #[track_caller]
    pub fn sigmoid(self) -> Self {
        self.each("sigmoid", Machine::sigmoid, |g, _x, y| g.sigmoid_rule(y))
    }

    /// `ȳ y (1 − y)`.
    pub(in crate::operation) fn sigmoid_rule(self, y: Self) -> Self {
        self.pairs(
            "sigmoid",
            y,
            |_, g, y| g * (y * (T::one() - y)),
            |h, _g, y, _| h.sigmoid_rule(y),
            |h, g, y, _| h * g * (1.0 - 2.0 * y),
        )
    }
}
