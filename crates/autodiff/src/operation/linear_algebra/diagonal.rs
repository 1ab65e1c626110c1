use crate::{Element, Shape, Var, error};

impl<T: Element> Var<'_, T> {
    /// The diagonal `yᵢ = Xᵢᵢ` of a matrix `[m, n]`: `[min(m, n)]`, with `X̄` the matrix that has `ȳ`
    /// on its diagonal. Of `[…, m, n]` it is that of each matrix: `[…, min(m, n)]`.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(ndarray::array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// assert_eq!(x.diagonal().value(), ndarray::array![1.0, 5.0].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If there are fewer than two axes.
    #[inline(never)]
    #[track_caller]
    pub fn diagonal(self) -> Self {
        let value = {
            let x = self.read();
            let [leading @ .., rows, columns] = &x.shape()[..] else {
                error::matrices("diagonal", x.shape())
            };
            let shape = Shape::joined(leading, &[*rows.min(columns)]);
            let mut value = self.tape.fresh(shape);
            let places = places(x.shape());
            for (y, place) in value.numbers_mut().iter_mut().zip(places) {
                *y = x.numbers()[place];
            }
            value
        };
        self.unary("diagonal", value, |g, x, _y| {
            g.on_diagonal("diagonal", &x.shape())
        })
    }

    /// The matrix `[n, n]` with a vector `[n]` on its diagonal, `Yᵢᵢ = xᵢ`, and zeros elsewhere; `x̄`
    /// is the [`diagonal`](Var::diagonal) of `Ȳ`. Of `[…, n]` it is one for each vector:
    /// `[…, n, n]`.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var([1.0, 2.0]);
    /// assert_eq!(x.diagonal_matrix().value(), ndarray::array![[1.0, 0.0], [0.0, 2.0]].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If the variable is a number.
    #[inline(never)]
    #[track_caller]
    pub fn diagonal_matrix(self) -> Self {
        let shape = self.shape();
        let Some(&n) = shape.last() else {
            error::vector("diagonal_matrix", &shape)
        };
        self.on_diagonal("diagonal_matrix", &Shape::joined(&shape, &[n]))
    }

    /// Zeros of the given shape with these numbers on the diagonals.
    #[track_caller]
    fn on_diagonal(self, name: &'static str, shape: &[usize]) -> Self {
        let value = {
            let x = self.read();
            let mut value = self.tape.filled(Shape::from(shape), T::zero());
            let y = value.numbers_mut();
            for (place, &x) in places(shape).zip(x.numbers()) {
                y[place] = x;
            }
            value
        };
        self.unary(name, value, |g, _x, _y| g.diagonal())
    }
}

/// Where the diagonals of matrices stand among their numbers, matrix by matrix.
fn places(shape: &[usize]) -> impl Iterator<Item = usize> {
    let (leading, matrix) = shape.split_at(shape.len() - 2);
    let (rows, columns) = (matrix[0], matrix[1]);
    (0..leading.iter().product()).flat_map(move |matrix| {
        (0..rows.min(columns)).map(move |i| (matrix * rows + i) * columns + i)
    })
}
