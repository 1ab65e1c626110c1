use crate::kernel::machine::Machine;
use crate::{Element, Var};

impl<T: Element> Var<'_, T> {
    /// For each logit `x` the binary cross-entropy `ln(1 + eˣ) − x y` of its
    /// [`sigmoid`](Var::sigmoid) with the target `y` in `[0, 1]`, with broadcasting;
    /// `∂x = sigmoid(x) − y`, `∂y = −x`.
    ///
    /// Computed as `(max(x, 0) − x y) + ln(1 + e^−|x|)`: it neither overflows nor cancels where a
    /// target is 0 or 1.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f32>::new();
    /// let (x, y) = (tape.var([0.0, 20.0, -1000.0]), tape.constant([1.0, 1.0, 1.0]));
    /// let loss = x.sigmoid_cross_entropy(y).value();
    /// assert_eq!((loss[0], loss[2]), (2.0_f32.ln(), 1000.0));
    /// assert!((loss[1] / 2.061_153_6e-9 - 1.0).abs() < 1e-6);
    /// ```
    ///
    /// # Panics
    /// If the shapes do not broadcast, or the variables belong to two tapes.
    #[track_caller]
    pub fn sigmoid_cross_entropy(self, targets: Self) -> Self {
        self.pairs(
            "sigmoid_cross_entropy",
            targets,
            loss,
            // Not `sigmoid(x) − y`, which is 0 long before a right answer for y = 1 is.
            |g, x, y, _z| g * x.sigmoid_residual(y),
            |g, x, _y, _z| -(g * x),
        )
    }

    /// `sigmoid(x) − y`, computed as `(1 − y) sigmoid(x) − y sigmoid(−x)`.
    fn sigmoid_residual(self, y: Self) -> Self {
        self.pairs(
            "sigmoid_cross_entropy",
            y,
            residual,
            |g, x, _y, _z| g * (x.sigmoid() * (-x).sigmoid()),
            |g, _x, _y, _z| -g,
        )
    }
}

/// `(max(x, 0) − x y) + ln(1 + e^−|x|)`.
#[inline(always)]
fn loss<T: Element>(on: Machine, x: T, y: T) -> T {
    (x.max(T::zero()) - x * y) + on.ln_1p(on.exp(-x.abs()))
}

/// `(1 − y) sigmoid(x) − y sigmoid(−x)`.
#[inline(always)]
fn residual<T: Element>(on: Machine, x: T, y: T) -> T {
    (T::one() - y) * on.sigmoid(x) - y * on.sigmoid(-x)
}
