use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

use super::{above, within};
use crate::kernel::machine::Machine;
use crate::{Element, Var};

/// `1 / √(2 π)`, the height of the normal density.
const DENSITY_AT_0: f64 = FRAC_2_SQRT_PI * FRAC_1_SQRT_2 / 2.0;

/// `√(2 / π)` and the cubic term of the approximation by `tanh`.
const ROOT: f64 = FRAC_2_SQRT_PI * FRAC_1_SQRT_2;
const CUBIC: f64 = 0.044_715;

/// Beyond ± this all but `x` itself has its limit, in both element types; within, no product is
/// `0 · ∞`.
const FAR: f64 = 50.0;

impl<T: Element> Var<'_, T> {
    /// The Gaussian error linear unit `x Φ(x) = x/2 (1 + erf(x/√2))` with the normal distribution
    /// `Φ` and its density `φ`; `∂x = Φ(x) + x φ(x)` (Hendrycks and Gimpel 2016). The left
    /// tail keeps its digits, but for the rounding of `x²`, down to −0 with the derivative 0.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(0.0);
    /// assert_eq!(x.gelu().backward().wrt(x)[[]], 0.5);
    /// assert!((tape.var(1.0).gelu().item() - 0.841_344_746_068_542_9).abs() < 1e-15);
    /// ```
    #[inline(never)]
    #[track_caller]
    pub fn gelu(self) -> Self {
        let (height, half) = (T::of(DENSITY_AT_0), T::of(-0.5));
        self.curve(
            "gelu",
            Machine::gelu,
            #[inline(always)]
            move |on, x| {
                let x = within(x, T::of(FAR));
                on.normal_cdf(x) + x * (height * on.exp(half * x * x))
            },
            |x| {
                let x = x.clamp(-FAR, FAR);
                let density = (x.square() * -0.5).exp() * DENSITY_AT_0;
                density * (2.0 - x.square())
            },
        )
    }

    /// The approximation `x/2 (1 + tanh u)` of [`gelu`](Var::gelu) with `u = √(2/π) (x + 0.044715
    /// x³)`; `∂x = (1 + tanh u)/2 + x/2 (1 − tanh² u) u′`. The left tail keeps its digits, but for
    /// the rounding of `u`, down to −0 with the derivative 0.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let (exact, tanh) = (tape.var(1.0).gelu(), tape.var(1.0).gelu_tanh());
    /// assert!((exact - tanh).item().abs() < 2e-4);
    /// ```
    #[inline(never)]
    #[track_caller]
    pub fn gelu_tanh(self) -> Self {
        let (one, two, far) = (T::one(), T::of(2.0), T::of(FAR));
        let (root, cubic) = (T::of(ROOT), T::of(CUBIC));
        self.curve(
            "gelu_tanh",
            // (1 + tanh u)/2 is sigmoid(2u), which keeps its digits where tanh is nearly −1.
            #[inline(always)]
            move |on, x| {
                let u = root * (x + cubic * x * x * x);
                above(x, -far) * on.sigmoid(two * u)
            },
            #[inline(always)]
            move |on, x| {
                let x = within(x, far);
                let u = root * (x + cubic * x * x * x);
                let slope = root * (one + T::of(3.0) * cubic * x * x);
                let (s, rest) = (on.sigmoid(two * u), on.sigmoid(-two * u));
                s + two * x * slope * (s * rest)
            },
            |x| {
                let x = x.clamp(-FAR, FAR);
                let u = ROOT * (x + CUBIC * x.powi(3));
                let slope = ROOT * (1.0 + 3.0 * CUBIC * x.square());
                let (s, rest) = ((2.0 * u).sigmoid(), (-2.0 * u).sigmoid());
                let curvature = x * (6.0 * CUBIC * ROOT);
                let bent = 2.0 * slope + x * curvature + 2.0 * x * slope.square() * (rest - s);
                2.0 * (s * rest) * bent
            },
        )
    }
}
