use crate::{Element, Var};

impl<T: Element> Var<'_, T> {
    /// The same value, `y = x`, as a constant: no gradient goes through it, `∂x = 0`. The numbers are
    /// shared and not copied.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(3.0);
    /// assert_eq!((x * x.stop_gradient()).backward().wrt(x)[[]], 3.0);
    /// ```
    #[inline(never)]
    #[track_caller]
    pub fn stop_gradient(self) -> Self {
        let value = self.read().clone();
        self.constant("stop_gradient", value)
    }
}
