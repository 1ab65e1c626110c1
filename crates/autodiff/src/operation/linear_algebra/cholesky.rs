use crate::kernel::cholesky;
use crate::value::Value;
use crate::{Element, Var, error};

impl<T: Element> Var<'_, T> {
    /// The Cholesky factor of a positive-definite matrix `A` `[n, n]`: the lower triangle `L` with a
    /// positive diagonal and `L Lᵀ = A`, above which there are zeros.
    ///
    /// With `Φ` the lower triangle of a matrix, its diagonal halved, and `sym(M) = ½ (M + Mᵀ)`,
    ///
    /// `Ā = sym(L⁻ᵀ Φ(Lᵀ L̄) L⁻¹)`
    ///
    /// (Murray, *Differentiation of the Cholesky decomposition*, 2016). It is the factor of
    /// `sym(A)`, so that it has a derivative by each single element, and `Ā` is symmetric. If
    /// `sym(A)` is not positive definite, or not numerically so, all elements are NaN.
    ///
    /// The logarithm of the determinant is `2 Σ ln Lᵢᵢ`:
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// use ndarray::array;
    /// let tape = Tape::<f64>::new();
    /// let a = tape.var(array![[4.0, 2.0], [2.0, 10.0]]);
    /// let l = a.cholesky();
    /// assert_eq!(l.value(), array![[2.0, 0.0], [1.0, 3.0]].into_dyn());
    /// let ln_det = 2.0 * l.diagonal().ln().sum(..);
    /// assert!((ln_det.item() - 36_f64.ln()).abs() < 1e-15);
    ///
    /// let indefinite = tape.var(array![[1.0, 2.0], [2.0, 1.0]]);
    /// assert!(indefinite.cholesky().value().iter().all(|l| l.is_nan()));
    /// ```
    ///
    /// # Panics
    /// If the shape is not `[n, n]`.
    #[inline(never)]
    #[track_caller]
    pub fn cholesky(self) -> Self {
        let value = self.factor("cholesky");
        self.unary("cholesky", value, |g, _a, l| {
            let p = l.t_dot(g).lower_part();
            l.t_solve_triangular(l.t_solve_triangular(p).t())
                .plus_transpose("cholesky", 0.5)
        })
    }

    /// The Cholesky factor of the symmetric part.
    #[track_caller]
    pub(super) fn factor(self, operation: &str) -> Value<T> {
        let a = self.read();
        let n = match a.shape()[..] {
            [m, n] if m == n => n,
            _ => error::square_matrix(operation, a.shape()),
        };
        let mut value = self.tape.fresh(a.shape().clone());
        cholesky::factor(value.numbers_mut(), a.numbers(), n);
        value
    }

    /// `Φ`: the lower triangle of a square matrix, with half the diagonal. It is its own transpose.
    #[track_caller]
    fn lower_part(self) -> Self {
        let value = {
            let x = self.read();
            let (n, number) = (x.shape()[0], T::of(0.5));
            let mut value = self.tape.filled(x.shape().clone(), T::zero());
            let rows = value.numbers_mut().chunks_exact_mut(n.max(1));
            for (i, (y, x)) in rows.zip(x.numbers().chunks_exact(n.max(1))).enumerate() {
                y[..i].copy_from_slice(&x[..i]);
                y[i] = number * x[i];
            }
            value
        };
        self.unary("cholesky", value, |g, _x, _y| g.lower_part())
    }
}
