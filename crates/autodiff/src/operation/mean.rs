use crate::{Axes, Element, Var, error};

impl<T: Element> Var<'_, T> {
    /// The mean over `axes`: their [`sum`](Var::sum) divided by the number of elements.
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
    #[track_caller]
    pub fn mean(self, axes: impl Into<Axes>) -> Self {
        let (axes, shape) = (axes.into(), self.shape());
        let count = axes.of("mean", &shape).count(&shape);
        if count == 0 {
            error::nothing_to_reduce("mean", &shape);
        }
        self.sum(axes) / count as f64
    }
}
