use crate::{Element, Var};

impl<T: Element> Var<'_, T> {
    /// The transpose: the axes in reverse order, as NumPy's `.T`.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(ndarray::array![[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(x.t().value(), ndarray::array![[1.0, 3.0], [2.0, 4.0]].into_dyn());
    /// ```
    #[track_caller]
    pub fn t(self) -> Self {
        let value = self.value().t().as_standard_layout().into_owned();
        let value = self.tape.shared(value.into_shared());
        self.unary("t", value, |g, _x, _y| g.t())
    }
}
