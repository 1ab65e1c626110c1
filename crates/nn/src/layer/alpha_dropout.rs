use tapegrad_autodiff::{Element, Var};

use super::dropout::{checked_rate, mask};
use crate::{Module, Name, Param, Scope};

/// `−λ α` of the self-normalising unit, its value far below 0.
const SATURATED: f64 = -1.758_099_340_847_376_9;

/// Dropout that keeps mean 0 and variance 1: `y = a (x m + s (1 − m)) + b` in training, with `m` 0
/// with the probability `p` and else 1, each element on its own; `y = x` in evaluation (Klambauer
/// et al. 2017).
///
/// What is left out gets `s = −λ α = −1.7581`, the value of [`Selu`](crate::Activation::Selu) at
/// −∞; with `q = 1 − p`, `a = 1/√(q + s² q (1 − q))` and `b = −a s (1 − q)`.
///
/// | setting | range |
/// |---|---|
/// | rate `p`, the part that is left out | `[0, 1)`; 0 is the identity |
///
/// ```
/// use tapegrad_nn::{Activation, AlphaDropout, Dense, Initializer, Sequential};
///
/// let hidden = Dense::<f32>::new(20, 64).initializer(Initializer::LecunNormal).activation(Activation::Selu);
/// let model = Sequential::new().then(hidden).then(AlphaDropout::new(0.1)).then(Dense::new(64, 1).seed(1));
/// assert_eq!(model.layers.len(), 3);
/// ```
///
/// # Panics
/// `forward` panics in a training pass without a [seed](Scope::seed).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AlphaDropout {
    rate: f64,
}

impl AlphaDropout {
    /// Dropout of this part of the elements.
    ///
    /// # Panics
    /// If the rate is not in `[0, 1)`.
    #[track_caller]
    pub fn new(rate: f64) -> Self {
        Self {
            rate: checked_rate("AlphaDropout", rate),
        }
    }

    /// The part that is left out.
    pub fn rate(self) -> f64 {
        self.rate
    }
}

impl<T: Element> Module<T> for AlphaDropout {
    fn forward<'t>(&self, on: &Scope<'t, T>, x: Var<'t, T>) -> Var<'t, T> {
        if !on.is_training() || self.rate == 0.0 {
            return x;
        }
        let (s, q) = (SATURATED, 1.0 - self.rate);
        let a = 1.0 / (q + s * s * q * (1.0 - q)).sqrt();
        let b = -a * s * (1.0 - q);
        let m = mask(on, &x.shape(), self.rate, a);
        x * m + (b + a * s - s * m)
    }

    fn visit<'a>(&'a self, _at: &Name<'_>, _f: &mut dyn FnMut(&Name<'_>, &'a Param<T>)) {}

    fn visit_mut(&mut self, _at: &Name<'_>, _f: &mut dyn FnMut(&Name<'_>, &mut Param<T>)) {}
}
