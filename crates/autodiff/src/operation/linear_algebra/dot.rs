use crate::kernel::product::{Batch, gemm_batch};
use crate::lazy::multiply;
use crate::shape::broadcast;
use crate::{Element, Shape, Var, error};

impl<T: Element> Var<'_, T> {
    /// The product `Z = X Y` of matrices `[m, k]` and `[k, n]`, with `X̄ = Z̄ Yᵀ` and `Ȳ = Xᵀ Z̄`.
    ///
    /// A vector `[k]` on the left counts as a row, one on the right as a column, and that axis is
    /// missing in the result: two vectors give their inner product.
    ///
    /// With more axes it is a product for each place of the leading ones, which broadcast, as in
    /// NumPy's `matmul`: `[…, m, k]` and `[…, k, n]` give `[…, m, n]`. Many matrices times one are
    /// one product, of all their rows.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(ndarray::array![[1.0, 2.0], [3.0, 4.0]]);
    /// let v = tape.var(ndarray::array![1.0, 10.0]);
    /// assert_eq!(x.dot(v).value(), ndarray::array![21.0, 43.0].into_dyn());
    /// assert_eq!(v.dot(v).item(), 101.0);
    ///
    /// let batch = tape.var(ndarray::Array4::ones([5, 1, 3, 2]));
    /// let other = tape.var(ndarray::Array3::ones([6, 2, 4]));
    /// assert_eq!(batch.dot(other).shape(), [5, 6, 3, 4]);
    /// ```
    ///
    /// # Panics
    /// If the inner dimensions differ, the leading axes do not broadcast, or one of the two is a
    /// number.
    #[inline(never)]
    #[track_caller]
    pub fn dot(self, y: Self) -> Self {
        let (a, b) = (self.shape(), y.shape());
        match (&a[..], &b[..]) {
            ([_, _], [_, _]) => {}
            ([], _) | (_, []) => error::dot_rank("dot", "at least one axis", &a, &b),
            ([.., k], [l] | [.., l, _]) if k != l => error::dot("dot", &a, &b),
            (&[k], [leading @ .., _, n]) => {
                let shape = Shape::joined(leading, &[*n]);
                return self.reshape(&[1, k]).dot(y).reshape(&shape);
            }
            ([rows @ .., k], [_]) => return self.dot(y.reshape(&[*k, 1])).reshape(rows),
            ([rows @ .., _], [_, n]) => {
                let shape = Shape::joined(rows, &[*n]);
                return self.one_matrix().dot(y).reshape(&shape);
            }
            _ => {}
        }
        self.multiply(
            "dot",
            y,
            [1, 0],
            |g, _x, y| g.dot_t(y),
            |g, x, _y| x.t_dot(g),
        )
    }

    /// The product `Z = X Yᵀ` of matrices `[m, k]` and `[n, k]`, without a transposed copy, with
    /// `X̄ = Z̄ Y` and `Ȳ = Z̄ᵀ X`. Leading axes broadcast as in [`dot`](Var::dot).
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(ndarray::array![[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(x.dot_t(x).value(), x.dot(x.t()).value());
    /// ```
    ///
    /// # Panics
    /// If the numbers of columns differ, the leading axes do not broadcast, or one of the two has
    /// fewer than two axes.
    #[inline(never)]
    #[track_caller]
    pub fn dot_t(self, y: Self) -> Self {
        let (a, b) = (self.shape(), y.shape());
        if let ([rows @ .., k], [n, l]) = (&a[..], &b[..])
            && rows.len() > 1
            && k == l
        {
            let shape = Shape::joined(rows, &[*n]);
            return self.one_matrix().dot_t(y).reshape(&shape);
        }
        self.multiply(
            "dot_t",
            y,
            [1, 1],
            |g, _x, y| g.dot(y),
            |g, x, _y| g.t_dot(x),
        )
    }

    /// The product `Z = Xᵀ Y` of matrices `[k, m]` and `[k, n]`, without a transposed copy, with
    /// `X̄ = Y Z̄ᵀ` and `Ȳ = X Z̄`. Leading axes broadcast as in [`dot`](Var::dot).
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(ndarray::array![[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(x.t_dot(x).value(), x.t().dot(x).value());
    /// ```
    ///
    /// # Panics
    /// If the numbers of rows differ, the leading axes do not broadcast, or one of the two has fewer
    /// than two axes.
    #[inline(never)]
    #[track_caller]
    pub fn t_dot(self, y: Self) -> Self {
        self.multiply(
            "t_dot",
            y,
            [0, 0],
            |g, _x, y| y.dot_t(g),
            |g, x, _y| x.dot(g),
        )
    }

    /// The rows of all matrices as those of one.
    #[track_caller]
    fn one_matrix(self) -> Self {
        let shape = self.shape();
        let (width, rows) = shape.split_last().expect("there are several matrices");
        self.reshape(&[rows.iter().product(), *width])
    }

    /// A product of matrices that sums over the axes `inner` of the two, with the rules
    /// `(z̄, x, y) → x̄` and `→ ȳ`.
    #[track_caller]
    fn multiply(
        self,
        operation: &'static str,
        y: Self,
        inner: [usize; 2],
        x_rule: impl for<'a> Fn(Var<'a, T>, Var<'a, T>, Var<'a, T>) -> Var<'a, T> + Send + 'static,
        y_rule: impl for<'a> Fn(Var<'a, T>, Var<'a, T>, Var<'a, T>) -> Var<'a, T> + Send + 'static,
    ) -> Self {
        self.same_tape(operation, y);
        let value = {
            let (a, b) = (self.read(), y.read());
            let ([a_leading @ .., a0, a1], [b_leading @ .., b0, b1]) =
                (&a.shape()[..], &b.shape()[..])
            else {
                error::dot_rank(operation, "at least two axes", a.shape(), b.shape())
            };
            let (a_matrix, b_matrix) = ([*a0, *a1], [*b0, *b1]);
            if a_matrix[inner[0]] != b_matrix[inner[1]] {
                error::dot(operation, a.shape(), b.shape());
            }
            let outer = [a_matrix[1 - inner[0]], b_matrix[1 - inner[1]]];
            if a_leading.is_empty() && b_leading.is_empty() {
                let (shape, factors) = (Shape::from(outer), [&*a, &*b]);
                if self.tape.is_lazy() {
                    self.tape.lazy_product(shape, factors, inner)
                } else {
                    let mut value = self.tape.fresh(shape);
                    multiply(factors, inner, value.numbers_mut());
                    value
                }
            } else {
                let Some(leading) = broadcast(a_leading, b_leading) else {
                    error::dot_leading(operation, a.shape(), b.shape())
                };
                let mut value = self.tape.fresh(Shape::joined(&leading, &outer));
                let a = Batch {
                    numbers: a.numbers(),
                    leading: a_leading,
                    matrix: a_matrix,
                    transposed: inner[0] == 0,
                };
                let b = Batch {
                    numbers: b.numbers(),
                    leading: b_leading,
                    matrix: b_matrix,
                    transposed: inner[1] == 1,
                };
                gemm_batch(&a, &b, &leading, value.numbers_mut());
                value
            }
        };
        self.binary(
            operation,
            y,
            value,
            move |g, x, y, _z| x_rule(g, x, y),
            move |g, x, y, _z| y_rule(g, x, y),
        )
    }
}
