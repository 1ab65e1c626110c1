use rand::RngExt;
use rand_distr::StandardNormal;
use tapegrad_autodiff::{Element, Var};

use crate::{Module, Name, Param, Scope, error};

/// Noise: `y = x + σ n` in training with standard normal `n`, each element on its own; `y = x` in
/// evaluation.
///
/// | setting | range |
/// |---|---|
/// | standard deviation `σ` | `[0, ∞)`; 0 is the identity |
///
/// ```
/// use tapegrad_nn::{GaussianNoise, Module};
/// let x = ndarray::array![1.0, 2.0];
/// assert_eq!(GaussianNoise::new(0.1).predict(&x), x.into_dyn());
/// ```
///
/// # Panics
/// `forward` panics in a training pass without a [seed](Scope::seed).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GaussianNoise {
    deviation: f64,
}

impl GaussianNoise {
    /// Noise of this standard deviation.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    pub fn new(deviation: f64) -> Self {
        if !(deviation.is_finite() && deviation >= 0.0) {
            error::at_least_zero("GaussianNoise", "standard deviation", deviation);
        }
        Self { deviation }
    }

    /// The standard deviation.
    pub fn deviation(self) -> f64 {
        self.deviation
    }
}

impl<T: Element> Module<T> for GaussianNoise {
    fn forward<'t>(&self, on: &Scope<'t, T>, x: Var<'t, T>) -> Var<'t, T> {
        if !on.is_training() || self.deviation == 0.0 {
            return x;
        }
        let mut stream = on.part_stream();
        let noise = || T::of(self.deviation * stream.sample::<f64, _>(StandardNormal));
        x + on.tape().constant_from_fn(&x.shape(), noise)
    }

    fn visit<'a>(&'a self, _at: &Name<'_>, _f: &mut dyn FnMut(&Name<'_>, &'a Param<T>)) {}

    fn visit_mut(&mut self, _at: &Name<'_>, _f: &mut dyn FnMut(&Name<'_>, &mut Param<T>)) {}
}
