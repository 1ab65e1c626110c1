use crate::{Element, Var, error};

/// `(α, λ)` of the self-normalising unit: those for which mean 0 and variance 1 stay so.
const SELU: (f64, f64) = (1.673_263_242_354_377_2, 1.050_700_987_355_480_5);

impl<T: Element> Var<'_, T> {
    /// The exponential linear unit: `x` above 0 and `α (eˣ − 1)` elsewhere, with `∂x = 1` above 0
    /// and `α eˣ` elsewhere, at 0 as well. `α = 1` is usual, and the only one without a kink
    /// (Clevert et al. 2016).
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var([-1000.0, 2.0]);
    /// assert_eq!(x.elu(1.0).value(), ndarray::array![-1.0, 2.0].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If α is not finite.
    #[inline(never)]
    #[track_caller]
    pub fn elu(self, alpha: f64) -> Self {
        self.exponential_linear("elu", alpha, 1.0)
    }

    /// The self-normalising unit `λ elu(x)` with `α = 1.6733` and `λ = 1.0507`, with `∂x = λ` above 0
    /// and `λ α eˣ` elsewhere, at 0 as well (Klambauer et al. 2017).
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// assert!((tape.var(1.0).selu().item() - 1.050_700_987_355_480_5).abs() < 1e-15);
    /// ```
    #[inline(never)]
    #[track_caller]
    pub fn selu(self) -> Self {
        self.exponential_linear("selu", SELU.0, SELU.1)
    }

    /// `scale x` above 0 and `scale α (eˣ − 1)` elsewhere.
    #[track_caller]
    fn exponential_linear(self, name: &'static str, alpha: f64, scale: f64) -> Self {
        if !alpha.is_finite() {
            error::parameter(name, "α", alpha);
        }
        let factor = scale * alpha;
        let (above, below) = (T::of(scale), T::of(factor));
        self.curve(
            name,
            #[inline(always)]
            move |on, x| {
                let y = below * on.exp_m1(x);
                if x > T::zero() { above * x } else { y }
            },
            #[inline(always)]
            move |on, x| {
                let y = below * on.exp(x);
                if x > T::zero() { above } else { y }
            },
            move |x| {
                let curvature = x.clamp(f64::NEG_INFINITY, 0.0).exp() * factor;
                let below = |g, x| if x > T::zero() { T::zero() } else { g };
                curvature.piecewise("slope", x, below)
            },
        )
    }
}
