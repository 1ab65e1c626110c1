use ndarray::ArrayD;
use tapegrad_autodiff::{Element, Tape, Var};
use tapegrad_nn::{Module, Scope, kkt};

use crate::validation_gradient::substituted;
use crate::{HyperGradient, HyperParameters, TuneError, ValidationGradient, error};

mod conjugate_gradients;
mod curvature;
mod neumann;
mod report;
mod trained;

use curvature::{Curvature, norm};
pub use report::ImplicitReport;
use trained::Trained;

/// The validation gradient at a minimum of the training objective `L(w, θ)`, by the implicit function theorem:
///
/// ```text
/// dV/dθ = ∂V/∂θ − ∂²L/∂θ∂w q,    (H + δ I) q = ∂V/∂w,    H = ∂²L/∂w²
/// ```
///
/// It knows nothing of how the minimum was found, and takes the memory of one pass. `q` is found by products of
/// `H` with vectors, in one of two ways.
///
/// | | [conjugate gradients](Implicit::new) | [Neumann series](Implicit::neumann) |
/// |---|---|---|
/// | `q` | Hestenes and Stiefel 1952, from 0 | `η Σ (I − η (H + δ I))ᵏ ∂V/∂w` (Lorraine et al. 2020) |
/// | products at most, [`iterations`](Implicit::iterations) | 200 | 1000 |
/// | needs | no negative curvature | `0 < η < 2 / λmax` and no negative curvature |
/// | as training steps | – | `k` steps of [`Sgd`](tapegrad_optim::Sgd) with `lr = η`, [unrolled](crate::Unrolled) from the minimum |
///
/// | setting | default | range |
/// |---|---|---|
/// | [`tolerance`](Implicit::tolerance), of `‖∂V/∂w − (H + δ I) q‖ / ‖∂V/∂w‖` | 1e-6 | at least 0 |
/// | [`damping`](Implicit::damping), `δ` | 0 | at least 0 |
/// | [`step`](Implicit::step), `η`, of the series | `1 / λmax` | above 0 |
///
/// The default `η` takes `λmax` from 20 power iterations, which give at most `λmax` and seldom less than half of
/// it; in the paper it is the learning rate of training. Where `V` has a slope along directions in which `H` is 0, there is no `q`: give a damping, or a penalty.
///
/// **It holds at a minimum, and there only.** The [report](ImplicitReport) says how far the model is from one,
/// whether negative curvature was met, which no minimum has, and how exact `q` is. An error of the weights
/// of size `ε` is one of the gradient of about `ε` (Pedregosa 2016): fit until it no longer matters.
///
/// **Weights that are exactly zero** under a penalty with a kink at 0, L1 or a group lasso, stay so when `θ` changes
/// a little, and do not count: `H`, `∂V/∂w` and `q` are those of the others (Bertrand et al. 2020, 2022, on
/// Lasso-type models). That needs the zeros of [proximal](tapegrad_nn::Penalty::proximal) steps. At the strength
/// where a weight enters or leaves, `V` has a kink and this is the slope of one side. Proximal penalties act in `L`
/// here with all others.
///
/// Where layers draw random numbers there is no minimum to speak of, and they refuse the pass, which has no seed.
/// Frozen parameters are constants. The decay of an optimizer is no part of `L`: let a
/// [`Penalty`](tapegrad_nn::Penalty) act in its place.
///
/// ```
/// use ndarray::array;
/// use tapegrad_nn::{Dense, Penalty, Strength};
/// use tapegrad_tune::{HyperParameters, Implicit, ValidationGradient};
///
/// // L = (w − 1)² + λ w² has its minimum at w = 1 / (1 + λ), and V = w slopes by −λ / (1 + λ)² there.
/// let ridge = Strength::new(1.0);
/// let mut model = Dense::<f64>::new(1, 1).without_bias().penalize(Penalty::l2(&ridge));
/// model.weight.value = array![[0.5]].into_dyn().into_shared();
/// let mut hyper = HyperParameters::new();
/// hyper.strength("ridge", &ridge);
/// let gradient = Implicit::new().gradient(
///     &hyper,
///     &model,
///     |on, model| (on.param(&model.weight) - 1.0).square().sum(..) + tapegrad_nn::Module::penalty(model, on),
///     |on, model| on.param(&model.weight).sum(..),
/// )?;
/// assert!((gradient.wrt(&ridge)[[]] + 0.25).abs() < 1e-12);
/// assert!(gradient.report.unwrap().stationarity < 1e-12);
/// # Ok::<(), tapegrad_tune::TuneError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Implicit {
    way: Way,
    iterations: usize,
    tolerance: f64,
    damping: f64,
}

/// How `q` is found.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    ConjugateGradients,
    /// With a step, or with `1 / λmax`.
    Neumann(Option<f64>),
}

/// What was found.
struct Solution {
    q: Vec<f64>,
    iterations: usize,
    /// Of the equation, relative to its right side.
    residual: f64,
    negative_curvature: bool,
    /// Of a series.
    step: Option<f64>,
}

impl Default for Implicit {
    fn default() -> Self {
        Self::new()
    }
}

impl Implicit {
    /// By conjugate gradients, with the defaults above.
    pub fn new() -> Self {
        Self {
            way: Way::ConjugateGradients,
            iterations: 200,
            tolerance: 1e-6,
            damping: 0.0,
        }
    }

    /// By the Neumann series, with the defaults above.
    pub fn neumann() -> Self {
        Self {
            way: Way::Neumann(None),
            iterations: 1000,
            ..Self::new()
        }
    }

    /// How many products with `H` are made at most: iterations, or terms of the series.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn iterations(mut self, most: usize) -> Self {
        self.iterations = error::at_least_one("Implicit", "number of iterations", most);
        self
    }

    /// The residual of the equation that is small enough, relative to its right side.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    pub fn tolerance(mut self, tolerance: f64) -> Self {
        self.tolerance = error::at_least_zero("Implicit", "tolerance", tolerance);
        self
    }

    /// `δ` on the diagonal of `H`: what makes flat directions harmless, and the gradient a little less than it is.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    pub fn damping(mut self, damping: f64) -> Self {
        self.damping = error::at_least_zero("Implicit", "damping", damping);
        self
    }

    /// The step of the Neumann series, which this chooses.
    ///
    /// # Panics
    /// If it is not finite and above 0.
    #[track_caller]
    pub fn step(mut self, step: f64) -> Self {
        if !(step > 0.0 && step.is_finite()) {
            error::setting("Implicit", "step", step, "finite and above 0");
        }
        self.way = Way::Neumann(Some(step));
        self
    }
}

impl<T: Element> ValidationGradient<T> for Implicit {
    /// # Errors
    /// If a loss or a number of the gradient is not finite.
    ///
    /// # Panics
    /// If neither loss depends on a hyper-parameter, a parameter has a constraint, the training loss lacks the
    /// penalties of the pass, or a trained parameter is not in it.
    #[track_caller]
    fn gradient<M: Module<T> + ?Sized>(
        &self,
        hyper: &HyperParameters<T>,
        model: &M,
        training: impl for<'t> Fn(&Scope<'t, T>, &M) -> Var<'t, T>,
        validation: impl for<'t> Fn(&Scope<'t, T>, &M) -> Var<'t, T>,
    ) -> Result<HyperGradient<T>, TuneError> {
        let stationarity = {
            let tape = Tape::new();
            let on = hyper.scope(&tape);
            let loss = training(&on, model);
            TuneError::finite(loss.item().wide(), || "the training loss".to_owned())?;
            kkt(model, &on.backward(loss)).worst()
        };

        let tape = Tape::new();
        let on_tape = hyper.on_tape(&tape);
        let trained = Trained::of(model, &tape);
        let variables = || {
            let hyper = on_tape.iter().map(|of| (of.id, of.value));
            trained.weights().chain(hyper)
        };
        let on = substituted(Scope::train(&tape).penalties_in_loss(), variables());
        let training_loss = training(&on, model);
        let on = substituted(Scope::eval(&tape), variables());
        let validation_loss = validation(&on, model);
        let losses = [validation_loss, training_loss].map(|loss| loss.item().wide());
        TuneError::finite(losses[0], || "the validation loss".to_owned())?;

        let of_validation = validation_loss.backward();
        let of_training = training_loss.backward();
        for of in &on_tape {
            let uses = [&of_validation, &of_training];
            if uses.iter().all(|all| all.get(of.coordinate).is_none()) {
                error::unused("Implicit", of.name);
            }
        }
        let curvature = Curvature {
            loss: training_loss,
            trained: &trained,
            damping: self.damping,
        };
        let right = trained.flat(&of_validation);
        TuneError::finite(norm(&right), || {
            "the norm of the validation gradient by the weights".to_owned()
        })?;
        let solution = match self.way {
            Way::ConjugateGradients => {
                conjugate_gradients::solve(&curvature, &right, self.iterations, self.tolerance)
            }
            Way::Neumann(step) => {
                neumann::sum(&curvature, &right, step, self.iterations, self.tolerance)
            }
        };
        TuneError::finite(solution.residual, || {
            "the residual of the Hessian's equation".to_owned()
        })?;
        let mixed = curvature.along(&solution.q);
        let parts: Vec<_> = on_tape
            .into_iter()
            .map(|of| {
                let direct: ArrayD<T> = of_validation.wrt(of.coordinate);
                let gradient = direct - mixed.wrt(of.coordinate);
                (of, gradient)
            })
            .collect();
        let report = ImplicitReport {
            stationarity,
            iterations: solution.iterations,
            residual: solution.residual,
            negative_curvature: solution.negative_curvature,
            zeros: trained.zeros(),
            step: solution.step,
        };
        HyperGradient::new(losses, Some(report), parts)
    }
}
