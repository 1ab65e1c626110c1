use crate::kernel::elementary;
use crate::kernel::machine::Machine;
use crate::{Element, Var};

impl<T: Element> Var<'_, T> {
    /// `sin x`, of radians, with `∂x = cos x`. NaN at ±∞.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(0.0);
    /// assert_eq!(x.sin().backward().wrt(x)[[]], 1.0);
    /// ```
    #[inline(never)]
    #[track_caller]
    pub fn sin(self) -> Self {
        self.unary("sin", self.slices(elementary::sin), |g, x, _y| g * x.cos())
    }

    /// `cos x`, of radians, with `∂x = −sin x`. NaN at ±∞.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// assert_eq!(tape.var(0.0).cos().item(), 1.0);
    /// ```
    #[inline(never)]
    #[track_caller]
    pub fn cos(self) -> Self {
        let value = self.slices(elementary::cos);
        self.unary("cos", value, |g, x, _y| -(g * x.sin()))
    }

    /// The inverse tangent `atan x`, in radians from −π/2 to π/2, with `∂x = 1 / (1 + x²)`.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(1.0);
    /// assert_eq!(x.atan().item(), std::f64::consts::FRAC_PI_4);
    /// assert_eq!(x.atan().backward().wrt(x)[[]], 0.5);
    /// ```
    #[inline(never)]
    #[track_caller]
    pub fn atan(self) -> Self {
        let one = T::one();
        self.curve(
            "atan",
            Machine::atan,
            move |_, x| (one + x * x).recip(),
            |x| {
                // Where x² overflows it is 0, and without these bounds 0 · ∞.
                let far = T::max_value().sqrt().wide();
                let x = x.clamp(-far, far);
                let slope = (1.0 + x.square()).reciprocal();
                x * slope * slope * -2.0
            },
        )
    }
}
