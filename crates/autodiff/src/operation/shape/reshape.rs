use crate::{Element, Shape, Var, error};

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
}
