use std::f64::consts::PI;

use ndarray::{Array2, Array3};
use tapegrad_autodiff::kernel::elementary;

use super::Likelihood;
use crate::error;

/// What is to be expected for some inputs, and how sure that is.
///
/// ```
/// # use ndarray::Array2;
/// use tapegrad_autodiff::Tape;
/// use tapegrad_nn::{Dense, Loss, Module, Penalty, Scope, loss};
/// use tapegrad_optim::Lbfgs;
/// use tapegrad_train::data;
/// use tapegrad_tune::{Evidence, Likelihood};
///
/// let (train, test) = data::linear_regression::<f64>(300, 3, 0.5, 1).0.split_at(100);
/// let mut model = Dense::new(3, 1).penalize(Penalty::l2(1e-3));
/// let laplace = Evidence::new(Likelihood::Gaussian).choose(&mut model, &train, |model| {
///     let mut tape = Tape::new();
///     Lbfgs::new().minimize(model, |model| {
///         let on = Scope::train(&tape);
///         let data_loss = loss::SquaredError.mean(model.forward(&on, on.input(&train.x)), &train.y);
///         let loss = data_loss + model.penalty(&on);
///         let outcome = (loss.item(), on.backward(loss));
///         tape.clear();
///         outcome
///     });
/// })?;
/// let [low, high] = laplace.predict(&model, &test.x).intervals(0.9);
/// let inside = |row: usize| (low[[row, 0]]..high[[row, 0]]).contains(&test.y[[row, 0]]);
/// let share = (0..200).filter(|&row| inside(row)).count() as f64 / 200.0;
/// assert!((0.8..1.0).contains(&share), "{share}");
/// # Ok::<(), tapegrad_tune::TuneError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Predictive {
    /// The outputs `f`, `[rows, outputs]`: numbers, or logits.
    pub mean: Array2<f64>,
    /// The variance of each, of what is not known of the weights; without that of noise. Of several classes it is that
    /// of logits less their mean, as a number that is added to all says nothing.
    pub variance: Array2<f64>,
    /// The variance `1/β` of Gaussian noise, 0 of classes.
    pub noise: f64,
    /// Of several classes, the variance of the difference of each two logits, `[rows, outputs, outputs]`.
    pub(super) between: Option<Array3<f64>>,
    pub(super) likelihood: Likelihood,
}

impl Predictive {
    /// The bounds between which a target lies with the probability `level`, of which half the rest is on either side:
    /// `f ± z √(variance + 1/β)`, `[rows, outputs]` each.
    ///
    /// # Panics
    /// If targets are classes, or the level is not above 0 and below 1.
    #[track_caller]
    pub fn intervals(&self, level: f64) -> [Array2<f64>; 2] {
        if self.likelihood != Likelihood::Gaussian {
            error::intervals_of_classes();
        }
        if !(level > 0.0 && level < 1.0) {
            error::setting(
                "Predictive::intervals",
                "level",
                level,
                "above 0 and below 1",
            );
        }
        let z = half_width(level);
        let reach = self
            .variance
            .mapv(|variance| z * (variance + self.noise).sqrt());
        [&self.mean - &reach, &self.mean + &reach]
    }

    /// Probabilities of classes, nearer to equal where weights are less sure: with `κ(v) = 1 / √(1 + π v / 8)`,
    ///
    /// | | |
    /// |---|---|
    /// | Bernoulli | `σ(κ(v) f)` of each output (MacKay 1992; Bishop 2006, 4.153) |
    /// | categorical | `p_k ∝ 1 / Σ_c exp(κ(v_kc) (f_c − f_k))` with the variance `v_kc` of `f_c − f_k` |
    ///
    /// The second is the first for two classes. It depends on differences alone, so neither on the order of classes nor on a number that is added to all logits; the softmax of moderated
    /// logits (Gibbs 1997) depends on both.
    ///
    /// # Panics
    /// If targets are numbers.
    #[track_caller]
    pub fn probabilities(&self) -> Array2<f64> {
        if self.likelihood == Likelihood::Gaussian {
            error::probabilities_of_numbers();
        }
        let Some(between) = &self.between else {
            let moderated = self.variance.mapv(moderation) * &self.mean;
            return moderated.mapv(|z| 1.0 / (1.0 + (-z).exp()));
        };
        let mut p = Array2::from_shape_fn(self.mean.dim(), |(row, k)| {
            let logits = self.mean.row(row).into_iter().enumerate();
            let others = logits.map(|(c, f)| {
                let difference = f - self.mean[[row, k]];
                (moderation(between[[row, k, c]]) * difference).exp()
            });
            1.0 / others.sum::<f64>()
        });
        for mut row in p.rows_mut() {
            row /= row.sum();
        }
        p
    }
}

/// `κ`.
fn moderation(variance: f64) -> f64 {
    1.0 / (1.0 + PI * variance / 8.0).sqrt()
}

/// The `z` within which, on either side of 0, a standard normal number is with a probability: `Φ(−z) = (1 − p) / 2`,
/// by halving.
fn half_width(probability: f64) -> f64 {
    let tail = 0.5 * (1.0 - probability);
    let (mut low, mut high) = (0.0, 40.0);
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return middle;
        }
        let mut beyond = [0.0];
        elementary::normal_cdf(&[-middle], &mut beyond);
        if beyond[0] > tail {
            low = middle;
        } else {
            high = middle;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Those of scipy, by `tests/fixtures/evidence.py`.
    #[test]
    fn quantiles() {
        let text = include_str!("../../tests/fixtures/evidence.csv");
        let numbers = |name: &str| -> Vec<f64> {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            let fields = line.expect("a line of this name").split(',').skip(1);
            fields.map(|field| field.parse().unwrap()).collect()
        };
        let (levels, quantiles) = (numbers("levels"), numbers("quantiles"));
        assert!(levels.len() == quantiles.len() && levels.len() > 5);
        for (level, z) in levels.into_iter().zip(quantiles) {
            let found = half_width(level);
            // A level near 1 says little of what is beyond.
            let rounding = 1e-15 / (1.0 - level);
            assert!((found - z).abs() < 1e-14 + rounding, "{level}: {found} {z}");
        }
    }
}
