use crate::axes::AxesOf;
use crate::{Axes, Element, Shape, Var};

impl<T: Element> Var<'_, T> {
    /// The product over `axes`; `∂x` is the product of the other elements, also where some are 0. The
    /// product of nothing is 1.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(ndarray::array![2.0, 0.0, 5.0]);
    /// assert_eq!(x.prod(..).item(), 0.0);
    /// assert_eq!(x.prod(..).backward().wrt(x), ndarray::array![0.0, 10.0, 0.0].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If the array lacks one of the axes.
    #[inline(never)]
    #[track_caller]
    pub fn prod(self, axes: impl Into<Axes>) -> Self {
        let shape = self.shape();
        let axes = axes.into().of("prod", &shape);
        let result = axes.reduced(&shape);
        // Halves are multiplied until one is left: no division, so that zeros are as any number.
        let (mut product, mut count) = (self.reduced_axes_first(axes), axes.count(&shape));
        if count == 0 {
            return self.tape.full(result, T::one());
        }
        while count > 1 {
            let half = count / 2;
            let pairs = product.part(0, 0, half) * product.part(0, half, half);
            product = if count % 2 == 1 {
                crate::concatenate(&[pairs, product.slice(0, 2 * half..)], 0)
            } else {
                pairs
            };
            count = count.div_ceil(2);
        }
        product.reshape(&result)
    }

    /// A matrix of the elements of each reduction, one column for each.
    #[track_caller]
    fn reduced_axes_first(self, axes: AxesOf) -> Self {
        let shape = self.shape();
        let (reduced, left) = ((0..shape.len()), (0..shape.len()));
        let mut order = reduced
            .filter(|&axis| axes.contains(axis))
            .chain(left.filter(|&axis| !axes.contains(axis)));
        let order = Shape::of(shape.len(), |_| order.next().expect("each axis once"));
        let count = axes.count(&shape);
        let left = axes.reduced(&shape).count();
        self.permute(&order).reshape(&[count, left])
    }
}
