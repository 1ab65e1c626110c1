mod fitted;
mod jacobian;
mod laplace;
mod likelihood;
mod posterior;
mod predictive;
mod prior;
mod relevance;
mod report;

use tapegrad_autodiff::Element;
use tapegrad_nn::{Module, Strength};
use tapegrad_train::data::Dataset;

use crate::snapshot::Snapshot;
use crate::{TuneError, error};
use fitted::Fitted;
use jacobian::stationarity;
pub use laplace::Laplace;
pub use likelihood::Likelihood;
pub use predictive::Predictive;
use prior::{Handle, Prior};
pub use relevance::Relevance;
pub use report::{EvidenceReport, StrengthReport};

/// Strengths of L2 penalties by the evidence of the training rows alone: Laplace's approximation of the posterior, and
/// MacKay's updates (1992; Bishop 2006, 3.5 and 5.7; Foresee and Hagan 1997).
///
/// A penalty `λ_k Σ w²` is a Gaussian prior of the precision `α_k` to the mean loss of a [`Likelihood`], of which the
/// table says `λ_k` from `α_k`, and `N` numbers are seen. A fit is where the posterior is highest; around it, with the Jacobian `J` of
/// all outputs of all rows,
///
/// ```text
/// H = Jᵀ Λ J + diag(α)                     generalised Gauss-Newton
/// γ_k = N_k − α_k tr_k(H⁻¹)                 how many of its N_k weights the data determine
/// α_k ← γ_k / Σ_k w²,    β ← (N − γ) / Σ (y − f)²
/// ```
///
/// and so on, a fit and an update in turn, until no `α` changes. `H` is not the Hessian: that may have negative
/// eigenvalues where a fit is not exact, and is not defined at the kinks of rectifiers, where minima of penalised networks
/// like to be. This one is never negative, belongs to the linearised model by which [`Laplace::predict`] has its variances,
/// and is the Hessian where `f` is linear.
///
/// **Which strengths.** Every one that L2 terms of trained parameters have, one for each
/// [`Strength`]: give the same handle to what is to share one. A [`Relevance`] has one for each input. If
/// some are named by [`strength`](Evidence::strength) and [`relevance`](Evidence::relevance), the others stay as they are.
/// Other penalties of parameters are no Gaussian priors, and are refused; those of outputs are not seen, and must not be.
///
/// **Without a penalty**, as biases mostly are, parameters have a flat prior, over which is integrated: each that the
/// data determine counts 1 in `γ`, and takes one from `N`. What does nothing that others before it do not do is left out,
/// as the bias of a unit that is dead in every row, or the last of the biases of logits. Where they explain the data without
/// any weight, as more hidden biases than rows do, a strength is [`Undetermined`](TuneError::Undetermined): give them a
/// penalty, or [hold](Evidence::hold_unpenalized) them at their values.
///
/// | setting | default | range |
/// |---|---|---|
/// | [`iterations`](Evidence::iterations), updates at most | 50 | at least 1 |
/// | [`tolerance`](Evidence::tolerance) of the relative change of every `α` | 1e-3 | at least 0 |
/// | [`threshold`](Evidence::threshold) of `γ_k / N_k`, below which a group of a [`Relevance`] is 0 | 1e-4 | at least 0 and below 1 |
/// | [`hyperprior`](Evidence::hyperprior), shape and rate of Gamma distributions of `α` and `β` | 0, 0 | at least 0 |
/// | [`hold_unpenalized`](Evidence::hold_unpenalized) | off | |
///
/// **Where the data say nothing** of weights, the evidence often grows with their strength without end. It then stays
/// where they are 0 but for a millionth, and the report says that it is [unbounded](StrengthReport::is_unbounded).
///
/// **What is pruned** of a [`Relevance`] stays so when it is chosen again with the same threshold `t`. No strength of a
/// group becomes larger than `1 / t` times what the data say of its weights, the most of `(JᵀΛJ)ⱼⱼ` in the units of
/// `λ`, and it is held by `1 / t²` times that, which a fit must bear. Lbfgs does, and rules as Adam, whose steps are
/// bounded; with plain gradient steps a threshold must be 0.1 or more, or steps very small.
///
/// **It holds where the fit is a minimum**: the [report](EvidenceReport) says how far it is from one. Let it go on from
/// where the last ended, as it does if the closure only minimises. **Layers can be rescaled against each other**, those of
/// rectifiers exactly and of sigmoids where they are nearly straight: with a strength for each, only their product matters,
/// and `α` drift along the rest, to where units are straight or without end; with one of them not penalised a network of
/// rectifiers has no minimum at all. Give one [`Strength`] to all layers, or leave that of the last where it is and name
/// those of the others.
///
/// `J` takes a pass back for each row and output, and memory of `N` times the number of parameters `P`; `H⁻¹` is had by the
/// smaller of `P × P` and `N × N`. Outputs are those in evaluation, running statistics as they are. Weights of rows
/// count as repetitions.
///
/// One layer gives what scikit-learn's `BayesianRidge` gives, its `alpha_` as `β` and `lambda_` as `α`, and with a
/// [`Relevance`] its `ARDRegression`. An intercept they have by centring data, and count it in no `γ`: that is a bias
/// [held](Evidence::hold_unpenalized) and inputs with the mean 0. Integrated over, it makes `β` that of one number less.
///
/// ```
/// use tapegrad_autodiff::Tape;
/// use tapegrad_nn::{Dense, Loss, Module, Penalty, Scope, Strength, loss};
/// use tapegrad_optim::Lbfgs;
/// use tapegrad_train::data;
/// use tapegrad_tune::{Evidence, Likelihood};
///
/// let (train, weights) = data::linear_regression::<f64>(40, 10, 1.0, 1);
/// let ridge = Strength::new(1e-3);
/// let mut model = Dense::new(10, 1).penalize(Penalty::l2(&ridge));
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
/// println!("{}", laplace.report);
/// assert!(laplace.report.is_converged && laplace.report.strengths[0].gamma > 9.0);
/// assert!(ridge.at(0) > 1e-3);                           // it is set
/// let noise = laplace.report.noise_precision.unwrap();   // 1, as it was made
/// assert!((0.5..2.0).contains(&noise));
/// # Ok::<(), tapegrad_tune::TuneError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Evidence {
    likelihood: Likelihood,
    /// All, if there is none.
    chosen: Vec<Handle>,
    iterations: usize,
    tolerance: f64,
    threshold: f64,
    /// Shape and rate.
    hyperprior: [f64; 2],
    holds_unpenalized: bool,
}

impl Evidence {
    /// Of every strength of the model, with the defaults above.
    pub fn new(likelihood: Likelihood) -> Self {
        Self {
            likelihood,
            chosen: Vec::new(),
            iterations: 50,
            tolerance: 1e-3,
            threshold: 1e-4,
            hyperprior: [0.0; 2],
            holds_unpenalized: false,
        }
    }

    /// Chooses this strength, and of others only those that are named so too. The rest are priors as they are.
    pub fn strength(mut self, strength: &Strength) -> Self {
        self.chosen.push(Handle::Strength(strength.clone()));
        self
    }

    /// As [`strength`](Evidence::strength), for each group of a weight.
    pub fn relevance(mut self, relevance: &Relevance) -> Self {
        self.chosen.push(Handle::Relevance(relevance.clone()));
        self
    }

    /// How many updates are made at most; there is one fit more.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn iterations(mut self, most: usize) -> Self {
        self.iterations = error::at_least_one("Evidence", "number of iterations", most);
        self
    }

    /// The end is where no `α` would change by a larger part of itself.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    pub fn tolerance(mut self, tolerance: f64) -> Self {
        self.tolerance = error::at_least_zero("Evidence", "tolerance", tolerance);
        self
    }

    /// A group of a [`Relevance`] of whose weights the data determine no larger part is irrelevant, and held at 0 from
    /// then on. (scikit-learn's `threshold_lambda` is one of `α`, and so in the units of weights, which in a network are
    /// what other layers make them. What is irrelevant passes any, for without a hyperprior its `α` grows without end.)
    ///
    /// # Panics
    /// If it is negative, or not below 1.
    #[track_caller]
    pub fn threshold(mut self, threshold: f64) -> Self {
        if !(0.0..1.0).contains(&threshold) {
            error::setting("Evidence", "threshold", threshold, "at least 0 and below 1");
        }
        self.threshold = threshold;
        self
    }

    /// `α` and `β` have Gamma distributions, `α_k ← (γ_k + 2 shape) / (Σ_k w² + 2 rate)`, and `β` in the same way.
    /// The defaults of scikit-learn are 1e-6 and 1e-6, which matter only where weights vanish.
    ///
    /// # Panics
    /// If one is negative or not finite.
    #[track_caller]
    pub fn hyperprior(mut self, shape: f64, rate: f64) -> Self {
        let shape = error::at_least_zero("Evidence", "shape of the hyperprior", shape);
        let rate = error::at_least_zero("Evidence", "rate of the hyperprior", rate);
        self.hyperprior = [shape, rate];
        self
    }

    /// Parameters without a penalty are taken as known at their values, and not integrated over. They count in no `γ`,
    /// and make no prediction less sure.
    pub fn hold_unpenalized(mut self) -> Self {
        self.holds_unpenalized = true;
        self
    }

    /// Fits the model by `fit` and updates its strengths, in turn. Penalties have the strengths when `fit` is called,
    /// which goes on from where the model is; the mean data loss must be that of the [`Likelihood`], with the weights of
    /// rows if there are some. At the end the model is fitted with the strengths that it has.
    ///
    /// # Errors
    /// If the data are not those of the likelihood or have no row, a number is not finite, or the data do not determine
    /// what has no penalty, or a strength. Then the model and its strengths are as they were.
    ///
    /// # Panics
    /// If there is no strength to choose, or one that was named is on no trained parameter, starts at 0 or has a
    /// schedule; if a trained parameter has a constraint or another penalty than one L2 or [`Relevance`].
    #[track_caller]
    pub fn choose<M: Module<T> + ?Sized, T: Element>(
        &self,
        model: &mut M,
        data: &Dataset<T>,
        fit: impl FnMut(&mut M),
    ) -> Result<Laplace, TuneError> {
        let mut prior = Prior::of(model, &self.chosen);
        let (strengths, before) = (prior.strengths(), Snapshot::of(model));
        let chosen = self.alternate(model, data, fit, &mut prior);
        if chosen.is_err() {
            strengths
                .into_iter()
                .for_each(|(handle, values)| handle.set(values));
            before.restore(model);
        }
        chosen
    }

    #[track_caller]
    fn alternate<M: Module<T> + ?Sized, T: Element>(
        &self,
        model: &mut M,
        data: &Dataset<T>,
        mut fit: impl FnMut(&mut M),
        prior: &mut Prior,
    ) -> Result<Laplace, TuneError> {
        self.likelihood.check(model, data)?;
        let mut iterations = 0;
        loop {
            fit(model);
            prior.prune(model);
            let fitted = Fitted::of(self, model, data, prior)?;
            let change = fitted.change(prior);
            let is_converged = change <= self.tolerance;
            if is_converged || iterations == self.iterations {
                let report = EvidenceReport {
                    iterations,
                    is_converged,
                    change,
                    stationarity: stationarity(model, data, self.likelihood, prior)?,
                    ..fitted.report(self, prior)?
                };
                return Ok(Laplace {
                    report,
                    likelihood: self.likelihood,
                    posterior: fitted.posterior,
                });
            }
            fitted.update(self.threshold, prior)?;
            iterations += 1;
        }
    }
}
