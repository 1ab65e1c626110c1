use std::f64::consts::PI;

use ndarray::{Array2, ArrayView1, Axis, Slice};
use tapegrad_autodiff::{Element, Tape, Var};
use tapegrad_nn::{Loss, Module, Scope, loss};
use tapegrad_train::data::{Dataset, Task};

use crate::TuneError;

/// How targets `y` come from outputs `f`, with `n` rows of `K` outputs: what the mean data loss is a multiple of.
///
/// `−ln p(y) + Σ α_k/2 Σ w²` is a multiple of `loss + Σ λ_k Σ w²`, from which `λ` follows:
///
/// | | targets | mean loss | `−ln p(y)` | `λ_k` | `Λ` of a row |
/// |---|---|---|---|---|---|
/// | `Gaussian` | any numbers, noise of one precision `β` | [`SquaredError`](loss::SquaredError): `1/(nK) Σ (y − f)²` | `β/2 Σ (y − f)² − nK/2 ln(β/2π)` | `α_k / (n K β)` | `β I` |
/// | `Bernoulli` | 0 or 1, `f` their log-odds | [`BinaryCrossEntropy`](loss::BinaryCrossEntropy): `1/(nK) Σ l` | `Σ l` | `α_k / (2 n K)` | `diag(p (1 − p))` |
/// | `Categorical` | a class, `f` logits | [`CrossEntropy`](loss::CrossEntropy): `1/n Σ l` | `Σ l` | `α_k / (2 n)` | `diag(p) − p pᵀ` |
///
/// Losses with weights of classes or smoothing are no likelihoods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likelihood {
    /// Numbers with Gaussian noise, the same for all rows and outputs.
    Gaussian,
    /// 0 or 1, by the logit of each.
    Bernoulli,
    /// One of several classes, by the logits of all.
    Categorical,
}

impl Likelihood {
    /// Whether the data are of this kind and fit the model.
    #[track_caller]
    pub(super) fn check<T: Element>(
        self,
        model: &(impl Module<T> + ?Sized),
        data: &Dataset<T>,
    ) -> Result<(), TuneError> {
        let refused = |cause: String| TuneError::Data { cause };
        let check = |task| data.check(task).map_err(|error| refused(error.to_string()));
        check(Task::Regression)?;
        let first = data.x.slice_axis(Axis(0), Slice::from(..1)).to_shared();
        let tape = Tape::new();
        let on = Scope::eval(&tape);
        let (outputs, targets) = (model.forward(&on, on.input(first)).len(), data.y.shape()[1]);
        match self {
            Self::Gaussian => (),
            Self::Bernoulli => check(Task::Binary)?,
            Self::Categorical => check(Task::Classes(outputs))?,
        }
        if self != Self::Categorical && targets != outputs {
            return Err(refused(format!(
                "the model has {outputs} outputs a row, and there are {targets} targets"
            )));
        }
        let mut weights = data.weights.iter().flatten();
        match weights.find(|weight| **weight < T::zero()) {
            Some(weight) => Err(refused(format!("a row has the weight {weight}"))),
            None => Ok(()),
        }
    }

    /// The mean data loss.
    #[track_caller]
    pub(super) fn loss<'t, T: Element>(self, outputs: Var<'t, T>, data: &Dataset<T>) -> Var<'t, T> {
        let costs = match self {
            Self::Gaussian => loss::SquaredError.each(outputs, &data.y),
            Self::Bernoulli => loss::BinaryCrossEntropy::new().each(outputs, &data.y),
            Self::Categorical => loss::CrossEntropy::new().each(outputs, &data.classes()),
        };
        match &data.weights {
            Some(weights) => (costs * outputs.tape().constant(weights)).mean(..),
            None => costs.mean(..),
        }
    }

    /// `α / (β λ)`, the same for all: the mean loss is `1 / scale` of `Σ (y − f)²`, or of `−2 ln p(y)`.
    pub(super) fn scale(self, outputs: &Array2<f64>) -> f64 {
        match self {
            Self::Gaussian => outputs.len() as f64,
            Self::Bernoulli => 2.0 * outputs.len() as f64,
            Self::Categorical => 2.0 * outputs.nrows() as f64,
        }
    }

    /// A factor `S`, `[outputs, outputs]`, of `Λ / β = S Sᵀ`.
    pub(super) fn factor(self, outputs: ArrayView1<'_, f64>) -> Array2<f64> {
        match self {
            Self::Gaussian => Array2::eye(outputs.len()),
            Self::Bernoulli => {
                // √(p (1 − p)) = 1 / (2 cosh(z/2)), which does not cancel.
                Array2::from_diag(&outputs.mapv(|z| 0.5 / (0.5 * z).cosh()))
            }
            Self::Categorical => {
                // (diag √p − p √pᵀ)(diag √p − √p pᵀ) = diag p − p pᵀ, as √pᵀ √p = 1.
                let p = softmax(outputs.iter().copied());
                Array2::from_shape_fn([p.len(), p.len()], |(i, j)| {
                    let diagonal = if i == j { 1.0 } else { 0.0 };
                    (diagonal - p[i]) * p[j].sqrt()
                })
            }
        }
    }

    /// `Σ (y − f)²` for Gaussian noise, else `−2 ln p(y)`.
    pub(super) fn deviance<T: Element>(self, outputs: &Array2<f64>, data: &Dataset<T>) -> f64 {
        let of_row = |row: usize| {
            let z = outputs.row(row);
            let target = |column: usize| data.y[[row, column]].wide();
            match self {
                Self::Gaussian => z
                    .iter()
                    .enumerate()
                    .map(|(column, z)| (target(column) - z).powi(2))
                    .sum::<f64>(),
                Self::Bernoulli => z
                    .iter()
                    .enumerate()
                    .map(|(column, &z)| 2.0 * (softplus(z) - target(column) * z))
                    .sum(),
                Self::Categorical => {
                    let most = z.fold(f64::NEG_INFINITY, |most, z| most.max(*z));
                    let sum = z.iter().map(|z| (z - most).exp()).sum::<f64>();
                    2.0 * (most + sum.ln() - z[target(0) as usize])
                }
            }
        };
        let rows = 0..outputs.nrows();
        rows.map(|row| weight(data, row) * of_row(row)).sum()
    }

    /// `ln p(y)` for a deviance, of so many numbers of which a precision `β` is that of all but `flat`: what is
    /// integrated over with a flat prior takes one `ln(β/2π)/2` away.
    pub(super) fn log(self, deviance: f64, precision: f64, numbers: f64, flat: usize) -> f64 {
        let flat = flat as f64;
        match self {
            Self::Gaussian => {
                0.5 * (numbers - flat) * (precision / (2.0 * PI)).ln() - 0.5 * precision * deviance
            }
            Self::Bernoulli | Self::Categorical => 0.5 * flat * (2.0 * PI).ln() - 0.5 * deviance,
        }
    }
}

/// What a row counts.
pub(super) fn weight<T: Element>(data: &Dataset<T>, row: usize) -> f64 {
    data.weights
        .as_ref()
        .map_or(1.0, |weights| weights[row].wide())
}

pub(super) fn softmax(z: impl Iterator<Item = f64> + Clone) -> Vec<f64> {
    let most = z.clone().fold(f64::NEG_INFINITY, f64::max);
    let powers: Vec<_> = z.map(|z| (z - most).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}

/// `ln(1 + eᶻ)`.
fn softplus(z: f64) -> f64 {
    z.max(0.0) + (-z.abs()).exp().ln_1p()
}
