use crate::{Element, Var};

impl<T: Element> Var<'_, T> {
    /// `Y = c (X + Xᵀ)` of a square matrix, with `X̄ = c (Ȳ + Ȳᵀ)`: with `c = ½` the symmetric part.
    #[track_caller]
    pub(super) fn plus_transpose(self, name: &'static str, c: f64) -> Self {
        let value = {
            let x = self.read();
            let mut value = self.tape.fresh(x.shape().clone());
            let (x, n, number) = (x.numbers(), x.shape()[0], T::of(c));
            for (i, row) in value.numbers_mut().chunks_exact_mut(n.max(1)).enumerate() {
                let pairs = x[i * n..].iter().zip(x[i..].iter().step_by(n));
                for (y, (&x, &t)) in row.iter_mut().zip(pairs) {
                    *y = number * (x + t);
                }
            }
            value
        };
        self.unary(name, value, move |g, _x, _y| g.plus_transpose(name, c))
    }
}
