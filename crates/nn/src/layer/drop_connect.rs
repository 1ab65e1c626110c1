use tapegrad_autodiff::{Element, Var};

use super::dropout::{checked_rate, mask};
use crate::{Dense, Module, Name, Param, Scope};

/// A dense layer whose weights are left out at random: `y = f(x (W m) / (1 − p) + b)` in training,
/// with `m` 0 with the probability `p` and else 1 for each weight; the dense layer itself in
/// evaluation (Wan et al. 2013).
///
/// | setting | range |
/// |---|---|
/// | rate `p`, the part of the weights that is left out | `[0, 1)`; 0 is the dense layer |
///
/// Deviations: one `m` for all rows of a pass, where the paper draws one for each; the bias is
/// never left out; evaluation takes the mean weights, where the paper draws from a normal
/// distribution fitted to what comes before the activation. A penalty is one of the whole `W`.
///
/// ```
/// use tapegrad_nn::{Activation, Dense, DropConnect, Module};
///
/// let layer = DropConnect::new(Dense::<f32>::new(8, 4).activation(Activation::Relu), 0.5);
/// assert_eq!(layer.parameters()[0].0, "weight");
/// ```
///
/// # Panics
/// `forward` panics as the dense layer's, and in a training pass without a [seed](Scope::seed).
#[derive(Clone, Debug)]
pub struct DropConnect<T: Element = f32> {
    /// The layer with all its weights.
    pub dense: Dense<T>,
    rate: f64,
}

impl<T: Element> DropConnect<T> {
    /// A dense layer and the part of its weights that is left out.
    ///
    /// # Panics
    /// If the rate is not in `[0, 1)`.
    #[track_caller]
    pub fn new(dense: Dense<T>, rate: f64) -> Self {
        Self {
            dense,
            rate: checked_rate("DropConnect", rate),
        }
    }

    /// The part of the weights that is left out.
    pub fn rate(&self) -> f64 {
        self.rate
    }
}

impl<T: Element> Module<T> for DropConnect<T> {
    fn forward<'t>(&self, on: &Scope<'t, T>, x: Var<'t, T>) -> Var<'t, T> {
        let mut w = on.param(&self.dense.weight);
        if on.is_training() && self.rate != 0.0 {
            w *= mask(on, &w.shape(), self.rate, 1.0 / (1.0 - self.rate));
        }
        self.dense.with_weight(on, x, w)
    }

    fn visit<'a>(&'a self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &'a Param<T>)) {
        self.dense.visit(at, f);
    }

    fn visit_mut(&mut self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &mut Param<T>)) {
        self.dense.visit_mut(at, f);
    }
}
