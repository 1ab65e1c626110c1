use super::{above, within};
use crate::{Element, Var};

/// Beyond ± this all but `x` itself has its limit, in both element types; within, no product is
/// `0 · ∞`.
const FAR: f64 = 1000.0;

impl<T: Element> Var<'_, T> {
    /// The sigmoid linear unit, or swish: `x σ(x)` with the [`sigmoid`](Var::sigmoid) `σ`; `∂x =
    /// σ(x) + x σ(x) σ(−x)`. Both tails keep their digits; at −∞ it is −0, with the derivative 0.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(0.0);
    /// assert_eq!(x.silu().backward().wrt(x)[[]], 0.5);
    /// ```
    #[inline(never)]
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
    /// With `s = σ(x)` and `r = σ(−x)` it is computed as `t = s (1 + r) / (1 + r²)` and `1 − t² =
    /// (2 r / (1 + r²))²`: both tails keep their digits. At −∞ it is −0, with the derivative 0.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(0.0);
    /// assert_eq!(x.mish().item(), 0.0);
    /// assert!((x.mish().backward().wrt(x)[[]] - 0.6).abs() < 1e-15);
    /// ```
    #[inline(never)]
    #[track_caller]
    pub fn mish(self) -> Self {
        let (one, two, far) = (T::one(), T::of(2.0), T::of(FAR));
        self.curve(
            "mish",
            #[inline(always)]
            move |on, x| {
                let (s, rest) = (on.sigmoid(x), on.sigmoid(-x));
                above(x, -far) * (s * (one + rest) / (one + rest * rest))
            },
            #[inline(always)]
            move |on, x| {
                let (s, rest) = (on.sigmoid(x), on.sigmoid(-x));
                let inverse = (one + rest * rest).recip();
                let t = s * (one + rest) * inverse;
                let root = two * rest * inverse;
                t + within(x, far) * (s * root * root)
            },
            |x| {
                let x = x.clamp(-FAR, FAR);
                let (s, rest) = (x.sigmoid(), (-x).sigmoid());
                let inverse = (1.0 + rest.square()).reciprocal();
                let t = s * (1.0 + rest) * inverse;
                let root = 2.0 * rest * inverse;
                s * root.square() * (2.0 + x * (rest - 2.0 * t * s))
            },
        )
    }
}
