use crate::axes::AxesOf;
use crate::kernel::reduction;
use crate::{Axes, Element, Var, error};

impl<T: Element> Var<'_, T> {
    /// The largest element over `axes`; the cotangent goes to it, in equal parts where several are
    /// the largest (as PyTorch's `amax`), infinite ones too. NaN if one is among them, as is the
    /// derivative then.
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
    #[inline(never)]
    #[track_caller]
    pub fn max(self, axes: impl Into<Axes>) -> Self {
        let shape = self.shape();
        let axes = axes.into().of("max", &shape);
        if axes.count(&shape) == 0 {
            error::nothing_to_reduce("max", &shape);
        }
        self.max_over(axes)
    }

    /// The largest element over axes that the array has and that are not empty.
    #[track_caller]
    fn max_over(self, axes: AxesOf) -> Self {
        let value = self.reduce(axes, reduction::max_axes);
        self.unary("max", value, move |g, x, y| {
            let largest = x.equals(y.keep_axes_of(x, axes));
            g.keep_axes_of(x, axes)
                .shared_by(largest / largest.sum_over(axes.keep()))
        })
    }

    /// The smallest element over `axes`; the cotangent goes to it, in equal parts where several are the
    /// smallest (as PyTorch's `amin`), infinite ones too. NaN if one is among them, as is the
    /// derivative then.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(ndarray::array![[1.0, 5.0], [7.0, 7.0]]);
    /// assert_eq!(x.min(-1).value(), ndarray::array![1.0, 7.0].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If the array lacks one of the axes, or if they are empty: nothing has no smallest element.
    #[inline(never)]
    #[track_caller]
    pub fn min(self, axes: impl Into<Axes>) -> Self {
        let shape = self.shape();
        let axes = axes.into().of("min", &shape);
        if axes.count(&shape) == 0 {
            error::nothing_to_reduce("min", &shape);
        }
        -(-self).max_over(axes)
    }

    /// 1 where `x = y`, 0 elsewhere, as a constant.
    fn equals(self, y: Self) -> Self {
        self.constant(
            "equals",
            self.zip(
                "max",
                y,
                |_, x, y| if x == y { T::one() } else { T::zero() },
            ),
        )
    }
}
