use crate::kernel::softmax;
use crate::{Axes, Element, Var, keep};

impl<T: Element> Var<'_, T> {
    /// `y = ln Σ eˣ` over `axes`, with `∂x = softmax(x)`. It does not overflow; of nothing it is
    /// −∞.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(ndarray::array![1000.0, 1000.0]);
    /// assert_eq!(x.log_sum_exp(..).item(), 1000.0 + 2.0_f64.ln());
    /// ```
    ///
    /// # Panics
    /// If the array lacks one of the axes.
    #[track_caller]
    pub fn log_sum_exp(self, axes: impl Into<Axes>) -> Self {
        let (axes, x) = (axes.into(), self.value());
        let of = axes.of("log_sum_exp", x.shape());
        let value = of.result(softmax::log_sum_exp(&x, of), x.shape());
        self.unary(value, move |g, x, _y| {
            g.keep_axes_of(x, axes) * x.softmax(axes)
        })
    }

    /// `yᵢ = e^xᵢ / Σⱼ e^xⱼ` over `axes`, with `x̄ = y (ȳ − Σ ȳ y)`. It does not overflow.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(ndarray::array![[0.0, 0.0], [1000.0, 0.0]]);
    /// assert_eq!(x.softmax(-1).value(), ndarray::array![[0.5, 0.5], [1.0, 0.0]].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If the array lacks one of the axes.
    #[track_caller]
    pub fn softmax(self, axes: impl Into<Axes>) -> Self {
        let (axes, x) = (axes.into(), self.value());
        let value = softmax::softmax(&x, axes.of("softmax", x.shape()));
        self.unary(value, move |g, _x, y| y.softmax_rule(g, axes))
    }

    /// `x̄ = p (ȳ − Σ ȳ p)` for this softmax `p` of `x` and a cotangent `ȳ` of what differs from it
    /// by a constant.
    pub(super) fn softmax_rule(self, g: Self, axes: Axes) -> Self {
        self * (g - (g * self).sum(keep(axes)))
    }
}
