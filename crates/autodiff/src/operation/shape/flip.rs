use crate::axes::AxesOf;
use crate::kernel::blocks;
use crate::{Axes, Element, Shape, Var};

impl<T: Element> Var<'_, T> {
    /// The elements backwards along axes; so is the cotangent.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(ndarray::array![1.0, 2.0, 3.0]);
    /// assert_eq!(x.flip(0).value(), ndarray::array![3.0, 2.0, 1.0].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If the array lacks one of the axes.
    #[inline(never)]
    #[track_caller]
    pub fn flip(self, axes: impl Into<Axes>) -> Self {
        let axes = axes.into().of("flip", &self.shape());
        self.flip_along(axes)
    }

    #[track_caller]
    fn flip_along(self, axes: AxesOf) -> Self {
        let value = {
            let x = self.read();
            let mut value = self.tape.fresh(x.shape().clone());
            let order = Shape::of(x.shape().len(), |axis| axis);
            let backwards = |axis| axes.contains(axis);
            let out = value.numbers_mut();
            blocks::rearrange(out, x.numbers(), x.shape(), &order, backwards);
            value
        };
        self.unary("flip", value, move |g, _x, _y| g.flip_along(axes))
    }
}
