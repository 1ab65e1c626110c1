use crate::kernel::blocks::mask;
use crate::{Element, Var, error};

impl<T: Element> Var<'_, T> {
    /// The lower triangle of each matrix of the last two axes: elements `[i, j]` with `j ≤ i + k`, and
    /// zeros elsewhere, as NumPy's `tril`. The cotangent is cut likewise.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(ndarray::array![[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(x.lower_triangle(0).value(), ndarray::array![[1.0, 0.0], [3.0, 4.0]].into_dyn());
    /// assert_eq!(x.lower_triangle(-1).value(), ndarray::array![[0.0, 0.0], [3.0, 0.0]].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If there are fewer than two axes.
    #[inline(never)]
    #[track_caller]
    pub fn lower_triangle(self, k: isize) -> Self {
        self.triangle("lower_triangle", move |above| above <= k)
    }

    /// The upper triangle of each matrix of the last two axes: elements `[i, j]` with `j ≥ i + k`, and
    /// zeros elsewhere, as NumPy's `triu`. The cotangent is cut likewise.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(ndarray::array![[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(x.upper_triangle(1).value(), ndarray::array![[0.0, 2.0], [0.0, 0.0]].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If there are fewer than two axes.
    #[inline(never)]
    #[track_caller]
    pub fn upper_triangle(self, k: isize) -> Self {
        self.triangle("upper_triangle", move |above| above >= k)
    }

    /// The elements that are so many diagonals `above` the main one.
    #[track_caller]
    fn triangle(
        self,
        name: &'static str,
        keep: impl Fn(isize) -> bool + Copy + Send + 'static,
    ) -> Self {
        let value = {
            let x = self.read();
            let &[.., rows, columns] = &x.shape()[..] else {
                error::matrix(name, x.shape())
            };
            let mut value = self.tape.fresh(x.shape().clone());
            let keep = |row, column| keep(column as isize - row as isize);
            mask(value.numbers_mut(), x.numbers(), columns, rows, keep);
            value
        };
        self.unary(name, value, move |g, _x, _y| g.triangle(name, keep))
    }
}
