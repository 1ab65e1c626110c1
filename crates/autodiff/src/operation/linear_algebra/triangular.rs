use crate::kernel::triangular;
use crate::{Element, Var, error};

impl<T: Element> Var<'_, T> {
    /// The solution `X = L⁻¹ B` of `L X = B`, with `L` the lower triangle of this matrix `[n, n]` and
    /// `B` `[n]` or `[n, k]`. What stands above the diagonal is not read, and its gradient is zero:
    ///
    /// `B̄ = L⁻ᵀ X̄`, and `L̄` is the lower triangle of `−B̄ Xᵀ`.
    ///
    /// A zero on the diagonal is divided by: the solution is infinite or NaN.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// use ndarray::array;
    /// let tape = Tape::<f64>::new();
    /// let l = tape.var(array![[2.0, 7.0], [1.0, 4.0]]);
    /// let b = tape.var([2.0, 9.0]);
    /// assert_eq!(l.solve_triangular(b).value(), array![1.0, 2.0].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If the shapes are not those, or the variables belong to two tapes.
    #[inline(never)]
    #[track_caller]
    pub fn solve_triangular(self, b: Self) -> Self {
        if self.has_vector("solve_triangular", b) {
            let n = b.len();
            return self.solve_triangular(b.reshape(&[n, 1])).reshape(&[n]);
        }
        self.substitute(
            "solve_triangular",
            b,
            triangular::solve,
            |g, l, x| l.t_solve_triangular(-g).dot_t(x),
            |g, l| l.t_solve_triangular(g),
        )
    }

    /// The solution `X = L⁻ᵀ B` of `Lᵀ X = B`, with `L` the lower triangle of this matrix `[n, n]`
    /// and `B` `[n]` or `[n, k]`. What stands above the diagonal is not read, and its gradient is
    /// zero:
    ///
    /// `B̄ = L⁻¹ X̄`, and `L̄` is the lower triangle of `−X B̄ᵀ`.
    ///
    /// A zero on the diagonal is divided by: the solution is infinite or NaN. The solution for an
    /// upper triangle `U` is `u.t().t_solve_triangular(b)`.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// use ndarray::array;
    /// let tape = Tape::<f64>::new();
    /// let l = tape.var(array![[2.0, 7.0], [1.0, 4.0]]);
    /// let b = tape.var([4.0, 8.0]);
    /// assert_eq!(l.t_solve_triangular(b).value(), array![1.0, 2.0].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If the shapes are not those, or the variables belong to two tapes.
    #[inline(never)]
    #[track_caller]
    pub fn t_solve_triangular(self, b: Self) -> Self {
        if self.has_vector("t_solve_triangular", b) {
            let n = b.len();
            return self.t_solve_triangular(b.reshape(&[n, 1])).reshape(&[n]);
        }
        self.substitute(
            "t_solve_triangular",
            b,
            triangular::t_solve,
            |g, l, x| x.dot_t(l.solve_triangular(-g)),
            |g, l| l.solve_triangular(g),
        )
    }

    /// A system with this triangle, solved by a kernel `(l, x, n)` that takes `B` and leaves `X`;
    /// with the rules `(x̄, l, x) → l̄`, of which the lower triangle is taken, and `(x̄, l) → b̄`.
    #[track_caller]
    fn substitute(
        self,
        operation: &'static str,
        b: Self,
        kernel: impl FnOnce(&[T], &mut [T], usize),
        l_rule: impl for<'a> Fn(Var<'a, T>, Var<'a, T>, Var<'a, T>) -> Var<'a, T> + Send + 'static,
        b_rule: impl for<'a> Fn(Var<'a, T>, Var<'a, T>) -> Var<'a, T> + Send + 'static,
    ) -> Self {
        let value = {
            let (l, b) = (self.read(), b.read());
            let mut value = self.tape.fresh(b.shape().clone());
            value.numbers_mut().copy_from_slice(b.numbers());
            kernel(l.numbers(), value.numbers_mut(), l.shape()[0]);
            value
        };
        self.binary(
            operation,
            b,
            value,
            move |g, l, _b, x| l_rule(g, l, x).lower_triangle(0),
            move |g, l, _b, _x| b_rule(g, l),
        )
    }

    /// Whether the right-hand side of a system with this matrix is a vector. Both have the shapes
    /// they must have.
    #[track_caller]
    pub(super) fn has_vector(self, operation: &str, b: Self) -> bool {
        self.same_tape(operation, b);
        let (a, b) = (self.read(), b.read());
        let n = match a.shape()[..] {
            [m, n] if m == n => n,
            _ => error::square_matrix(operation, a.shape()),
        };
        match b.shape()[..] {
            [rows] if rows == n => true,
            [rows, _] if rows == n => false,
            _ => error::right_side(operation, a.shape(), b.shape()),
        }
    }
}
