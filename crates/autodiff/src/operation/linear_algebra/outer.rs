use crate::kernel::elementwise;
use crate::{Element, Shape, Var, error};

impl<T: Element> Var<'_, T> {
    /// The outer product `Z = x yᵀ` of vectors `[m]` and `[n]`: `[m, n]`, with `x̄ = Z̄ y` and
    /// `ȳ = Z̄ᵀ x`.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// use ndarray::array;
    /// let tape = Tape::<f64>::new();
    /// let (x, y) = (tape.var([1.0, 2.0]), tape.var([3.0, 4.0, 5.0]));
    /// assert_eq!(x.outer(y).value(), array![[3.0, 4.0, 5.0], [6.0, 8.0, 10.0]].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If one of the two has not one axis, or the variables belong to two tapes.
    #[inline(never)]
    #[track_caller]
    pub fn outer(self, y: Self) -> Self {
        self.same_tape("outer", y);
        let value = {
            let (a, b) = (self.read(), y.read());
            let (&[m], &[n]) = (&a.shape()[..], &b.shape()[..]) else {
                error::dot_rank("outer", "one axis", a.shape(), b.shape())
            };
            let mut value = self.tape.fresh(Shape::from([m, n]));
            let (column, row) = ((a.numbers(), &[m, 1][..]), (b.numbers(), &[n][..]));
            elementwise::broadcast(value.numbers_mut(), &[m, n], column, row, |_, x, y| x * y);
            value
        };
        self.binary(
            "outer",
            y,
            value,
            |g, _x, y, _z| g.dot(y),
            |g, x, _y, _z| x.dot(g),
        )
    }
}
