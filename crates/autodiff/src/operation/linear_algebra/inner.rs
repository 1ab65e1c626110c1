use crate::kernel::reduction::inner;
use crate::{Element, Shape, Var, error};

impl<T: Element> Var<'_, T> {
    /// The inner product `Σ x y` over all elements of two variables of one shape, with `∂x = y`,
    /// `∂y = x`.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// use ndarray::array;
    /// let tape = Tape::<f64>::new();
    /// let (x, y) = (tape.var(array![[1.0, 2.0]]), tape.var(array![[3.0, 4.0]]));
    /// assert_eq!(x.inner(y).item(), 11.0);
    /// ```
    ///
    /// # Panics
    /// If the shapes differ, or the variables belong to two tapes.
    #[inline(never)]
    #[track_caller]
    pub fn inner(self, y: Self) -> Self {
        self.same_tape("inner", y);
        let (a, b) = (self.shape(), y.shape());
        if a != b {
            error::equal_shapes("inner", &a, &b);
        }
        let mut value = self.tape.fresh(Shape::number());
        value.numbers_mut()[0] = inner(self.read().numbers(), y.read().numbers());
        self.binary(
            "inner",
            y,
            value,
            |g, _x, y, _z| g * y,
            |g, x, _y, _z| g * x,
        )
    }
}
