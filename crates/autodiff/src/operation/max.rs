use crate::kernel::reduction;
use crate::{Axes, Element, Var, error};

impl<T: Element> Var<'_, T> {
    /// The larger of `x` and `y`, elementwise with broadcasting; the cotangent goes to the larger,
    /// half to each where they are equal. NaN if either is NaN.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let (x, y) = (tape.var(3.0), tape.var(3.0));
    /// let gradients = x.maximum(y).backward();
    /// assert_eq!((gradients.wrt(x)[[]], gradients.wrt(y)[[]]), (0.5, 0.5));
    /// ```
    #[track_caller]
    pub fn maximum(self, y: Self) -> Self {
        let value = self.zip("maximum", y, |_, x, y| x.maximum(y));
        self.binary(
            y,
            value,
            |g, x, y, _z| g * x.wins_over(y),
            |g, x, y, _z| g * y.wins_over(x),
        )
    }

    /// 1 where `x > y` or `x` is NaN, ½ where they are equal, 0 elsewhere, as a constant.
    fn wins_over(self, y: Self) -> Self {
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
        self.constant(self.zip("maximum", y, share))
    }

    /// The largest element over `axes`; the cotangent goes to it, in equal parts where several are
    /// the largest (as PyTorch's `amax`). NaN if one is among them.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(ndarray::array![[1.0, 5.0], [7.0, 7.0]]);
    /// assert_eq!(x.max(-1).value(), ndarray::array![5.0, 7.0].into_dyn());
    /// let g = x.max(-1).sum(..).backward().wrt(x);
    /// assert_eq!(g, ndarray::array![[0.0, 1.0], [0.5, 0.5]].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If the array lacks one of the axes, or if they are empty: nothing has no largest element.
    #[track_caller]
    pub fn max(self, axes: impl Into<Axes>) -> Self {
        let shape = self.shape();
        let axes = axes.into().of("max", &shape);
        if axes.count(&shape) == 0 {
            error::nothing_to_reduce("max", &shape);
        }
        let value = self.reduce(axes, reduction::max_axes);
        self.unary(value, move |g, x, y| {
            let largest = x.equals(y.keep_axes_of(x, axes));
            g.keep_axes_of(x, axes) * (largest / largest.sum_over(axes.keep()))
        })
    }

    /// 1 where `x = y`, 0 elsewhere, as a constant.
    fn equals(self, y: Self) -> Self {
        self.constant(self.zip(
            "max",
            y,
            |_, x, y| if x == y { T::one() } else { T::zero() },
        ))
    }
}
