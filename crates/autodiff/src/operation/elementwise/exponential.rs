use crate::kernel::machine::Machine;
use crate::{Element, Var};

impl<T: Element> Var<'_, T> {
    /// `y = eˣ`, with `∂x = y`: 0 below `x = −745.2` (−104.0 in `f32`), and ∞ above 709.8 (88.8), as
    /// are the derivatives.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(1.0);
    /// assert!((x.exp().item() - std::f64::consts::E).abs() < 1e-15);
    /// ```
    #[inline(never)]
    #[track_caller]
    pub fn exp(self) -> Self {
        self.each("exp", Machine::exp, |g, _x, y| g * y)
    }

    /// `eˣ − 1`, exact near 0 too, with `∂x = eˣ`. −1 at −∞, and ∞ where the
    /// exponential is.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// assert_eq!(tape.var(1e-20).exp_m1().item(), 1e-20);
    /// ```
    #[inline(never)]
    #[track_caller]
    pub fn exp_m1(self) -> Self {
        self.each("exp_m1", Machine::exp_m1, |g, x, _y| g * x.exp())
    }
}
