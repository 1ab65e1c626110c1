//! What an update is made of, where a model was fitted.

use ndarray::Axis;
use tapegrad_autodiff::Element;
use tapegrad_nn::Module;
use tapegrad_train::data::Dataset;

use super::jacobian::{Outputs, weights};
use super::likelihood::weight;
use super::posterior::Posterior;
use super::prior::Prior;
use super::{Evidence, EvidenceReport, Likelihood, StrengthReport};
use crate::TuneError;

/// The least threshold that bounds strengths.
const LEAST_THRESHOLD: f64 = 1e-4;

/// More than is left of `γ` by rounding where parameters without a penalty explain all.
const DETERMINED: f64 = 1e-9;

/// What the data say of weights, as a part of what their prior says, of which nothing is left in them.
const VANISHING: f64 = 1e-6;

pub(super) struct Fitted {
    pub(super) posterior: Posterior,
    /// `β`; 1 of classes.
    precision: f64,
    /// `α / (β λ)`.
    scale: f64,
    /// `Σ (y − f)²` or `−2 ln p(y)`.
    deviance: f64,
    /// How many numbers are seen.
    numbers: f64,
    /// Of each class of weights.
    classes: Vec<Weights>,
}

struct Weights {
    gamma: f64,
    /// `Σ w²`.
    squares: f64,
    alpha: f64,
    /// What `α` would be next.
    next: f64,
    /// The largest of `Σ B²` of a weight: what the data say of it.
    curvature: f64,
}

impl Fitted {
    #[track_caller]
    pub(super) fn of<T: Element>(
        evidence: &Evidence,
        model: &(impl Module<T> + ?Sized),
        data: &Dataset<T>,
        prior: &Prior,
    ) -> Result<Self, TuneError> {
        let likelihood = evidence.likelihood;
        let outputs = Outputs::of(model, &data.x, |row, z| {
            likelihood.factor(z) * weight(data, row).sqrt()
        });
        let (b, values) = (&outputs.slopes, &outputs.values);
        let deviance = likelihood.deviance(values, data);
        TuneError::finite(deviance, || "the training loss".to_owned())?;
        for slope in b {
            TuneError::finite(*slope, || {
                "a slope of the outputs by the weights".to_owned()
            })?;
        }
        let scale = likelihood.scale(values);
        let precisions: Vec<_> = prior
            .lambdas()
            .into_iter()
            .map(|lambda| match lambda {
                Some(0.0) if evidence.holds_unpenalized => None,
                lambda => lambda.map(|lambda| scale * lambda),
            })
            .collect();
        let posterior = Posterior::new(b, &precisions)?;
        let [shape, rate] = evidence.hyperprior.map(|number| 2.0 * number);
        let rows = (0..values.nrows()).map(|row| weight(data, row));
        let numbers = rows.sum::<f64>() * values.ncols() as f64;
        let precision = match likelihood {
            Likelihood::Gaussian => (numbers - posterior.effective() + shape) / (deviance + rate),
            Likelihood::Bernoulli | Likelihood::Categorical => 1.0,
        };
        TuneError::finite(precision, || "the precision of the noise".to_owned())?;
        if precision <= 0.0 {
            return Err(TuneError::Undetermined {
                what: "the noise: there are as many parameters as numbers".to_owned(),
            });
        }
        let w = weights(model);
        let classes = prior.classes.iter().map(|class| {
            let gamma = posterior.gamma(&class.places);
            let places = class.places.iter();
            let squares: f64 = places.clone().map(|&place| w[place].powi(2)).sum();
            let curvature = |&place: &usize| b.index_axis(Axis(1), place).map(|b| b * b).sum();
            Weights {
                gamma,
                squares,
                alpha: precision * scale * class.lambda,
                next: (gamma + shape) / (squares + rate),
                curvature: places.map(curvature).fold(0.0, f64::max),
            }
        });
        Ok(Self {
            classes: classes.collect(),
            posterior,
            precision,
            scale,
            deviance,
            numbers,
        })
    }

    /// By what part of itself an `α` would change.
    pub(super) fn change(&self, prior: &Prior) -> f64 {
        let changes = prior.classes.iter().zip(&self.classes);
        let changes = changes.filter(|(class, _)| class.moves());
        let changes = changes.map(|(_, of)| (of.next / of.alpha - 1.0).abs());
        changes.fold(
            0.0,
            |most, change| if change <= most { most } else { change },
        )
    }

    /// Writes the next strengths.
    pub(super) fn update(&self, threshold: f64, prior: &mut Prior) -> Result<(), TuneError> {
        for (class, of) in prior.classes.iter_mut().zip(&self.classes) {
            if !class.moves() {
                continue;
            }
            let least = threshold * class.places.len() as f64;
            // As strong as this, a group is below the threshold.
            let bound = of.curvature / (self.scale * threshold.max(LEAST_THRESHOLD));
            // Of weights that are all 0 it is infinite or no number.
            if class.is_group() && (of.gamma <= least || !of.next.is_finite()) {
                class.is_pruned = true;
                let held = bound / threshold.max(LEAST_THRESHOLD);
                class.lambda = class.lambda.max(held);
                continue;
            }
            let is_least = of.curvature <= VANISHING * self.scale * class.lambda;
            // Of weights that are all 0 what is next is infinite.
            if is_least && (of.gamma <= DETERMINED || of.next >= of.alpha) {
                class.is_unbounded = true;
                continue;
            }
            if of.gamma <= DETERMINED {
                return Err(TuneError::Undetermined {
                    what: format!("the strength of `{}`", class.name),
                });
            }
            TuneError::finite(of.next, || format!("the precision α of `{}`", class.name))?;
            class.lambda = of.next / (self.precision * self.scale);
            if class.is_group() && threshold > 0.0 {
                class.lambda = class.lambda.min(bound);
            }
        }
        prior.set();
        Ok(())
    }

    /// Of the strengths as they are.
    pub(super) fn report(
        &self,
        evidence: &Evidence,
        prior: &Prior,
    ) -> Result<EvidenceReport, TuneError> {
        let likelihood = evidence.likelihood;
        let classes = || prior.classes.iter().zip(&self.classes);
        let strengths = classes().map(|(class, of)| StrengthReport {
            name: class.name.clone(),
            weights: class.places.len(),
            gamma: of.gamma,
            alpha: of.alpha,
            lambda: class.lambda,
            is_pruned: class.is_pruned,
            is_unbounded: class.is_unbounded,
        });
        // Of the Gamma distributions, but for their constants.
        let [shape, rate] = evidence.hyperprior;
        let log_gamma = |x: f64| shape * x.ln() - rate * x;
        let chosen = || classes().filter(|(class, _)| class.is_chosen && !class.is_pruned);
        let mut hyperprior: f64 = chosen().map(|(_, of)| log_gamma(of.alpha)).sum();
        if likelihood == Likelihood::Gaussian {
            hyperprior += log_gamma(self.precision);
        }
        let penalties = classes().filter(|(class, _)| !class.is_pruned);
        let penalties: f64 = penalties.map(|(_, of)| of.alpha * of.squares).sum();
        let flat = self.posterior.flat();
        let fit = likelihood.log(self.deviance, self.precision, self.numbers, flat);
        let log_evidence = fit - 0.5 * penalties + self.posterior.log_volume() + hyperprior;
        TuneError::finite(log_evidence, || "the log evidence".to_owned())?;
        Ok(EvidenceReport {
            strengths: strengths.collect(),
            noise_precision: (likelihood == Likelihood::Gaussian).then_some(self.precision),
            effective_parameters: self.posterior.effective(),
            parameters: prior.count,
            log_evidence,
            iterations: 0,
            is_converged: false,
            change: 0.0,
            stationarity: 0.0,
        })
    }
}
