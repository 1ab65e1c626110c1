use crate::{Element, Var, error};

impl<T: Element> Var<'_, T> {
    /// The rectifier `max(x, 0)`, with `∂x = 1` above 0 and 0 elsewhere, at 0 as well. NaN stays, with
    /// the derivative 1.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(ndarray::array![-1.0, 0.0, 2.0]);
    /// let y = x.relu();
    /// assert_eq!(y.value(), ndarray::array![0.0, 0.0, 2.0].into_dyn());
    /// assert_eq!(y.sum(..).backward().wrt(x), ndarray::array![0.0, 0.0, 1.0].into_dyn());
    /// ```
    #[inline(never)]
    #[track_caller]
    pub fn relu(self) -> Self {
        self.each("relu", |_, x| relu(x), |g, _x, y| g.relu_rule(y))
    }

    /// `ȳ` where the rectifier's result `y` is not 0, and 0 elsewhere.
    pub(in crate::operation) fn relu_rule(self, y: Self) -> Self {
        // Where x is NaN, so is y, and ȳ passes: NaN is not to be hidden.
        self.piecewise("relu", y, |g, y| if y == T::zero() { T::zero() } else { g })
    }

    /// `x` above 0 and `slope · x` elsewhere, with `∂x = 1` above 0 and `slope` elsewhere, at 0 as
    /// well. NaN stays, with the derivative 1. A slope of 0.01 is usual (Maas et al. 2013).
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var([-2.0, 0.0, 2.0]);
    /// let y = x.leaky_relu(0.25);
    /// assert_eq!(y.value(), ndarray::array![-0.5, 0.0, 2.0].into_dyn());
    /// assert_eq!(y.sum(..).backward().wrt(x), ndarray::array![0.25, 0.25, 1.0].into_dyn());
    /// ```
    #[inline(never)]
    #[track_caller]
    pub fn leaky_relu(self, slope: f64) -> Self {
        if !slope.is_finite() {
            error::parameter("leaky_relu", "the slope", slope);
        }
        let slope = T::of(slope);
        let leaky = move |y, x| if x <= T::zero() { y * slope } else { y };
        self.each(
            "leaky_relu",
            move |_, x| leaky(x, x),
            move |g, x, _y| g.piecewise("leaky_relu", x, leaky),
        )
    }
}

/// The rectifier of a number.
#[inline(always)]
pub(in crate::operation) fn relu<T: Element>(x: T) -> T {
    if x <= T::zero() { T::zero() } else { x }
}
