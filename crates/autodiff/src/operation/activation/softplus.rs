use crate::kernel::machine::Machine;
use crate::{Element, Var};

impl<T: Element> Var<'_, T> {
    /// `ln(1 + eˣ)`, with `∂x = sigmoid(x)`. It does not overflow, and both tails of its
    /// derivatives keep their digits.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// assert_eq!(tape.var(1000.0).softplus().item(), 1000.0);
    /// ```
    #[inline(never)]
    #[track_caller]
    pub fn softplus(self) -> Self {
        self.curve("softplus", Machine::softplus, Machine::sigmoid, |x| {
            x.sigmoid() * (-x).sigmoid()
        })
    }

    /// `ln sigmoid(x) = −ln(1 + e⁻ˣ)`, with `∂x = sigmoid(−x)`. It does not overflow, and
    /// both tails of its derivatives keep their digits.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// assert_eq!(tape.var(-1000.0).log_sigmoid().item(), -1000.0);
    /// ```
    #[inline(never)]
    #[track_caller]
    pub fn log_sigmoid(self) -> Self {
        self.curve(
            "log_sigmoid",
            #[inline(always)]
            |on, x| -on.softplus(-x),
            #[inline(always)]
            |on, x| on.sigmoid(-x),
            |x| -(x.sigmoid() * (-x).sigmoid()),
        )
    }
}
