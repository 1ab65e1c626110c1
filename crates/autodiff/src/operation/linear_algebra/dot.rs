use crate::kernel::product::{Start, gemm};
use crate::{Element, Shape, Var, error};

impl<T: Element> Var<'_, T> {
    /// The product `Z = X Y` of matrices `[m, k]` and `[k, n]`, with `X̄ = Z̄ Yᵀ` and `Ȳ = Xᵀ Z̄`.
    ///
    /// A vector `[k]` on the left counts as a row, one on the right as a column, and that axis is
    /// missing in the result: two vectors give their inner product.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(ndarray::array![[1.0, 2.0], [3.0, 4.0]]);
    /// let v = tape.var(ndarray::array![1.0, 10.0]);
    /// assert_eq!(x.dot(v).value(), ndarray::array![21.0, 43.0].into_dyn());
    /// assert_eq!(v.dot(v).item(), 101.0);
    /// ```
    ///
    /// # Panics
    /// If the inner dimensions differ, or one of the two has not one or two axes.
    #[track_caller]
    pub fn dot(self, y: Self) -> Self {
        let (a, b) = (self.shape(), y.shape());
        match (&a[..], &b[..]) {
            (&[_, _], &[_, _]) => self.multiply(
                "dot",
                y,
                [1, 0],
                |g, _x, y| g.dot_t(y),
                |g, x, _y| x.t_dot(g),
            ),
            (&[k], &[l]) if k == l => self.reshape(&[1, k]).dot(y.reshape(&[k, 1])).reshape(&[]),
            (&[k], &[l, n]) if k == l => self.reshape(&[1, k]).dot(y).reshape(&[n]),
            (&[m, k], &[l]) if k == l => self.dot(y.reshape(&[k, 1])).reshape(&[m]),
            ([_] | [_, _], [_] | [_, _]) => error::dot("dot", &a, &b),
            _ => error::dot_rank("dot", "one or two axes", &a, &b),
        }
    }

    /// The product `Z = X Yᵀ` of matrices `[m, k]` and `[n, k]`, without a transposed copy, with
    /// `X̄ = Z̄ Y` and `Ȳ = Z̄ᵀ X`.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(ndarray::array![[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(x.dot_t(x).value(), x.dot(x.t()).value());
    /// ```
    ///
    /// # Panics
    /// If the numbers of columns differ, or one of the two has not two axes.
    #[track_caller]
    pub fn dot_t(self, y: Self) -> Self {
        self.multiply(
            "dot_t",
            y,
            [1, 1],
            |g, _x, y| g.dot(y),
            |g, x, _y| g.t_dot(x),
        )
    }

    /// The product `Z = Xᵀ Y` of matrices `[k, m]` and `[k, n]`, without a transposed copy, with
    /// `X̄ = Y Z̄ᵀ` and `Ȳ = X Z̄`.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(ndarray::array![[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(x.t_dot(x).value(), x.t().dot(x).value());
    /// ```
    ///
    /// # Panics
    /// If the numbers of rows differ, or one of the two has not two axes.
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
            if (a.shape().len(), b.shape().len()) != (2, 2) {
                error::dot_rank(operation, "two axes", a.shape(), b.shape());
            }
            if a.shape()[inner[0]] != b.shape()[inner[1]] {
                error::dot(operation, a.shape(), b.shape());
            }
            let outer = [a.shape()[1 - inner[0]], b.shape()[1 - inner[1]]];
            let mut value = self.tape.fresh(Shape::from(outer));
            // With the inner axis last on the left and first on the right.
            let (mut x, mut y) = (a.matrix(), b.matrix());
            if inner[0] == 0 {
                x = x.reversed_axes();
            }
            if inner[1] == 1 {
                y = y.reversed_axes();
            }
            gemm(x, y, Start::Zero, value.numbers_mut(), None);
            value
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
