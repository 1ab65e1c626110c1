use std::f64::consts::{LN_2, LN_10};

use crate::kernel::machine::Machine;
use crate::{Element, Var};

impl<T: Element> Var<'_, T> {
    /// The natural logarithm `ln x`, with `∂x = 1 / x`; −∞ at 0 and NaN below. The derivative is that
    /// of the formula everywhere: ±∞ at ±0, and a number below 0.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(4.0);
    /// assert_eq!(x.ln().backward().wrt(x)[[]], 0.25);
    /// ```
    #[inline(never)]
    #[track_caller]
    pub fn ln(self) -> Self {
        self.each("ln", Machine::ln, |g, x, _y| g / x)
    }

    /// `ln(1 + x)`, exact near 0 too, with `∂x = 1 / (1 + x)`; −∞ at −1 and NaN below.
    /// The derivative is that of the formula everywhere, as that of [`ln`](Var::ln).
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// assert_eq!(tape.var(1e-20).ln_1p().item(), 1e-20);
    /// ```
    #[inline(never)]
    #[track_caller]
    pub fn ln_1p(self) -> Self {
        self.each("ln_1p", Machine::ln_1p, |g, x, _y| g / (1.0 + x))
    }

    /// The binary logarithm `log₂ x`, with `∂x = 1 / (x ln 2)`; −∞ at 0 and NaN below.
    /// The derivative is that of the formula everywhere, as that of [`ln`](Var::ln).
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// assert_eq!(tape.var(8.0).log2().item(), 3.0);
    /// ```
    #[inline(never)]
    #[track_caller]
    pub fn log2(self) -> Self {
        self.each("log2", Machine::log2, |g, x, _y| g / (x * LN_2))
    }

    /// The decimal logarithm `log₁₀ x`, with `∂x = 1 / (x ln 10)`; −∞ at 0 and NaN below.
    /// The derivative is that of the formula everywhere, as that of [`ln`](Var::ln).
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// assert_eq!(tape.var(1000.0).log10().item(), 3.0);
    /// ```
    #[inline(never)]
    #[track_caller]
    pub fn log10(self) -> Self {
        self.each("log10", Machine::log10, |g, x, _y| g / (x * LN_10))
    }
}
