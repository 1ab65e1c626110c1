use ndarray::ArrayD;
use tapegrad_autodiff::{Element, Var};

use super::batch_norm::checked_epsilon;
use crate::{Module, Name, Param, Role, Scope, error};

/// Layer normalisation `y = (x − μ)/√(v + ε) γ + β` over the last axis, with mean `μ` and variance
/// `v` of the features of each row, in training and evaluation alike; inputs and outputs `[…,
/// features]` (Ba et al. 2016).
///
/// | setting | default | range |
/// |---|---|---|
/// | [`epsilon`](LayerNorm::epsilon) `ε` | 1e-5 (Keras has 1e-3) | `[0, ∞)` |
///
/// The gain `γ` starts at 1, the shift `β` at 0.
///
/// ```
/// use ndarray::array;
/// use tapegrad_nn::{LayerNorm, Module};
/// let layer = LayerNorm::<f64>::new(2).epsilon(0.0);
/// assert_eq!(layer.predict(array![[1.0, 3.0]]), array![[-1.0, 1.0]].into_dyn());
/// ```
///
/// # Panics
/// `forward` panics if the last axis of the input is not the number of features.
#[derive(Clone, Debug)]
pub struct LayerNorm<T: Element = f32> {
    /// `γ`.
    pub gain: Param<T>,
    /// `β`.
    pub shift: Param<T>,
    pub(crate) epsilon: f64,
}

impl<T: Element> LayerNorm<T> {
    /// A layer of so many features.
    pub fn new(features: usize) -> Self {
        Self {
            gain: Param::new(Role::Gain, ArrayD::ones(vec![features])),
            shift: Param::new(Role::Bias, ArrayD::zeros(vec![features])),
            epsilon: 1e-5,
        }
    }

    /// What is added to the variance.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    pub fn epsilon(self, epsilon: f64) -> Self {
        Self {
            epsilon: checked_epsilon("LayerNorm", epsilon),
            ..self
        }
    }
}

impl<T: Element> Module<T> for LayerNorm<T> {
    fn forward<'t>(&self, on: &Scope<'t, T>, x: Var<'t, T>) -> Var<'t, T> {
        let (input, features) = (x.shape(), self.gain.value.len());
        if input.last() != Some(&features) {
            error::features("layer normalisation", &on.path(), &input, features);
        }
        x.layer_norm(on.param(&self.gain), on.param(&self.shift), self.epsilon)
    }

    fn visit<'a>(&'a self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &'a Param<T>)) {
        f(&at.child("gain"), &self.gain);
        f(&at.child("shift"), &self.shift);
    }

    fn visit_mut(&mut self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &mut Param<T>)) {
        f(&at.child("gain"), &mut self.gain);
        f(&at.child("shift"), &mut self.shift);
    }
}
