use ndarray::ArrayD;
use tapegrad_autodiff::Tape;
use tapegrad_nn::{Module, Scope};

use super::kernel::Kernel;

/// What is expected of other points, after what was seen at some.
#[derive(Debug)]
pub(super) struct Posterior {
    kernel: Kernel,
    points: Vec<Vec<f64>>,
    scores: Vec<f64>,
    /// The Cholesky factor `L` of covariances and noise.
    factor: ArrayD<f64>,
    /// `L⁻¹ y`.
    white: ArrayD<f64>,
}

impl Posterior {
    pub(super) fn new(kernel: Kernel, points: Vec<Vec<f64>>, scores: Vec<f64>) -> Self {
        let tape = Tape::new();
        let on = Scope::eval(&tape);
        let factor = kernel.factor(&on, &kernel.differences(&points, &points), points.len());
        let white = factor.solve_triangular(on.input(scores.clone()));
        let [factor, white] = [factor, white].map(|var| var.value().to_owned());
        Self {
            kernel,
            points,
            scores,
            factor,
            white,
        }
    }

    /// Where something was seen.
    pub(super) fn points(&self) -> &[Vec<f64>] {
        &self.points
    }

    /// As if at these points, too, were seen what is expected there.
    pub(super) fn believing(self, points: Vec<Vec<f64>>) -> Self {
        if points.is_empty() {
            return self;
        }
        let expected = self.at(&points).into_iter().map(|(mean, _)| mean);
        let scores = self.scores.iter().copied().chain(expected).collect();
        let points = self.points.into_iter().chain(points).collect();
        Self::new(self.kernel, points, scores)
    }

    /// Means and standard deviations, without noise: `kᵀ K⁻¹ y` and the root of `k(x, x) − kᵀ K⁻¹ k`.
    pub(super) fn at(&self, points: &[Vec<f64>]) -> Vec<(f64, f64)> {
        let tape = Tape::new();
        let on = Scope::eval(&tape);
        let covariance = |a, b| {
            let differences = self.kernel.differences(a, b);
            self.kernel.forward(&on, on.input(&differences))
        };
        let [seen, asked] = [self.points.len(), points.len()];
        let across = covariance(&self.points, points).reshape(&[seen, asked]);
        let white = on.input(&self.factor).solve_triangular(across);
        let means = on.input(&self.white).dot(white);
        let own = covariance(&points[..1], &points[..1]);
        let variances = own - white.square().sum(0);
        let (means, variances) = (means.value(), variances.value());
        let deviations = variances.iter().map(|variance| variance.max(0.0).sqrt());
        means.iter().copied().zip(deviations).collect()
    }
}
