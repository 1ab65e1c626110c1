use ndarray::ArrayD;
use rand::RngExt;
use rand_distr::StandardNormal;
use tapegrad_autodiff::{Activation, ArcArrayD, Element, Tape, Var};

use super::dense::affine;
use crate::penalty::Term;
use crate::{Dense, Module, Name, Param, Penalty, Role, Scope, Strength, error};

/// A dense layer with a normal distribution over each weight, `w ~ N(μ, σ²)` with `σ = ln(1 + e^ρ)`:
/// `y = f(x μ + √(x² σ²) n + b)` in training, with standard normal `n` for each row and output; the dense layer of
/// the means `μ` in evaluation. It costs `λ KL`, how far the weights are from their prior `N(0, s²)`:
///
/// `KL(q‖p) = Σ ½ (σ² / s² + μ² / s² − 1 − ln σ² / s²)`
///
/// | setting | default | range |
/// |---|---|---|
/// | strength `λ` | | 1 / rows of the data set, beside a mean log-likelihood |
/// | [`deviation`](VariationalDense::deviation), the `σ` at the start | 0.05 | above 0 |
/// | [`prior`](VariationalDense::prior), its `s` | 1 | above 0 |
///
/// With `λ = 1 / n`, the mean over rows of the negative log-likelihood, and [`Module::penalty`] with it, what is
/// minimised is the negative evidence lower bound divided by `n`. The log-likelihood of a normal distribution is
/// [`loss::GaussianNll`](crate::loss::GaussianNll), or half the squared error over the variance of the noise. A
/// [schedule](Strength::scheduled) of λ that rises from 0 warms up.
///
/// The KL is [charged](Scope::charge_once) in `forward`, once in a pass, in evaluation too, so that penalties
/// there tell what it is (with a schedule only if the pass has a [step](Scope::at_step)). Weight decay or a penalty of the means comes on top: the prior is one already.
/// [`predictive`](crate::predictive) draws predictions.
///
/// Bayes by backprop (Blundell et al. 2015) with the local reparametrisation trick (Kingma, Salimans and Welling
/// 2015): noise is drawn for each row and output, not for each weight, of the same distribution in each
/// row, with gradients that vary less. Deviations: the prior is one normal distribution, not a mixture, so that the
/// KL is exact; the bias has no distribution.
///
/// ```
/// use ndarray::array;
/// use tapegrad_autodiff::Tape;
/// use tapegrad_nn::{Dense, Loss, Module, Scope, VariationalDense, loss};
///
/// let (x, y) = (array![[0.0], [1.0], [2.0]], array![[1.0], [3.0], [5.0]]);
/// let layer = VariationalDense::new(Dense::<f64>::new(1, 1), 1.0 / 3.0);
/// let names: Vec<_> = layer.parameters().into_iter().map(|(name, _)| name).collect();
/// assert_eq!(names, ["weight", "bias", "rho"]);
///
/// let tape = Tape::new();
/// let on = Scope::train(&tape).seed(0);
/// let noise = 0.1;                                                  // the variance of the targets
/// let data_loss = loss::SquaredError.mean(layer.forward(&on, on.input(&x)), &y) / (2.0 * noise);
/// let gradients = on.backward(data_loss + layer.penalty(&on));
/// assert_eq!(gradients.wrt(&layer.rho).shape(), [1, 1]);
/// ```
///
/// # Panics
/// `forward` panics as the dense layer's, and in a pass that draws without a [seed](Scope::seed).
#[derive(Clone, Debug)]
pub struct VariationalDense<T: Element = f32> {
    /// The layer with the means `μ` for its weight.
    pub dense: Dense<T>,
    /// `ρ`, of the shape of the weight. Its role is that of a gain, so decay leaves it alone.
    pub rho: Param<T>,
    /// What a number costs that is the KL.
    cost: Penalty<T>,
    prior: f64,
}

impl<T: Element> VariationalDense<T> {
    /// A dense layer whose weights are the first means, and the strength λ of the KL.
    ///
    /// # Panics
    /// If λ is negative or not finite.
    #[track_caller]
    pub fn new(dense: Dense<T>, strength: impl Into<Strength>) -> Self {
        Self {
            rho: Param::new(Role::Gain, rho_of(&dense, 0.05)),
            cost: of_divergence(strength),
            dense,
            prior: 1.0,
        }
    }

    /// The `σ` of every weight, as a parameter of its own.
    ///
    /// # Panics
    /// If it is not finite and above 0.
    #[track_caller]
    pub fn deviation(mut self, deviation: f64) -> Self {
        check("VariationalDense", "standard deviation", deviation);
        self.rho = self.rho.separate();
        self.rho.value = rho_of(&self.dense, deviation);
        self
    }

    /// The standard deviation `s` of the prior.
    ///
    /// # Panics
    /// If it is not finite and above 0.
    #[track_caller]
    pub fn prior(self, prior: f64) -> Self {
        check("VariationalDense", "standard deviation of the prior", prior);
        Self { prior, ..self }
    }

    /// The `σ` of each weight, `[fan_in, fan_out]`.
    pub fn deviations(&self) -> ArcArrayD<T> {
        let tape = Tape::new();
        tape.share(&self.rho.value, false).softplus().value()
    }

    /// The KL, without λ: one number.
    ///
    /// # Panics
    /// As [`Scope::param`].
    #[track_caller]
    pub fn divergence<'t>(&self, on: &Scope<'t, T>) -> Var<'t, T> {
        self.divergence_of(on.param(&self.dense.weight), on.param(&self.rho).softplus())
    }

    #[track_caller]
    fn divergence_of<'t>(&self, mean: Var<'t, T>, deviation: Var<'t, T>) -> Var<'t, T> {
        let squares = mean.squared_norm() + deviation.squared_norm();
        let constant = mean.len() as f64 * (self.prior.ln() - 0.5);
        squares * (0.5 / self.prior.powi(2)) - deviation.ln().sum(..) + constant
    }
}

/// The penalty of a number that is a divergence.
#[track_caller]
pub(super) fn of_divergence<T: Element>(strength: impl Into<Strength>) -> Penalty<T> {
    Penalty::custom("KL", strength, |divergence| divergence)
}

/// Charges a divergence to the pass, once for each parameter; not where its strength has a schedule and evaluation no
/// step.
#[track_caller]
pub(super) fn charge<'t, T: Element>(
    on: &Scope<'t, T>,
    of: &Param<T>,
    cost: &Penalty<T>,
    divergence: Var<'t, T>,
) {
    let is_scheduled = |term: &Term<T>| term.strength().is_scheduled();
    if !on.is_training() && on.step().is_none() && cost.terms().iter().any(is_scheduled) {
        return;
    }
    if let Some(cost) = cost.cost(on, divergence) {
        on.charge_once(of, cost);
    }
}

/// Normal noise with the variance `x² v` of outputs, for the variances `v` of weights.
#[track_caller]
pub(super) fn noise<'t, T: Element>(
    on: &Scope<'t, T>,
    x: Var<'t, T>,
    variance: Var<'t, T>,
) -> Var<'t, T> {
    let variance = affine(on, x.square(), variance, None, Activation::Identity);
    // The root has no derivative at 0, where a row of zeros is.
    let deviation = variance.maximum(T::of(1e-30)).sqrt();
    let mut stream = on.part_stream();
    let normal = || T::of(stream.sample::<f64, _>(StandardNormal));
    deviation * on.tape().constant_from_fn(&deviation.shape(), normal)
}

#[track_caller]
fn check(who: &str, what: &str, value: f64) {
    if !(value.is_finite() && value > 0.0) {
        error::above_zero(who, what, value);
    }
}

/// `ρ = ln(e^σ − 1)` for each weight.
fn rho_of<T: Element>(dense: &Dense<T>, deviation: f64) -> ArcArrayD<T> {
    let rho = deviation + (-(-deviation).exp_m1()).ln();
    ArrayD::from_elem(dense.weight.value.shape(), T::of(rho)).into_shared()
}

impl<T: Element> Module<T> for VariationalDense<T> {
    fn forward<'t>(&self, on: &Scope<'t, T>, x: Var<'t, T>) -> Var<'t, T> {
        let mean = on.param(&self.dense.weight);
        let deviation = on.param(&self.rho).softplus();
        let divergence = self.divergence_of(mean, deviation);
        charge(on, &self.rho, &self.cost, divergence);
        let mut added = None;
        if on.draws_weights() {
            added = Some(noise(on, x, deviation.square()));
        }
        self.dense.with_noise(on, x, mean, added)
    }

    fn visit<'a>(&'a self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &'a Param<T>)) {
        self.dense.visit(at, f);
        f(&at.child("rho"), &self.rho);
    }

    fn visit_mut(&mut self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &mut Param<T>)) {
        self.dense.visit_mut(at, f);
        f(&at.child("rho"), &mut self.rho);
    }
}
