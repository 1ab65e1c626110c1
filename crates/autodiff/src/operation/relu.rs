use crate::{Element, Var};

impl<T: Element> Var<'_, T> {
    /// The rectifier `max(x, 0)`, with `∂x = 1` above 0 and 0 elsewhere, at 0 as well.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(ndarray::array![-1.0, 0.0, 2.0]);
    /// let y = x.relu();
    /// assert_eq!(y.value(), ndarray::array![0.0, 0.0, 2.0].into_dyn());
    /// assert_eq!(y.sum(..).backward().wrt(x), ndarray::array![0.0, 0.0, 1.0].into_dyn());
    /// ```
    pub fn relu(self) -> Self {
        self.unary(
            self.map(|x| if x <= T::zero() { T::zero() } else { x }),
            |g, x, _y| g * x.is_positive(),
        )
    }

    /// 0 where `x ≤ 0`, 1 elsewhere, at NaN as well, which is not to be hidden; as a constant.
    fn is_positive(self) -> Self {
        self.constant(self.map(|x| if x <= T::zero() { T::zero() } else { T::one() }))
    }
}
