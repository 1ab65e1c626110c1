use crate::axes::AxesOf;
use crate::kernel::normalize;
use crate::{Axes, Element, Var, Vjp, error};

impl<T: Element> Var<'_, T> {
    /// `y = (x − m) r` over `axes`, with the mean `m` and `r = 1/√(v + ε)` of the variance `v` of the
    /// elements; `x̄ = r (ȳ − mean ȳ − y mean(ȳ y))`. Of equal elements it is 0, unless ε is.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(ndarray::array![1.0, 3.0]);
    /// assert_eq!(x.standardize(-1, 0.0).value(), ndarray::array![-1.0, 1.0].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If the array lacks one of the axes, they are empty, or ε is negative or not finite.
    #[inline(never)]
    #[track_caller]
    pub fn standardize(self, axes: impl Into<Axes>, epsilon: f64) -> Self {
        let axes = self.axes_to_standardize("standardize", axes.into(), epsilon);
        self.standardize_over(axes, epsilon)
    }

    /// Layer normalisation: `y γ + β` with `y` the array [standardised](Var::standardize) over its
    /// last axis; `γ` and `β` broadcast to it (Ba et al. 2016). `ε = 1e-5` is usual.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(ndarray::array![[1.0, 3.0], [10.0, 30.0]]);
    /// let (gain, shift) = (tape.var([2.0, 2.0]), tape.var([0.5, 0.5]));
    /// let y = x.layer_norm(gain, shift, 0.0);
    /// assert_eq!(y.value(), ndarray::array![[-1.5, 2.5], [-1.5, 2.5]].into_dyn());
    /// ```
    ///
    /// # Panics
    /// As [`standardize`](Var::standardize), and if `γ` or `β` do not broadcast to the array or belong
    /// to another tape.
    #[inline(never)]
    #[track_caller]
    pub fn layer_norm(self, gain: Self, shift: Self, epsilon: f64) -> Self {
        let axes = self.axes_to_standardize("layer_norm", Axes::from(-1), epsilon);
        self.standardize_over(axes, epsilon)
            .scale_and_shift("layer_norm", gain, shift)
    }

    /// Batch normalisation: `y γ + β` with `y` the array [standardised](Var::standardize) over all
    /// axes but the last, with the mean and variance of the batch; `γ` and `β` broadcast to it (Ioffe
    /// and Szegedy 2015). `ε = 1e-5` is usual.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(ndarray::array![[1.0, 10.0], [3.0, 30.0]]);
    /// let (gain, shift) = (tape.var([2.0, 2.0]), tape.var([0.5, 0.5]));
    /// let y = x.batch_norm(gain, shift, 0.0);
    /// assert_eq!(y.value(), ndarray::array![[-1.5, -1.5], [2.5, 2.5]].into_dyn());
    /// ```
    ///
    /// # Panics
    /// As [`layer_norm`](Var::layer_norm), and if there are fewer than two axes.
    #[inline(never)]
    #[track_caller]
    pub fn batch_norm(self, gain: Self, shift: Self, epsilon: f64) -> Self {
        let rank = self.shape().len();
        if rank < 2 {
            error::matrix("batch_norm", &self.shape());
        }
        let but_last = AxesOf::kept_where(rank, |axis| axis + 1 < rank);
        self.check_standardize("batch_norm", but_last, epsilon);
        self.standardize_over(but_last, epsilon)
            .scale_and_shift("batch_norm", gain, shift)
    }

    #[track_caller]
    fn axes_to_standardize(self, operation: &str, axes: Axes, epsilon: f64) -> AxesOf {
        let axes = axes.of(operation, &self.shape()).keep();
        self.check_standardize(operation, axes, epsilon);
        axes
    }

    #[track_caller]
    fn check_standardize(self, operation: &str, axes: AxesOf, epsilon: f64) {
        let shape = self.shape();
        if axes.count(&shape) == 0 {
            error::nothing_to_reduce(operation, &shape);
        }
        if !(epsilon.is_finite() && epsilon >= 0.0) {
            error::epsilon(operation, epsilon);
        }
    }

    /// Standardised over axes that are kept in sums.
    #[track_caller]
    fn standardize_over(self, axes: AxesOf, epsilon: f64) -> Self {
        let rows = axes.last_together(&self.read().shape()[..]);
        let value = match rows {
            Some(width) => self.slices(|x, out| {
                normalize::standardize(out, x, width, T::of(epsilon));
            }),
            None => self.tape.value_of(|| {
                let deviations = self - self.mean_over(axes);
                deviations * deviations.inverse_deviation(axes, epsilon)
            }),
        };
        self.unary("standardize", value, move |g, x, _y| {
            g.standardize_rule(x, axes, epsilon)
        })
    }

    /// `r = 1/√(v + ε)` of these deviations from the mean.
    #[track_caller]
    fn inverse_deviation(self, axes: AxesOf, epsilon: f64) -> Self {
        (self.square().mean_over(axes) + epsilon).rsqrt()
    }

    /// `Z(g) = r (g − mean g − y mean(g y))` with `y = (x − m) r`: linear in `g`, and its own
    /// transpose.
    #[track_caller]
    fn standardize_rule(self, x: Self, axes: AxesOf, epsilon: f64) -> Self {
        let rows = axes.last_together(&x.read().shape()[..]);
        let value = match rows {
            Some(width) => {
                let (g, x) = (self.read(), x.read());
                let mut value = self.tape.fresh(x.shape().clone());
                let (out, epsilon) = (value.numbers_mut(), T::of(epsilon));
                normalize::standardize_rule(out, g.numbers(), x.numbers(), width, epsilon);
                value
            }
            None => self.tape.value_of(|| {
                let deviations = x - x.mean_over(axes);
                let r = deviations.inverse_deviation(axes, epsilon);
                let y = deviations * r;
                r * (self - self.mean_over(axes) - y * (self * y).mean_over(axes))
            }),
        };
        // dy = Z(dx) and dr = −r² mean(y dx).
        self.binary(
            "standardize",
            x,
            value,
            move |h, _g, x, _z| h.standardize_rule(x, axes, epsilon),
            move |h, g, x, z| {
                let y = x.standardize_over(axes, epsilon);
                let r = (x - x.mean_over(axes)).inverse_deviation(axes, epsilon);
                let bent = h * (g * y).mean_over(axes) + g * (h * y).mean_over(axes);
                let by_y = bent.standardize_rule(x, axes, epsilon);
                -(r * (y * (h * z).mean_over(axes) + by_y))
            },
        )
    }

    /// `x γ + β`, with broadcasting; `∂x = γ`, `∂γ = x`, `∂β = 1`.
    #[track_caller]
    fn scale_and_shift(self, name: &'static str, gain: Self, shift: Self) -> Self {
        let shape = self.shape();
        for part in [gain, shift] {
            self.same_tape(name, part);
            if !crate::shape::broadcasts_to(&part.shape(), &shape) {
                error::broadcast(name, &shape, &part.shape());
            }
        }
        let value = self.tape.value_of(|| self * gain + shift);
        let operands = [
            (self.index, Vjp::new(|g, v, _| g * v[1])),
            (gain.index, Vjp::new(|g, v, _| g * v[0])),
            (shift.index, Vjp::new(|g, _, _| g)),
        ];
        self.tape.push(name, value, operands)
    }
}
