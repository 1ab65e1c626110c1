use crate::kernel::reduction::sum_of;
use crate::{Element, Real, Shape, Var};

impl<T: Element> Var<'_, T> {
    /// The L1 norm `Σ|x|` over all elements, with `∂x = sign(x)`, which is 0 at 0.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(ndarray::array![-3.0, 0.0, 4.0]);
    /// assert_eq!(x.l1_norm().item(), 7.0);
    /// ```
    #[inline(never)]
    #[track_caller]
    pub fn l1_norm(self) -> Self {
        self.elastic_net(Some(1.0), None)
    }

    /// The squared L2 norm `Σ x²` over all elements, with `∂x = 2 x`.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(ndarray::array![-3.0, 0.0, 4.0]);
    /// assert_eq!(x.squared_norm().item(), 25.0);
    /// ```
    #[inline(never)]
    #[track_caller]
    pub fn squared_norm(self) -> Self {
        self.elastic_net(None, Some(1.0))
    }

    /// The elastic net `λ₁ Σ|x| + λ₂ Σ x²` over all elements, for the strengths that are there, with
    /// `∂x = λ₁ sign(x) + 2 λ₂ x` and `sign(0) = 0`.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(ndarray::array![-3.0, 0.0, 4.0]);
    /// assert_eq!(x.elastic_net(Some(0.5), Some(0.1)).item(), 6.0);
    /// ```
    #[inline(never)]
    #[track_caller]
    pub fn elastic_net(self, l1: Option<f64>, l2: Option<f64>) -> Self {
        let mut value = self.tape.fresh(Shape::number());
        let x = self.read();
        let magnitudes = l1.map(|l1| T::of(l1) * sum_of(x.numbers(), |_, x| x.abs()));
        let squares = l2.map(|l2| T::of(l2) * sum_of(x.numbers(), |_, x| x * x));
        value.numbers_mut()[0] = match (magnitudes, squares) {
            (Some(magnitudes), Some(squares)) => magnitudes + squares,
            (one, none) => one.or(none).unwrap_or(T::zero()),
        };
        drop(x);
        self.unary("elastic_net", value, move |g, x, _y| {
            g.elastic_net_rule(x, l1, l2)
        })
    }

    /// `ȳ (λ₁ sign(x) + 2 λ₂ x)` for one number `ȳ`.
    fn elastic_net_rule(self, x: Self, l1: Option<f64>, l2: Option<f64>) -> Self {
        let g = self.item();
        // Of a term that is not there nothing is computed: 0 · ∞ would be NaN.
        let value = match (l1.map(T::of), l2.map(|l2| T::of(2.0 * l2))) {
            (None, None) => self.tape.filled(x.shape(), T::zero()),
            (Some(l1), None) => x.map(move |_, x| g * (l1 * Real::sign(x))),
            (None, Some(twice)) => x.map(move |_, x| g * (twice * x)),
            (Some(l1), Some(twice)) => x.map(move |_, x| g * (l1 * Real::sign(x) + twice * x)),
        };
        self.binary(
            "elastic_net",
            x,
            value,
            move |h, _g, x, _| h * slope(x, l1, l2),
            move |h, g, _x, _| h * g * l2.map_or(0.0, |l2| 2.0 * l2),
        )
    }
}

/// `λ₁ sign(x) + 2 λ₂ x`.
fn slope<T: Element>(x: Var<'_, T>, l1: Option<f64>, l2: Option<f64>) -> Var<'_, T> {
    match (l1, l2) {
        (None, None) => x.tape.full(x.shape(), T::zero()),
        (Some(l1), None) => x.sign() * l1,
        (None, Some(l2)) => x * (2.0 * l2),
        (Some(l1), Some(l2)) => x.sign() * l1 + x * (2.0 * l2),
    }
}
