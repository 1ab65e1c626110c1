use ndarray::{Array2, Array3, Axis, Slice};
use tapegrad_autodiff::{Element, IntoValue};
use tapegrad_nn::Module;

use super::jacobian::Outputs;
use super::posterior::Posterior;
use super::{EvidenceReport, Likelihood, Predictive};
use crate::error;

/// How many rows are in memory at once, with the slopes by all parameters.
const AT_ONCE: usize = 256;

/// The posterior of the weights of a fitted model as a Gaussian around them, with the covariance `H⁻¹`: what
/// [`Evidence`](crate::Evidence) gives.
#[derive(Clone, Debug)]
pub struct Laplace {
    /// What was chosen, and how far it is to be trusted.
    pub report: EvidenceReport,
    pub(super) likelihood: Likelihood,
    pub(super) posterior: Posterior,
}

impl Laplace {
    /// What outputs are to be expected for inputs, with their variance, by the linearised model:
    ///
    /// ```text
    /// f(x) ± √(J H⁻¹ Jᵀ),    J = ∂f/∂w at x
    /// ```
    ///
    /// (MacKay 1992; Bishop 2006, 5.7; Immer et al. 2021). The model must be the one that was fitted, as it was. It
    /// takes memory of the size of its parameters for each of 256 rows at a time.
    ///
    /// # Panics
    /// If the model has another number of parameters, or the inputs do not fit it.
    #[track_caller]
    pub fn predict<T: Element>(
        &self,
        model: &(impl Module<T> + ?Sized),
        x: impl IntoValue<T>,
    ) -> Predictive {
        let x = x.into_value();
        let rows = x.shape().first().copied().unwrap_or(0);
        let is_categorical = self.likelihood == Likelihood::Categorical;
        let (mut mean, mut variance, mut between) = (Vec::new(), Vec::new(), Vec::new());
        for first in (0..rows).step_by(AT_ONCE) {
            let part = Slice::from(first..rows.min(first + AT_ONCE));
            let part = x.slice_axis(Axis(0), part).to_shared();
            let outputs = Outputs::of(model, &part, |_, z| match is_categorical {
                true => Array2::eye(z.len()) - 1.0 / z.len() as f64,
                false => Array2::eye(z.len()),
            });
            let (parameters, expected) = (outputs.slopes.ncols(), self.report.parameters);
            if parameters != expected {
                error::other_model(parameters, expected);
            }
            let spread = self.posterior.spread(&outputs.slopes);
            variance.extend(spread.variances());
            let classes = outputs.values.ncols();
            if is_categorical {
                for first in (0..outputs.values.len()).step_by(classes) {
                    let all = first..first + classes;
                    let pairs = all.clone().flat_map(|a| all.clone().map(move |b| (a, b)));
                    between.extend(pairs.map(|(a, b)| spread.variance_between(a, b)));
                }
            }
            mean.extend(outputs.values);
        }
        let shape = [rows, mean.len().checked_div(rows).unwrap_or(0)];
        let pairs = is_categorical.then(|| {
            let shape = [rows, shape[1], shape[1]];
            Array3::from_shape_vec(shape, between).expect("each pair of all rows")
        });
        let whole = |numbers| Array2::from_shape_vec(shape, numbers).expect("outputs of all rows");
        let precision = self.report.noise_precision;
        Predictive {
            mean: whole(mean),
            variance: whole(variance) / precision.unwrap_or(1.0),
            between: pairs,
            likelihood: self.likelihood,
            noise: precision.map_or(0.0, |precision| 1.0 / precision),
        }
    }
}
