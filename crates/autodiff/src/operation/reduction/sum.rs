use crate::axes::AxesOf;
use crate::kernel::{elementwise, reduction};
use crate::value::Value;
use crate::{Axes, Element, Var};

impl<T: Element> Var<'_, T> {
    /// The sum over `axes`; every element gets the cotangent of its sum. The sum of nothing is 0.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(ndarray::array![[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(x.sum(..).item(), 10.0);
    /// assert_eq!(x.sum(0).value(), ndarray::array![4.0, 6.0].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If the array lacks one of the axes.
    #[inline(never)]
    #[track_caller]
    pub fn sum(self, axes: impl Into<Axes>) -> Self {
        let axes = axes.into().of("sum", &self.shape());
        self.sum_over(axes)
    }

    /// The sum over axes that the array has.
    #[track_caller]
    pub(in crate::operation) fn sum_over(self, axes: AxesOf) -> Self {
        let value = self.reduce(axes, reduction::sum_axes);
        self.unary("sum", value, move |g, x, _y| g.spread(x, axes, 1.0))
    }

    /// `c` times this result of reducing `x` over `axes`, at every element that it was reduced from.
    #[track_caller]
    pub(in crate::operation) fn spread(self, x: Self, axes: AxesOf, c: f64) -> Self {
        let value = {
            let (g, x, number) = (self.read(), x.read(), T::of(c));
            let mut value = self.tape.fresh(x.shape().clone());
            let kept = axes.kept(x.shape());
            let g = (g.numbers(), &kept[..]);
            elementwise::spread(value.numbers_mut(), x.shape(), g, move |_, g| g * number);
            value
        };
        self.unary("spread", value, move |h, _g, _| h.sum_over(axes) * c)
    }

    /// What a kernel `(out, x, shape, axes)` makes of this array.
    pub(in crate::operation) fn reduce(
        self,
        axes: AxesOf,
        kernel: impl FnOnce(&mut [T], &[T], &[usize], AxesOf),
    ) -> Value<T> {
        let x = self.read();
        let mut value = self.tape.fresh(axes.reduced(x.shape()));
        kernel(value.numbers_mut(), x.numbers(), x.shape(), axes);
        value
    }

    /// This result of reducing `x` over `axes` with those axes of size 1.
    pub(in crate::operation) fn keep_axes_of(self, x: Self, axes: AxesOf) -> Self {
        self.reshape(&axes.kept(&x.shape()))
    }
}
