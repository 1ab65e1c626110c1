use crate::{Element, Var};

impl<T: Element> Var<'_, T> {
    /// `x / (1 + |x|)`, with `∂x = 1 / (1 + |x|)²`. The second derivative has a step at 0, where it
    /// is taken as 0.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var([-1.0, f64::INFINITY]);
    /// assert_eq!(x.softsign().value(), ndarray::array![-0.5, 1.0].into_dyn());
    /// ```
    #[inline(never)]
    #[track_caller]
    pub fn softsign(self) -> Self {
        let one = T::one();
        self.curve(
            "softsign",
            move |_, x| {
                let y = x / (one + x.abs());
                if x.is_infinite() { x.signum() } else { y }
            },
            move |_, x| {
                let r = (one + x.abs()).recip();
                r * r
            },
            |x| x.sign() * (1.0 + x.abs()).reciprocal().powi(3) * -2.0,
        )
    }
}
