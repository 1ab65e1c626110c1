use crate::kernel::triangular;
use crate::{Element, Var, Vjp};

impl<T: Element> Var<'_, T> {
    /// The solution `X = A⁻¹ B` of `A X = B` with this positive-definite matrix `A` `[n, n]` and `B`
    /// `[n]` or `[n, k]`. With `sym(M) = ½ (M + Mᵀ)`,
    ///
    /// `B̄ = A⁻¹ X̄` and `Ā = −sym(B̄ Xᵀ)`.
    ///
    /// It is the solution with `sym(A)`, so that it has a derivative by each single element, and `Ā`
    /// is symmetric. The matrix is factorised once, as by [`cholesky`](Var::cholesky), for the
    /// solution and its derivatives of all orders. If `sym(A)` is not positive definite, or not
    /// numerically so, all elements are NaN.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// use ndarray::array;
    /// let tape = Tape::<f64>::new();
    /// let a = tape.var(array![[4.0, 2.0], [2.0, 10.0]]);
    /// let b = tape.var([8.0, 22.0]);
    /// assert_eq!(a.solve(b).value(), array![1.0, 2.0].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If the shapes are not those, or the variables belong to two tapes.
    #[inline(never)]
    #[track_caller]
    pub fn solve(self, b: Self) -> Self {
        let is_vector = self.has_vector("solve", b);
        let factor = self.factor("solve");
        let factor = self.tape.push("solve", factor, [(self.index, Vjp::none())]);
        if is_vector {
            let n = b.len();
            return self.solve_by(factor, b.reshape(&[n, 1])).reshape(&[n]);
        }
        self.solve_by(factor, b)
    }

    /// `A⁻¹ B` of this `A` with its Cholesky factor, a constant.
    #[track_caller]
    fn solve_by(self, factor: Self, b: Self) -> Self {
        let value = {
            let (l, b) = (factor.read(), b.read());
            let mut value = self.tape.fresh(b.shape().clone());
            let (n, x) = (l.shape()[0], value.numbers_mut());
            x.copy_from_slice(b.numbers());
            triangular::solve(l.numbers(), x, n);
            triangular::t_solve(l.numbers(), x, n);
            value
        };
        let a_rule = Vjp::new(|g, operands: &[Var<'_, T>], x| {
            let b = operands[0].solve_by(operands[1], g);
            b.dot_t(x).plus_transpose("solve", -0.5)
        });
        let b_rule =
            Vjp::new(|g, operands: &[Var<'_, T>], _x| operands[0].solve_by(operands[1], g));
        self.tape.push(
            "solve",
            value,
            [
                (self.index, a_rule),
                (factor.index, Vjp::none()),
                (b.index, b_rule),
            ],
        )
    }
}
