use rand::RngExt;
use rand_distr::StandardNormal;
use tapegrad_autodiff::Element;

use super::GradientMap;
use crate::{Module, Name, error, random};

/// Gradient noise (Neelakantan et al. 2015): `g + σ z` with `σ² = η / (1 + t)^γ` at the step `t`, and `z`
/// standard normal.
///
/// Given to [`GradientMap::add_noise`]. It remembers nothing: the numbers are fixed by the seed, the step and the
/// parameter's position in the model, whatever was drawn before.
///
/// | setting | default | range |
/// |---|---|---|
/// | `η` | no default; 0.01, 0.3 or 1 in the paper | `[0, ∞)` |
/// | [`gamma`](GradientNoise::gamma) `γ` | 0.55 | `[0, ∞)` |
/// | [`seed`](GradientNoise::seed) | 0 | |
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GradientNoise {
    eta: f64,
    gamma: f64,
    seed: u64,
}

impl GradientNoise {
    /// Noise with the variance `η` at step 0.
    ///
    /// # Panics
    /// If `η` is negative or not finite.
    #[track_caller]
    pub fn new(eta: f64) -> Self {
        Self {
            eta: checked("eta", eta),
            gamma: 0.55,
            seed: 0,
        }
    }

    /// How fast the variance falls, `γ`.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    pub fn gamma(self, gamma: f64) -> Self {
        Self {
            gamma: checked("gamma", gamma),
            ..self
        }
    }

    /// What the numbers are drawn from.
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// `σ` at a step.
    ///
    /// ```
    /// use tapegrad_nn::GradientNoise;
    /// assert_eq!(GradientNoise::new(0.25).gamma(1.0).deviation(3), 0.25);
    /// ```
    pub fn deviation(&self, step: usize) -> f64 {
        (self.eta / (1.0 + step as f64).powf(self.gamma)).sqrt()
    }
}

#[track_caller]
fn checked(name: &str, value: f64) -> f64 {
    if !(value.is_finite() && value >= 0.0) {
        error::at_least_zero("GradientNoise", name, value);
    }
    value
}

impl<T: Element> GradientMap<T> {
    /// Adds [`GradientNoise`] to the gradient of each parameter of a model. `step` is mostly the optimizer's
    /// `steps()`.
    ///
    /// A parameter's numbers stay the same when others are frozen.
    ///
    /// ```
    /// use tapegrad_nn::{Dense, GradientMap, GradientNoise};
    /// let (layer, noise) = (Dense::<f64>::new(1, 1).without_bias(), GradientNoise::new(0.3).seed(7));
    /// let at = |step| {
    ///     let g = GradientMap::from_iter([(layer.weight.id(), ndarray::array![[1.0]])]);
    ///     g.add_noise(&layer, &noise, step).wrt(&layer.weight)[[0, 0]]
    /// };
    /// assert_eq!(at(5), at(5));
    /// assert_ne!(at(5), at(6));
    /// ```
    pub fn add_noise(
        mut self,
        model: &(impl Module<T> + ?Sized),
        noise: &GradientNoise,
        step: usize,
    ) -> Self {
        let deviation = noise.deviation(step);
        let (seed, mut position) = (random::derive(noise.seed, step), 0);
        model.visit(Name::root(), &mut |_, param| {
            if let Some((_, g)) = self.of.numbers_mut(param.id().number()) {
                let mut stream = random::stream(random::derive(seed, position));
                for g in g {
                    *g += T::of(deviation * stream.sample::<f64, _>(StandardNormal));
                }
            }
            position += 1;
        });
        self
    }
}
