use crate::{Element, Shape, Var, Vjp, error};

impl<T: Element> Var<'_, T> {
    /// The mean squared difference `1/n Σ (x − y)²` of two variables of one shape, with
    /// `∂x = 2 (x − y) / n`, `∂y = −∂x`.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let (x, y) = (tape.var([1.0, 5.0]), tape.constant([1.0, 3.0]));
    /// assert_eq!(x.mean_squared_difference(y).item(), 2.0);
    /// ```
    ///
    /// # Panics
    /// If the shapes differ or there is no element, or the variables belong to two tapes.
    #[inline(never)]
    #[track_caller]
    pub fn mean_squared_difference(self, y: Self) -> Self {
        let mut value = self.tape.fresh(Shape::number());
        let difference = {
            let (a, b) = (self.shape(), y.shape());
            if a != b {
                error::equal_shapes("mean_squared_difference", &a, &b);
            }
            if a.count() == 0 {
                error::nothing_to_reduce("mean_squared_difference", &a);
            }
            self.zip("mean_squared_difference", y, |_, x, y| x - y)
        };
        let count = difference.numbers().len() as f64;
        let squares = crate::kernel::reduction::sum_of(difference.numbers(), |_, d| d * d);
        value.numbers_mut()[0] = squares / T::of(count);
        self.tape.recycle(difference);
        self.binary(
            "mean_squared_difference",
            y,
            value,
            move |g, x, y, _z| g.times_difference(x, y, 2.0 / count),
            move |g, x, y, _z| g.times_difference(y, x, 2.0 / count),
        )
    }

    /// `c g (x − y)` for one number `g`.
    fn times_difference(self, x: Self, y: Self, c: f64) -> Self {
        let scale = T::of(c) * self.item();
        let value = x.zip("mean_squared_difference", y, move |_, x, y| scale * (x - y));
        if !self.tape.is_recording() {
            return self.constant("mean_squared_difference", value);
        }
        let rules = [
            (
                self.index,
                Vjp::new(move |h, v, _| (h * (v[1] - v[2])).sum(..) * c),
            ),
            (x.index, Vjp::new(move |h, v, _| h * (v[0] * c))),
            (y.index, Vjp::new(move |h, v, _| h * (v[0] * -c))),
        ];
        self.tape.push("mean_squared_difference", value, rules)
    }
}
