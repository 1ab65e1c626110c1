use crate::{Element, Var};

impl<T: Element> Var<'_, T> {
    /// `x` within ±1, and ±1 beyond: [`clamp`](Var::clamp), with `∂x = 1` within, at ±1 as well, and
    /// 0 beyond. NaN stays, with the derivative 1.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var([-3.0, 0.5]);
    /// assert_eq!(x.hard_tanh().value(), ndarray::array![-1.0, 0.5].into_dyn());
    /// ```
    #[inline(never)]
    #[track_caller]
    pub fn hard_tanh(self) -> Self {
        self.clamp(-1.0, 1.0)
    }
}
