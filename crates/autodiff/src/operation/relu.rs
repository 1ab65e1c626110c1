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
        self.unary(self.map(|_, x| relu(x)), |g, _x, y| g.relu_rule(y))
    }

    /// `ȳ` where the rectifier's result `y` is not 0, and 0 elsewhere.
    pub(super) fn relu_rule(self, y: Self) -> Self {
        // Where x is NaN, so is y, and ȳ passes: NaN is not to be hidden.
        let value = self.zip(
            "relu",
            y,
            |_, g, y| if y == T::zero() { T::zero() } else { g },
        );
        if !self.tape.is_recording() {
            return self.constant(value);
        }
        // It changes with `y` in steps only, so `y` has no rule.
        let g_rule = super::rule(|h, v, _| h.relu_rule(v[1]));
        self.tape
            .push(value, [(self.index, g_rule), (y.index, None)])
    }
}

/// The rectifier of a number.
#[inline(always)]
pub(super) fn relu<T: Element>(x: T) -> T {
    if x <= T::zero() { T::zero() } else { x }
}
