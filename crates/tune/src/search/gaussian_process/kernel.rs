use ndarray::{Array1, Array2, ArrayView1};
use tapegrad_autodiff::{Tape, Var};
use tapegrad_nn::{Module, Name, Param, Role, Scope};
use tapegrad_optim::Lbfgs;

/// Below this the Cholesky factor of close places is not sure.
const LEAST_NOISE: f64 = 1e-6;
/// Means and deviations of the logarithms of lengths, `s²` and `σ²` before anything was seen.
const PRIOR_LENGTH: [f64; 2] = [-0.7, 1.0];
const PRIOR_SIGNAL: [f64; 2] = [0.0, 1.0];
const PRIOR_NOISE: [f64; 2] = [-8.0, 2.0];

/// How alike scores are at two points.
#[derive(Debug)]
pub(super) struct Kernel {
    log_lengths: Param<f64>,
    log_signal: Param<f64>,
    log_noise: Param<f64>,
    /// Which dimensions are words.
    words: Vec<bool>,
}

impl Module<f64> for Kernel {
    /// The covariances, without noise, of squared differences `[…, d]`: `[…]`.
    fn forward<'t>(&self, on: &Scope<'t, f64>, x: Var<'t, f64>) -> Var<'t, f64> {
        let squared = x.dot((on.param(&self.log_lengths) * -2.0).exp());
        // The root has no derivative at 0.
        let s = (squared * 5.0 + 1e-14).sqrt();
        let matern = (s + s.square() / 3.0 + 1.0) * (-s).exp();
        matern * on.param(&self.log_signal).exp()
    }

    fn visit<'a>(&'a self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &'a Param<f64>)) {
        f(&at.child("log_lengths"), &self.log_lengths);
        f(&at.child("log_signal"), &self.log_signal);
        f(&at.child("log_noise"), &self.log_noise);
    }

    fn visit_mut(&mut self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &mut Param<f64>)) {
        f(&at.child("log_lengths"), &mut self.log_lengths);
        f(&at.child("log_signal"), &mut self.log_signal);
        f(&at.child("log_noise"), &mut self.log_noise);
    }
}

impl Kernel {
    /// Where the priors are largest.
    pub(super) fn new(words: Vec<bool>) -> Self {
        let lengths = vec![PRIOR_LENGTH[0]; words.len()];
        Self {
            log_lengths: Param::new(Role::Weight, lengths),
            log_signal: Param::new(Role::Weight, PRIOR_SIGNAL[0]),
            log_noise: Param::new(Role::Weight, PRIOR_NOISE[0]),
            words,
        }
    }

    /// To where the posterior is largest.
    pub(super) fn fit(&mut self, points: &[Vec<f64>], scores: &[f64]) {
        let differences = self.differences(points, points);
        let scores = Array1::from(scores.to_vec());
        let mut tape = Tape::new();
        let mut descent = Lbfgs::new().iterations(50);
        descent = descent.gradient_tolerance(1e-3).change_tolerance(1e-4);
        descent.minimize(self, |kernel| {
            let on = Scope::train(&tape);
            let loss = kernel.loss(&on, &differences, scores.view());
            let outcome = (loss.item(), on.backward(loss));
            tape.clear();
            outcome
        });
    }

    /// `−ln p(y | θ) − ln p(θ)` but for a constant: `½ |L⁻¹ y|² + Σ ln Lᵢᵢ`, and what priors say.
    fn loss<'t>(
        &self,
        on: &Scope<'t, f64>,
        differences: &Array2<f64>,
        scores: ArrayView1<f64>,
    ) -> Var<'t, f64> {
        let factor = self.factor(on, differences, scores.len());
        let white = factor.solve_triangular(on.input(&scores));
        let fit = white.square().sum(..) * 0.5 + factor.diagonal().ln().sum(..);
        let prior = |param: &Param<f64>, [mean, deviation]: [f64; 2]| {
            ((on.param(param) - mean) / deviation).square().sum(..) * 0.5
        };
        fit + prior(&self.log_lengths, PRIOR_LENGTH)
            + prior(&self.log_signal, PRIOR_SIGNAL)
            + prior(&self.log_noise, PRIOR_NOISE)
    }

    /// The Cholesky factor of the covariances of `n` points, with noise.
    pub(super) fn factor<'t>(
        &self,
        on: &Scope<'t, f64>,
        differences: &Array2<f64>,
        n: usize,
    ) -> Var<'t, f64> {
        let covariance = self.forward(on, on.input(differences)).reshape(&[n, n]);
        let noise = on.param(&self.log_noise).exp() + LEAST_NOISE;
        (covariance + on.input(Array2::eye(n)) * noise).cholesky()
    }

    /// The squared differences of all pairs: a row for each, those of the first point first.
    pub(super) fn differences(&self, a: &[Vec<f64>], b: &[Vec<f64>]) -> Array2<f64> {
        let width = self.words.len();
        let pairs = a.iter().flat_map(|a| b.iter().map(move |b| (a, b)));
        let squares = pairs.flat_map(|(a, b)| {
            (0..width).map(move |d| match self.words[d] {
                true => f64::from(a[d] != b[d]),
                false => (a[d] - b[d]).powi(2),
            })
        });
        let shape = [a.len() * b.len(), width];
        Array2::from_shape_vec(shape, squares.collect()).expect("as many as that")
    }
}
