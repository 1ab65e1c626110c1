use crate::{Element, Var, error};

impl<T: Element> Var<'_, T> {
    /// The trace `y = Σ Xᵢᵢ` of a square matrix `[n, n]`: one number, with `X̄ = ȳ I`. Of
    /// `[…, n, n]` it is that of each matrix: `[…]`.
    ///
    /// It is the sum of the [`diagonal`](Var::diagonal).
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(ndarray::array![[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(x.trace().item(), 5.0);
    /// ```
    ///
    /// # Panics
    /// If there are fewer than two axes, or the last two differ.
    #[inline(never)]
    #[track_caller]
    pub fn trace(self) -> Self {
        let shape = self.shape();
        if !matches!(&shape[..], [.., m, n] if m == n) {
            error::square_matrices("trace", &shape);
        }
        self.diagonal().sum(-1)
    }
}
