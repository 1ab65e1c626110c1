use crate::axes::AxesOf;
use crate::kernel::normalize::deviations;
use crate::{Axes, Element, Var, error};

impl<T: Element> Var<'_, T> {
    /// The variance `Σ (x − m)² / (n − ddof)` over `axes`, with the mean `m` of `n` elements; `∂x = 2
    /// (x − m) / (n − ddof)`. `ddof` 0 gives the variance of the elements themselves, 1 the unbiased
    /// estimate from a sample (PyTorch's default). Of equal elements it is 0, whatever they are.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(ndarray::array![1.0, 2.0, 3.0]);
    /// assert_eq!(x.variance(.., 1).item(), 1.0);
    /// ```
    ///
    /// # Panics
    /// If the array lacks one of the axes, or if there are not more than `ddof` elements.
    #[inline(never)]
    #[track_caller]
    pub fn variance(self, axes: impl Into<Axes>, ddof: usize) -> Self {
        let shape = self.shape();
        let axes = axes.into().of("variance", &shape);
        let left = degrees_of_freedom("variance", axes, &shape, ddof);
        let squares = self.deviations(axes).square().sum_over(axes);
        squares / left
    }

    /// The standard deviation, the root of the [`variance`](Var::variance); `∂x = (x − m) / ((n −
    /// ddof) y)`, and 0 where all elements are equal, as are the derivatives of higher orders there.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(ndarray::array![[1.0, 2.0, 3.0], [5.0, 5.0, 5.0]]);
    /// assert_eq!(x.std(-1, 1).value(), ndarray::array![1.0, 0.0].into_dyn());
    /// assert_eq!(x.std(-1, 1).sum(..).backward().wrt(x)[[1, 0]], 0.0);
    /// ```
    ///
    /// # Panics
    /// As [`variance`](Var::variance).
    #[inline(never)]
    #[track_caller]
    pub fn std(self, axes: impl Into<Axes>, ddof: usize) -> Self {
        let shape = self.shape();
        let axes = axes.into().of("std", &shape);
        let left = degrees_of_freedom("std", axes, &shape, ddof);
        self.deviations(axes).norm_over(axes) / left.sqrt()
    }

    /// `x − m`: as a matrix it is symmetric, so that it is its own rule.
    #[track_caller]
    fn deviations(self, axes: AxesOf) -> Self {
        let rows = axes.last_together(&self.read().shape()[..]);
        let value = match rows {
            Some(width) => self.slices(|x, out| deviations(out, x, width)),
            None => self.tape.value_of(|| {
                let reduced = (0..self.shape().len()).filter(|&axis| axes.contains(axis));
                let first = reduced.fold(self, |x, axis| x.part(axis, 0, 1));
                self - (first + (self - first).mean_over(axes.keep()))
            }),
        };
        self.unary("deviations", value, move |g, _x, _y| g.deviations(axes))
    }
}

/// `n − ddof`.
#[track_caller]
fn degrees_of_freedom(operation: &str, axes: AxesOf, shape: &[usize], ddof: usize) -> f64 {
    let count = axes.count(shape);
    if count <= ddof {
        error::degrees_of_freedom(operation, count, ddof, shape);
    }
    (count - ddof) as f64
}
