use std::f64::consts::FRAC_2_SQRT_PI;

use crate::kernel::machine::Machine;
use crate::{Element, Var};

/// Beyond ± this the second derivative is 0, in both element types; within, no product is `0 · ∞`.
const FAR: f64 = 30.0;

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
    #[inline(never)]
    #[track_caller]
    pub fn erf(self) -> Self {
        let scale = T::of(FRAC_2_SQRT_PI);
        self.curve(
            "erf",
            Machine::erf,
            #[inline(always)]
            move |on, x| scale * on.exp(-x * x),
            |x| {
                let x = x.clamp(-FAR, FAR);
                x * (-x.square()).exp() * (-2.0 * FRAC_2_SQRT_PI)
            },
        )
    }
}
