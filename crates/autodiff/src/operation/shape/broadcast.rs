use crate::axes::AxesOf;
use crate::kernel::{elementwise, reduction};
use crate::{Element, Shape, Var, error, shape};

impl<T: Element> Var<'_, T> {
    /// The array repeated to `shape` by NumPy's rule; the cotangent is [summed back](Var::sum_to).
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(ndarray::array![[1.0], [2.0]]);
    /// assert_eq!(x.broadcast_to(&[2, 2]).value(), ndarray::array![[1.0, 1.0], [2.0, 2.0]].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If, counted from the last axis, a size is neither equal nor 1.
    #[inline(never)]
    #[track_caller]
    pub fn broadcast_to(self, shape: &[usize]) -> Self {
        let value = {
            let x = self.read();
            if !shape::broadcasts_to(x.shape(), shape) {
                error::broadcast_to(x.shape(), shape);
            }
            let mut value = self.tape.fresh(Shape::from(shape));
            let x = (x.numbers(), &x.shape()[..]);
            elementwise::spread(value.numbers_mut(), shape, x, |_, x| x);
            value
        };
        self.unary("broadcast_to", value, |g, x, _y| g.sum_to(&x.shape()))
    }

    /// The transpose of [`broadcast_to`](Var::broadcast_to): the sum over all places that one
    /// element of `shape` would be repeated to.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(ndarray::array![[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(x.sum_to(&[2, 1]).value(), ndarray::array![[3.0], [7.0]].into_dyn());
    /// assert_eq!(x.sum_to(&[2]).value(), ndarray::array![4.0, 6.0].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If `shape` does not broadcast to the shape of the array.
    #[inline(never)]
    #[track_caller]
    pub fn sum_to(self, shape: &[usize]) -> Self {
        let value = {
            let x = self.read();
            let from = x.shape();
            if !shape::broadcasts_to(shape, from) {
                error::sum_to(from, shape);
            }
            let new = from.len() - shape.len();
            let repeated = |axis| axis < new || shape[axis - new] == 1 && from[axis] != 1;
            let axes = AxesOf::kept_where(from.len(), repeated);
            let mut value = self.tape.fresh(Shape::from(shape));
            reduction::sum_axes(value.numbers_mut(), x.numbers(), from, axes);
            value
        };
        self.unary("sum_to", value, |g, x, _y| g.broadcast_to(&x.shape()))
    }
}
