use crate::axes::AxesOf;
use crate::kernel::softmax;
use crate::{Axes, Element, Var};

impl<T: Element> Var<'_, T> {
    /// `y = ln Σ eˣ` over `axes`, with `∂x = softmax(x)`. It does not overflow; of nothing it is
    /// −∞. An infinite maximum is the result, with the derivatives of the [`softmax`](Var::softmax).
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
    #[inline(never)]
    #[track_caller]
    pub fn log_sum_exp(self, axes: impl Into<Axes>) -> Self {
        let axes = axes.into().of("log_sum_exp", &self.shape());
        let value = self.reduce(axes, softmax::log_sum_exp);
        self.unary("log_sum_exp", value, move |g, x, _y| {
            g.keep_axes_of(x, axes) * x.softmax_over(axes)
        })
    }

    /// `yᵢ = e^xᵢ / Σⱼ e^xⱼ` over `axes`, with `x̄ = y (ȳ − Σ ȳ y)`. It does not overflow.
    /// Where the largest elements are infinite, those that are equal to it have the same part of 1 and
    /// all others 0, also where all are −∞. Where one is nearly all of the sum, derivatives are exact to
    /// some `ε` of 1, not of themselves; so are those of the second order of the other functions here.
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
    #[inline(never)]
    #[track_caller]
    pub fn softmax(self, axes: impl Into<Axes>) -> Self {
        let axes = axes.into().of("softmax", &self.shape());
        self.softmax_over(axes)
    }

    /// `yᵢ = xᵢ − ln Σⱼ e^xⱼ` over `axes`, the logarithm of the [`softmax`](Var::softmax), with `x̄ = ȳ
    /// − eʸ Σ ȳ`. It neither overflows nor cancels where the softmax rounds to 0. An
    /// infinite maximum is shared as by the softmax.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(ndarray::array![0.0, 1000.0]);
    /// assert_eq!(x.log_softmax(-1).value(), ndarray::array![-1000.0, 0.0].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If the array lacks one of the axes.
    #[inline(never)]
    #[track_caller]
    pub fn log_softmax(self, axes: impl Into<Axes>) -> Self {
        let axes = axes.into().of("log_softmax", &self.shape());
        let value = {
            let x = self.read();
            let mut value = self.tape.fresh(x.shape().clone());
            softmax::log_softmax(value.numbers_mut(), x.numbers(), x.shape(), axes);
            value
        };
        self.unary("log_softmax", value, move |g, _x, y| {
            g - y.exp() * g.sum_over(axes.keep())
        })
    }

    /// The softmax over axes that the array has.
    #[track_caller]
    pub(in crate::operation) fn softmax_over(self, axes: AxesOf) -> Self {
        let value = {
            let x = self.read();
            let mut value = self.tape.fresh(x.shape().clone());
            softmax::softmax(value.numbers_mut(), x.numbers(), x.shape(), axes);
            value
        };
        self.unary("softmax", value, move |g, _x, y| y.softmax_rule(g, axes))
    }

    /// `x̄ = p (ȳ − Σ ȳ p)` for this softmax `p` of `x` and a cotangent `ȳ` of what differs from it
    /// by a constant.
    pub(in crate::operation) fn softmax_rule(self, g: Self, axes: AxesOf) -> Self {
        self * (g - (g * self).sum_over(axes.keep()))
    }
}
