use crate::axes::AxesOf;
use crate::kernel::reduction;
use crate::{Axes, Element, Var, error};

impl<T: Element> Var<'_, T> {
    /// The mean over `axes`: their [`sum`](Var::sum) divided by the number of elements `n`, with `∂x
    /// = 1 / n`.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(ndarray::array![1.0, 2.0, 6.0]);
    /// assert_eq!(x.mean(..).item(), 3.0);
    /// ```
    ///
    /// # Panics
    /// If the array lacks one of the axes, or if they are empty: nothing has no mean.
    #[inline(never)]
    #[track_caller]
    pub fn mean(self, axes: impl Into<Axes>) -> Self {
        let shape = self.shape();
        let axes = axes.into().of("mean", &shape);
        if axes.count(&shape) == 0 {
            error::nothing_to_reduce("mean", &shape);
        }
        self.mean_over(axes)
    }

    /// The mean over axes that the array has and that are not empty.
    #[track_caller]
    pub(in crate::operation) fn mean_over(self, axes: AxesOf) -> Self {
        let count = axes.count(&self.read().shape()[..]) as f64;
        let value = self.reduce(axes, |out, x, shape, axes| {
            reduction::sum_axes(out, x, shape, axes);
            out.iter_mut().for_each(|sum| *sum /= T::of(count));
        });
        self.unary("mean", value, move |g, x, _y| {
            g.spread(x, axes, 1.0 / count)
        })
    }
}
