use crate::kernel::blocks;
use crate::{Axes, Element, Shape, Var, error};

impl<T: Element> Var<'_, T> {
    /// The transpose: the axes in reverse order, as NumPy's `.T`.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(ndarray::array![[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(x.t().value(), ndarray::array![[1.0, 3.0], [2.0, 4.0]].into_dyn());
    /// ```
    #[inline(never)]
    #[track_caller]
    pub fn t(self) -> Self {
        let rank = self.shape().len();
        self.in_order(Shape::of(rank, |axis| rank - 1 - axis))
    }

    /// Two axes in each other's place; the cotangent gets them back.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(ndarray::Array3::zeros([2, 3, 4]));
    /// assert_eq!(x.transpose(0, -1).shape(), [4, 3, 2]);
    /// ```
    ///
    /// # Panics
    /// If the array lacks one of the axes.
    #[inline(never)]
    #[track_caller]
    pub fn transpose(self, a: impl Into<Axes>, b: impl Into<Axes>) -> Self {
        let shape = self.shape();
        let a = a.into().one("transpose", &shape);
        let b = b.into().one("transpose", &shape);
        self.in_order(Shape::of(shape.len(), |axis| match axis {
            _ if axis == a => b,
            _ if axis == b => a,
            _ => axis,
        }))
    }

    /// The axes in another order: axis `i` of the result is axis `order[i]` of the array. The
    /// cotangent gets the old order.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(ndarray::Array3::zeros([2, 3, 4]));
    /// assert_eq!(x.permute(&[2, 0, 1]).shape(), [4, 2, 3]);
    /// ```
    ///
    /// # Panics
    /// If `order` does not hold each axis once.
    #[inline(never)]
    #[track_caller]
    pub fn permute(self, order: &[usize]) -> Self {
        let shape = self.shape();
        if order.len() != shape.len() || (0..shape.len()).any(|axis| !order.contains(&axis)) {
            error::order(order, &shape);
        }
        self.in_order(Shape::from(order))
    }

    /// The axes in an order that holds each once.
    #[track_caller]
    fn in_order(self, order: Shape) -> Self {
        let value = {
            let x = self.read();
            let shape = Shape::of(order.len(), |axis| x.shape()[order[axis]]);
            let mut value = self.tape.fresh(shape);
            let (out, forwards) = (value.numbers_mut(), |_| false);
            blocks::rearrange(out, x.numbers(), x.shape(), &order, forwards);
            value
        };
        // On the tape: a rule has no room for a shape.
        let order = self.tape.keep_indices(order.iter().copied());
        self.unary("permute", value, move |g, x, _y| {
            let back = {
                let order = x.tape.indices(order);
                Shape::of(order.len(), |axis| {
                    let place = order.iter().position(|&from| from == axis);
                    place.expect("the order holds each axis")
                })
            };
            g.in_order(back)
        })
    }
}
