use crate::{Element, IntoVar, Real, Var, error};

impl<'t, T: Element> Var<'t, T> {
    /// The larger of `x` and `y`, a variable, a number or an array, elementwise with broadcasting; the cotangent goes to the larger,
    /// half to each where they are equal, infinite or zeros of two signs too, of which it is `y`. NaN if either is NaN:
    /// the cotangent goes to what is NaN.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let (x, y) = (tape.var(3.0), tape.var(3.0));
    /// let gradients = x.maximum(y).backward();
    /// assert_eq!((gradients.wrt(x)[[]], gradients.wrt(y)[[]]), (0.5, 0.5));
    /// ```
    ///
    /// # Panics
    /// If the shapes do not broadcast, or the variables belong to two tapes.
    #[inline(never)]
    #[track_caller]
    pub fn maximum(self, y: impl IntoVar<'t, T>) -> Self {
        let y = y.into_var(self.tape);
        self.pairs(
            "maximum",
            y,
            |_, x, y| Real::maximum(x, y),
            |g, x, y, _z| g.shared_by(x.exceeds(y)),
            |g, x, y, _z| g.shared_by(y.exceeds(x)),
        )
    }

    /// The smaller of `x` and `y`, a variable, a number or an array, elementwise with broadcasting; the cotangent goes to the smaller,
    /// half to each where they are equal, infinite or zeros of two signs too, of which it is `y`. NaN if either is NaN:
    /// the cotangent goes to what is NaN.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let (x, y) = (tape.var(3.0), tape.var(5.0));
    /// let gradients = x.minimum(y).backward();
    /// assert_eq!((gradients.wrt(x)[[]], gradients.wrt(y)[[]]), (1.0, 0.0));
    /// ```
    ///
    /// # Panics
    /// If the shapes do not broadcast, or the variables belong to two tapes.
    #[inline(never)]
    #[track_caller]
    pub fn minimum(self, y: impl IntoVar<'t, T>) -> Self {
        let y = y.into_var(self.tape);
        self.pairs(
            "minimum",
            y,
            |_, x, y| -Real::maximum(-x, -y),
            |g, x, y, _z| g.shared_by((-x).exceeds(-y)),
            |g, x, y, _z| g.shared_by((-y).exceeds(-x)),
        )
    }

    /// This cotangent times a constant share, and 0 where that is 0: selected, as 0 · ∞ would be NaN.
    pub(in crate::operation) fn shared_by(self, share: Self) -> Self {
        self.piecewise("share", share, |g, share| {
            if share == T::zero() { share } else { g * share }
        })
    }

    /// 1 where `x > y` or `x` is NaN, ½ where they are equal, 0 elsewhere, as a constant.
    fn exceeds(self, y: Self) -> Self {
        let (zero, half, one) = (T::zero(), T::of(0.5), T::one());
        let share = |_, x: T, y: T| {
            if x > y || x.is_nan() {
                one
            } else if x == y {
                half
            } else {
                zero
            }
        };
        self.constant("exceeds", self.zip("exceeds", y, share))
    }

    /// `min(max(x, low), high)`, with `∂x = 1` from `low` to `high`, both included, and 0 outside.
    /// NaN stays, with the derivative 1.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(ndarray::array![-2.0, -1.0, 0.5, 3.0]);
    /// let y = x.clamp(-1.0, 1.0);
    /// assert_eq!(y.value(), ndarray::array![-1.0, -1.0, 0.5, 1.0].into_dyn());
    /// assert_eq!(y.sum(..).backward().wrt(x), ndarray::array![0.0, 1.0, 1.0, 0.0].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If `low` is larger than `high`, or one of them is NaN.
    #[inline(never)]
    #[track_caller]
    pub fn clamp(self, low: f64, high: f64) -> Self {
        if low.is_nan() || high.is_nan() || low > high {
            error::bounds("clamp", low, high);
        }
        let (low, high) = (T::of(low), T::of(high));
        self.each(
            "clamp",
            move |_, x| clamp(x, low, high),
            move |g, x, _y| {
                // Selected and not multiplied: 0 · ∞ would be NaN.
                let inside = move |g, x| if x < low || x > high { T::zero() } else { g };
                g.piecewise("clamp", x, inside)
            },
        )
    }
}

#[inline(always)]
fn clamp<T: Element>(x: T, low: T, high: T) -> T {
    let x = if x < low { low } else { x };
    if x > high { high } else { x }
}
