use std::f64::consts::FRAC_2_SQRT_PI;

use crate::kernel::machine::Machine;
use crate::{Element, Var};

impl<T: Element> Var<'_, T> {
    /// The error function `erf x = 2/√π ∫₀ˣ e^−t² dt`, with `∂x = 2/√π e^−x²`.
    /// The derivative is relatively exact in the tails too, but for the rounding of `x²`.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(0.0);
    /// assert_eq!(x.erf().item(), 0.0);
    /// assert_eq!(x.erf().backward().wrt(x)[[]], std::f64::consts::FRAC_2_SQRT_PI);
    /// ```
    #[track_caller]
    pub fn erf(self) -> Self {
        let scale = T::of(FRAC_2_SQRT_PI);
        self.curve(
            "erf",
            Machine::erf,
            #[inline(always)]
            move |on, x| scale * on.exp(-x * x),
            |x| {
                // Beyond these bounds it is 0, and without them 0 · ∞.
                let x = x.clamp(-30.0, 30.0);
                x * (-x.square()).exp() * (-2.0 * FRAC_2_SQRT_PI)
            },
        )
    }
}
