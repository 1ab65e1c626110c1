use crate::kernel::machine::Machine;
use crate::{Element, Var};

impl<T: Element> Var<'_, T> {
    /// For each logit `x` the binary cross-entropy `ln(1 + eˣ) − x y` of its
    /// [`sigmoid`](Var::sigmoid) with the target `y` in `[0, 1]`, with broadcasting;
    /// `∂x = sigmoid(x) − y`, `∂y = −x`.
    ///
    /// Computed as `|x| w + ln(1 + e^−|x|)` with `w = 1 − y` for a positive `x` and `y` for others: it
    /// neither overflows nor cancels. An infinite logit that is right costs 0, another ∞.
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
    #[inline(never)]
    #[track_caller]
    pub fn sigmoid_cross_entropy(self, targets: Self) -> Self {
        self.pairs(
            "sigmoid_cross_entropy",
            targets,
            #[inline(always)]
            |on, x, y| loss(on, x, y),
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
            #[inline(always)]
            |on, x, y| residual(on, x, y),
            |g, x, _y, _z| g * (x.sigmoid() * (-x).sigmoid()),
            |g, _x, _y, _z| -g,
        )
    }
}

/// `|x| w + ln(1 + e^−|x|)`, with the part `w` of the target that the sign of `x` is wrong about.
#[inline(always)]
fn loss<T: Element>(on: Machine, x: T, y: T) -> T {
    let (zero, size) = (T::zero(), x.abs());
    let wrong = if x > zero { T::one() - y } else { y };
    // Selected and not multiplied: 0 · ∞ would be NaN.
    let cost = if wrong == zero { zero } else { size * wrong };
    cost + on.ln_1p(on.exp(-size))
}

/// `(1 − y) sigmoid(x) − y sigmoid(−x)`.
#[inline(always)]
fn residual<T: Element>(on: Machine, x: T, y: T) -> T {
    (T::one() - y) * on.sigmoid(x) - y * on.sigmoid(-x)
}
