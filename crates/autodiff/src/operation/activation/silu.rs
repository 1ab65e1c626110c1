use super::{above, within};
use crate::{Element, Var};

/// Beyond ± this all but `x` itself has its limit, in both element types; within, no product is
/// `0 · ∞`.
const FAR: f64 = 1000.0;

impl<T: Element> Var<'_, T> {
    /// The sigmoid linear unit, or swish: `x σ(x)` with the [`sigmoid`](Var::sigmoid) `σ`; `∂x =
    /// σ(x) + x σ(x) σ(−x)`.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(0.0);
    /// assert_eq!(x.silu().backward().wrt(x)[[]], 0.5);
    /// ```
    #[track_caller]
    pub fn silu(self) -> Self {
        let far = T::of(FAR);
        self.curve(
            "silu",
            #[inline(always)]
            move |on, x| above(x, -far) * on.sigmoid(x),
            #[inline(always)]
            move |on, x| {
                let s = on.sigmoid(x);
                s + within(x, far) * (s * on.sigmoid(-x))
            },
            |x| {
                let x = x.clamp(-FAR, FAR);
                let (s, rest) = (x.sigmoid(), (-x).sigmoid());
                s * rest * (2.0 + x * (rest - s))
            },
        )
    }

    /// `x tanh(softplus(x))`; with `t = tanh(softplus(x))` and the sigmoid `σ`, `∂x = t + x (1 − t²)
    /// σ(x)` (Misra 2019).
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(0.0);
    /// assert_eq!(x.mish().item(), 0.0);
    /// assert!((x.mish().backward().wrt(x)[[]] - 0.6).abs() < 1e-15);
    /// ```
    #[track_caller]
    pub fn mish(self) -> Self {
        let (one, far) = (T::one(), T::of(FAR));
        self.curve(
            "mish",
            #[inline(always)]
            move |on, x| above(x, -far) * on.tanh(on.softplus(x)),
            #[inline(always)]
            move |on, x| {
                let t = on.tanh(on.softplus(x));
                t + within(x, far) * ((one - t * t) * on.sigmoid(x))
            },
            |x| {
                let x = x.clamp(-FAR, FAR);
                let (t, s, rest) = (x.softplus().tanh(), x.sigmoid(), (-x).sigmoid());
                let bent = 2.0 * s + x * (s * rest - 2.0 * t * s.square());
                (1.0 - t.square()) * bent
            },
        )
    }
}
