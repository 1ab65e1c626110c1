use tapegrad_autodiff::{ArcArrayD, Element, Tape, Var};

use super::variational_dense::{charge, noise, of_divergence};
use crate::{Dense, Module, Name, Param, Penalty, Role, Scope, Strength, error};

/// Sparse variational dropout: a dense layer that learns for each weight how noisy it may be, `w ~ N(θ, α θ²)`, and
/// leaves out those that are nothing but noise. In training `y = f(x θ + √(x² σ²) n + b)`, with `σ² = α θ²` and
/// standard normal `n` for each row and output; in evaluation the dense layer with `θ` where `ln α ≤ 3` and exact
/// zeros elsewhere. It costs `λ KL`, how far the weights are from the log-uniform prior, up to a constant:
///
/// `KL ≈ Σ k₁ − k₁ sigmoid(k₂ + k₃ ln α) + ½ ln(1 + 1 / α)`
///
/// with `k₁ = 0.63576`, `k₂ = 1.87320`, `k₃ = 1.48695`: within 0.01 for each weight of what it stands for, and 0 for
/// infinite `α`.
///
/// | setting | default | range |
/// |---|---|---|
/// | strength `λ` | | 1 / rows of the data set, beside a mean log-likelihood |
/// | [`log_variance`](VariationalDropout::log_variance), the `ln σ²` at the start | −10 | finite |
/// | [`threshold`](VariationalDropout::threshold) of `ln α` | 3, a dropout rate `α / (1 + α)` of 95 % | finite |
///
/// What is learned is `ln σ²` and not `ln α`, whose gradients are too noisy where `α` is large. A network that is
/// trained from the start with `λ = 1 / n` may lose all of its weights before they have learned anything: a
/// [schedule](Strength::scheduled) that rises from 0 over the first part of training prevents it. As `ln α` has to come
/// up from far below 0, learning rates of 0.01 and more are of use.
///
/// The KL is charged as that of [`VariationalDense`](crate::VariationalDense), and
/// [`predictive`](crate::predictive) draws from the weights that are kept.
///
/// Molchanov, Ashukha and Vetrov 2017, with their additive noise and the local reparametrisation of Kingma, Salimans
/// and Welling 2015. Deviations: `ln α` is not clipped, as nothing here overflows.
///
/// ```
/// use ndarray::array;
/// use tapegrad_nn::{Dense, Module, VariationalDropout, sparsity};
///
/// let mut layer = VariationalDropout::new(Dense::<f64>::new(2, 1), 0.01);
/// layer.dense.weight.value = array![[1.0], [0.1]].into_dyn().into_shared();
/// layer.log_variance.value.fill(-1.0);                              // ln α = −1 and 3.6
/// assert_eq!(layer.predict(array![[2.0, 5.0]]), array![[2.0]].into_dyn());
/// assert_eq!(sparsity(&layer.pruned()).weights[0].dead_inputs, [1]);
/// ```
///
/// # Panics
/// `forward` panics as the dense layer's, and in a pass that draws without a [seed](Scope::seed).
#[derive(Clone, Debug)]
pub struct VariationalDropout<T: Element = f32> {
    /// The layer with `θ` for its weight.
    pub dense: Dense<T>,
    /// `ln σ²`, of the shape of the weight. Its role is that of a gain, so decay leaves it alone.
    pub log_variance: Param<T>,
    /// What a number costs that is the KL.
    cost: Penalty<T>,
    threshold: f64,
}

impl<T: Element> VariationalDropout<T> {
    /// A dense layer whose weights are the first `θ`, and the strength λ of the KL.
    ///
    /// # Panics
    /// If λ is negative or not finite.
    #[track_caller]
    pub fn new(dense: Dense<T>, strength: impl Into<Strength>) -> Self {
        Self {
            log_variance: Param::new(Role::Gain, log_variance_of(&dense, -10.0)),
            cost: of_divergence(strength),
            dense,
            threshold: 3.0,
        }
    }

    /// The `ln σ²` of every weight, as a parameter of its own.
    ///
    /// # Panics
    /// If it is not finite.
    #[track_caller]
    pub fn log_variance(mut self, log_variance: f64) -> Self {
        check("log variance", log_variance);
        self.log_variance = self.log_variance.separate();
        self.log_variance.value = log_variance_of(&self.dense, log_variance);
        self
    }

    /// The `ln α` above which a weight is left out in evaluation.
    ///
    /// # Panics
    /// If it is not finite.
    #[track_caller]
    pub fn threshold(self, threshold: f64) -> Self {
        check("threshold", threshold);
        Self { threshold, ..self }
    }

    /// The `ln α` of each weight, `[fan_in, fan_out]`.
    pub fn log_alphas(&self) -> ArcArrayD<T> {
        let tape = Tape::new();
        let [w, log_variance] =
            [&self.dense.weight, &self.log_variance].map(|param| tape.share(&param.value, false));
        log_alpha(w, log_variance).value()
    }

    /// The dense layer of evaluation, with zeros where weights are left out, as parameters of its own: for
    /// [`sparsity`](crate::sparsity), or to be used without this one.
    pub fn pruned(&self) -> Dense<T> {
        let mut dense = self.dense.clone();
        dense.visit_mut(Name::root(), &mut |_, param| *param = param.separate());
        let tape = Tape::new();
        let w = tape.share(&dense.weight.value, false);
        dense.weight.value = self.kept(w, tape.constant(self.log_alphas())).value();
        dense
    }

    /// The KL, without λ: one number.
    ///
    /// # Panics
    /// As [`Scope::param`].
    #[track_caller]
    pub fn divergence<'t>(&self, on: &Scope<'t, T>) -> Var<'t, T> {
        let w = on.param(&self.dense.weight);
        divergence_of(log_alpha(w, on.param(&self.log_variance)))
    }

    /// `x` of the weights that are not left out, and 0 of the others.
    fn kept<'t>(&self, x: Var<'t, T>, log_alpha: Var<'t, T>) -> Var<'t, T> {
        log_alpha
            .greater(T::of(self.threshold))
            .where_(T::zero(), x)
    }
}

/// `ln α = ln σ² − ln θ²`.
fn log_alpha<'t, T: Element>(w: Var<'t, T>, log_variance: Var<'t, T>) -> Var<'t, T> {
    // The logarithm has no derivative at 0, where a pruned weight may be.
    log_variance - w.square().maximum(T::of(1e-30)).ln()
}

fn divergence_of<T: Element>(log_alpha: Var<'_, T>) -> Var<'_, T> {
    const K: [f64; 3] = [0.63576, 1.87320, 1.48695];
    // 1 − sigmoid(z) = sigmoid(−z) and ln(1 + 1 / α) = softplus(−ln α): small numbers stay exact.
    let step = (log_alpha * -K[2] - K[1]).sigmoid() * K[0];
    (step + (-log_alpha).softplus() * 0.5).sum(..)
}

#[track_caller]
fn check(what: &str, value: f64) {
    if !value.is_finite() {
        error::finite("VariationalDropout", what, value);
    }
}

fn log_variance_of<T: Element>(dense: &Dense<T>, log_variance: f64) -> ArcArrayD<T> {
    let shape = dense.weight.value.shape();
    ndarray::ArrayD::from_elem(shape, T::of(log_variance)).into_shared()
}

impl<T: Element> Module<T> for VariationalDropout<T> {
    fn forward<'t>(&self, on: &Scope<'t, T>, x: Var<'t, T>) -> Var<'t, T> {
        let mut w = on.param(&self.dense.weight);
        let log_variance = on.param(&self.log_variance);
        let log_alpha = log_alpha(w, log_variance);
        let divergence = divergence_of(log_alpha);
        charge(on, &self.log_variance, &self.cost, divergence);
        let mut variance = log_variance.exp();
        if !on.is_training() {
            [w, variance] = [w, variance].map(|x| self.kept(x, log_alpha));
        }
        let mut added = None;
        if on.draws_weights() {
            added = Some(noise(on, x, variance));
        }
        self.dense.with_noise(on, x, w, added)
    }

    fn visit<'a>(&'a self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &'a Param<T>)) {
        self.dense.visit(at, f);
        f(&at.child("log_variance"), &self.log_variance);
    }

    fn visit_mut(&mut self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &mut Param<T>)) {
        self.dense.visit_mut(at, f);
        f(&at.child("log_variance"), &mut self.log_variance);
    }
}
