use crate::kernel::reduction;
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
    #[track_caller]
    pub fn sum(self, axes: impl Into<Axes>) -> Self {
        let (axes, x) = (axes.into(), self.value());
        let of = axes.of("sum", x.shape());
        let value = of.result(reduction::sum_axes(&x, of), x.shape());
        self.unary(value, move |g, x, _y| {
            g.keep_axes_of(x, axes).broadcast_to(&x.shape())
        })
    }

    /// This result of reducing `x` over `axes` with those axes of size 1.
    pub(super) fn keep_axes_of(self, x: Self, axes: Axes) -> Self {
        let shape = x.shape();
        self.reshape(&axes.of("", &shape).kept(&shape))
    }
}
