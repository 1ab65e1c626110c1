use crate::{Axes, Element, Shape, Var, error};

impl<T: Element> Var<'_, T> {
    /// The same elements in row-major order under another shape; the cotangent gets the old shape.
    /// Under the same shape it is the variable itself.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(ndarray::array![[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(x.reshape(&[4]).value(), ndarray::array![1.0, 2.0, 3.0, 4.0].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If the number of elements would change.
    #[inline(never)]
    #[track_caller]
    pub fn reshape(self, shape: &[usize]) -> Self {
        let value = {
            let (x, shape) = (self.read(), Shape::from(shape));
            if x.shape().count() != shape.count() {
                error::reshape(x.shape(), &shape);
            }
            if *x.shape() == shape {
                return self;
            }
            x.reshaped(shape)
        };
        self.unary("reshape", value, |g, x, _y| g.reshape(&x.shape()))
    }

    /// Without axes of the size 1: those listed, or all such axes for `..`.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(ndarray::Array3::zeros([1, 3, 1]));
    /// assert_eq!(x.squeeze(0).shape(), [3, 1]);
    /// assert_eq!(x.squeeze(..).shape(), [3]);
    /// ```
    ///
    /// # Panics
    /// If the array lacks one of the axes listed, or its size is not 1.
    #[inline(never)]
    #[track_caller]
    pub fn squeeze(self, axes: impl Into<Axes>) -> Self {
        let (axes, shape) = (axes.into(), self.shape());
        let listed = axes.of("squeeze", &shape);
        let dropped = |axis: usize| listed.contains(axis) && shape[axis] == 1;
        if !axes.is_all()
            && let Some(axis) =
                (0..shape.len()).find(|&axis| listed.contains(axis) && !dropped(axis))
        {
            error::squeeze(axis, &shape);
        }
        let mut left = (0..shape.len()).filter(|&axis| !dropped(axis));
        let left = Shape::of(left.clone().count(), |_| {
            shape[left.next().expect("it was counted")]
        });
        self.reshape(&left)
    }

    /// With one more axis, of the size 1, at this place in the result.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(ndarray::array![1.0, 2.0]);
    /// assert_eq!(x.expand_dims(0).shape(), [1, 2]);
    /// assert_eq!(x.expand_dims(-1).shape(), [2, 1]);
    /// ```
    ///
    /// # Panics
    /// If the result has no such axis.
    #[inline(never)]
    #[track_caller]
    pub fn expand_dims(self, axis: impl Into<Axes>) -> Self {
        let shape = self.shape();
        let more = Shape::joined(&shape, &[1]);
        let new = axis.into().one("expand_dims", &more);
        self.reshape(&Shape::of(more.len(), |axis| match axis {
            _ if axis < new => shape[axis],
            _ if axis == new => 1,
            _ => shape[axis - 1],
        }))
    }
}
