use crate::axes::AxesOf;
use crate::kernel::{elementwise, reduction};
use crate::value::Value;
use crate::{Axes, Element, Shape, Var};

impl<T: Element> Var<'_, T> {
    /// The Euclidean norm `y = √(Σ x²)` over `axes`, with `∂x = x / y`, and 0 where all elements are
    /// 0, as are the derivatives of higher orders there. Squares that would overflow or vanish are
    /// scaled. The norm of nothing is 0. It is ∞ if an element is, by which the derivative is NaN.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f32>::new();
    /// let x = tape.var(ndarray::array![[3.0, 4.0], [0.0, 0.0], [3e-30, 4e-30]]);
    /// let y = x.norm(-1);
    /// assert_eq!(y.value(), ndarray::array![5.0, 0.0, 5e-30].into_dyn());
    /// let g = y.sum(..).backward().wrt(x);
    /// assert_eq!((g[[0, 0]], g[[1, 0]]), (0.6, 0.0));
    /// ```
    ///
    /// # Panics
    /// If the array lacks one of the axes.
    #[inline(never)]
    #[track_caller]
    pub fn norm(self, axes: impl Into<Axes>) -> Self {
        let axes = axes.into().of("norm", &self.shape());
        self.norm_over(axes)
    }

    /// The norm over axes that the array has.
    #[track_caller]
    pub(in crate::operation) fn norm_over(self, axes: AxesOf) -> Self {
        let value = self.norm_value(axes);
        self.unary("norm", value, move |g, x, y| {
            g.keep_axes_of(x, axes) * x.over_or_zero(y.keep_axes_of(x, axes))
        })
    }

    fn norm_value(self, axes: AxesOf) -> Value<T> {
        let tape = self.tape;
        let x = self.read();
        let root_of_squares = |x: &[T], shape: &[usize]| {
            let mut squares = tape.fresh(Shape::from(shape));
            elementwise::map(squares.numbers_mut(), x, |_, x| x * x);
            let mut value = tape.fresh(axes.reduced(shape));
            reduction::sum_axes(value.numbers_mut(), squares.numbers(), shape, axes);
            tape.recycle(squares);
            elementwise::change(value.numbers_mut(), |_, sum| sum.sqrt());
            value
        };
        let mut value = root_of_squares(x.numbers(), x.shape());
        // Below these squares were denormal; infinite ones may be of numbers that are not.
        let safe = T::min_positive_value().sqrt()..T::infinity();
        if value.numbers().iter().all(|norm| safe.contains(norm)) || x.numbers().is_empty() {
            return value;
        }
        let kept = axes.kept(x.shape());
        let mut largest = tape.fresh(kept.clone());
        let mut sizes = tape.fresh(x.shape().clone());
        elementwise::map(sizes.numbers_mut(), x.numbers(), |_, x| x.abs());
        let out = largest.numbers_mut();
        reduction::max_axes(out, sizes.numbers(), x.shape(), axes);
        // Of nothing but zeros the scale does not matter, nor where it is not finite.
        elementwise::change(out, |_, max| {
            if max > T::zero() && max.is_finite() {
                max
            } else {
                T::one()
            }
        });
        let (x_numbers, of_largest) = (
            (x.numbers(), &x.shape()[..]),
            (largest.numbers(), &kept[..]),
        );
        let out = sizes.numbers_mut();
        elementwise::broadcast(out, x.shape(), x_numbers, of_largest, |_, x, max| x / max);
        let scaled = root_of_squares(sizes.numbers(), x.shape());
        let out = value.numbers_mut();
        elementwise::zip(out, scaled.numbers(), largest.numbers(), |_, y, max| {
            y * max
        });
        for done in [largest, sizes, scaled] {
            tape.recycle(done);
        }
        value
    }

    /// `z = x / y`, and 0 where `y` is 0, with broadcasting; `∂x = 1 / y`, `∂y = −z / y`, and 0
    /// there.
    #[track_caller]
    pub(in crate::operation) fn over_or_zero(self, y: Self) -> Self {
        self.pairs(
            "norm",
            y,
            |_, x, y| if y == T::zero() { T::zero() } else { x / y },
            |g, _x, y, _z| g.over_or_zero(y),
            |g, _x, y, z| -(g * z).over_or_zero(y),
        )
    }
}
