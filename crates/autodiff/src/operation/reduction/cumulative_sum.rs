use crate::kernel::blocks::{Along, cumulative_sum};
use crate::{Axes, Element, Var};

impl<T: Element> Var<'_, T> {
    /// `yᵢ = Σ_{j ≤ i} xⱼ` along one axis, with `x̄ⱼ = Σ_{i ≥ j} ȳᵢ`. What each sum loses to rounding is
    /// carried along.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(ndarray::array![1.0, 2.0, 3.0]);
    /// assert_eq!(x.cumulative_sum(0).value(), ndarray::array![1.0, 3.0, 6.0].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If the array lacks the axis.
    #[inline(never)]
    #[track_caller]
    pub fn cumulative_sum(self, axis: impl Into<Axes>) -> Self {
        let axis = axis.into().one("cumulative_sum", &self.shape());
        self.accumulate(axis, false)
    }

    /// The sums up to each place, or backwards from it on.
    #[track_caller]
    fn accumulate(self, axis: usize, backwards: bool) -> Self {
        let value = {
            let x = self.read();
            let mut value = self.tape.fresh(x.shape().clone());
            let along = Along::new(x.shape(), axis);
            cumulative_sum(value.numbers_mut(), x.numbers(), along, backwards);
            value
        };
        self.unary("cumulative_sum", value, move |g, _x, _y| {
            g.accumulate(axis, !backwards)
        })
    }
}
