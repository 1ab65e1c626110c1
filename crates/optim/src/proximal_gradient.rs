use tapegrad_autodiff::{Element, Tape, Var};
use tapegrad_nn::{GradientMap, Module, Scope};

use crate::error;

mod descent;
mod point;
mod report;

pub use report::{ProximalGradientEnd, ProximalGradientReport};

/// The proximal gradient method with momentum, FISTA (Beck and Teboulle 2009), of `F = f + h`: all that is smooth,
/// and the [proximal](tapegrad_nn::Penalty::proximal) penalties.
///
/// ```text
/// y = x + (θ − 1) / θ' (x − x_before)         θ' = (1 + √(1 + 4 θ²)) / 2
/// x ← prox(y − t ∇f(y))                       of t h; t is halved until
///                                             f(x) ≤ f(y) + ∇f(y)ᵀ(x − y) + ‖x − y‖² / 2t
/// ```
///
/// For losses of *all* rows: the companion of [`Lbfgs`](crate::Lbfgs), which refuses such penalties. Weights become
/// exactly zero, and parameters without such a penalty take plain steps. It ends by the [certificate](tapegrad_nn::kkt)
/// that no weight is farther from optimal than the tolerance.
///
/// | setting | default | range |
/// |---|---|---|
/// | [`iterations`](ProximalGradient::iterations) | 10 000 | at least 1 |
/// | [`tolerance`](ProximalGradient::tolerance) of [`kkt`](tapegrad_nn::kkt) | 1e-6 | at least 0 |
/// | [`first_step`](ProximalGradient::first_step), `t` | 1 | above 0 |
///
/// The closure is called with the model at the points that are tried, and gives the loss there, with
/// [`Module::penalty`] in it, and its gradients. It must be one function: the same rows, and the same seed where
/// layers draw. Strengths with a schedule are as they are at step 0.
///
/// - Momentum starts anew where it points uphill (O'Donoghue and Candès 2015, both of their conditions): a point whose
///   loss is higher than before is not taken, so that the loss of a network, which is not convex, does not grow but
///   within its rounding.
/// - `t` grows by a ninth in each iteration, and so follows the curvature (Becker, Candès and Grant 2011). Where
///   losses differ by their rounding only, the bound is asked of gradients: `(∇f(x) − ∇f(y))ᵀ(x − y) ≤ ‖x − y‖² / t`.
///   The proof of the rate `1 / k²` is for a `t` that never grows.
/// - A loss that is not finite shortens the step. Running statistics are those of the passes whose points were
///   taken. If the closure panics, the model is at the last of these.
/// - One `t` is for all parameters: inputs of unlike scale make it slow. Standardise them.
/// - Constraints are refused. There is no decay: let [`Penalty::l2`](tapegrad_nn::Penalty::l2) act.
///
/// ```
/// use ndarray::array;
/// use tapegrad_nn::{Dense, Loss, Module, Penalty, loss};
/// use tapegrad_optim::ProximalGradient;
///
/// // mean (y − w x)² + |w| of y = 2 x: a gradient 2 · 2/3 (w − 2) = −1.
/// let (x, y) = (array![[-1.0], [0.0], [1.0]], array![[-2.0], [0.0], [2.0]]);
/// let mut model = Dense::<f64>::new(1, 1).penalize(Penalty::l1(1.0).proximal());
/// let solver = ProximalGradient::new().tolerance(1e-10);
/// let report = solver.fit(&mut model, |on, model| loss::SquaredError.mean(model.forward(on, on.input(&x)), &y));
/// assert!(report.is_converged(), "{report}");
/// assert!((model.weight.value[[0, 0]] - 1.25).abs() < 1e-9);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ProximalGradient {
    iterations: usize,
    tolerance: f64,
    first_step: f64,
}

impl Default for ProximalGradient {
    fn default() -> Self {
        Self::new()
    }
}

impl ProximalGradient {
    /// With the defaults above.
    pub fn new() -> Self {
        Self {
            iterations: 10_000,
            tolerance: 1e-6,
            first_step: 1.0,
        }
    }

    /// How many iterations are made at most.
    ///
    /// # Panics
    /// If `most` is 0.
    #[track_caller]
    pub fn iterations(mut self, most: usize) -> Self {
        self.iterations = error::at_least_one("ProximalGradient", "number of iterations", most);
        self
    }

    /// The end is where no weight's [residual](tapegrad_nn::kkt) is larger: it has the unit of a gradient.
    ///
    /// # Panics
    /// If the tolerance is negative or not finite.
    #[track_caller]
    pub fn tolerance(mut self, tolerance: f64) -> Self {
        self.tolerance = error::at_least_zero("ProximalGradient", "tolerance", tolerance);
        self
    }

    /// The `t` that is tried first.
    ///
    /// # Panics
    /// If it is not above 0 and finite.
    #[track_caller]
    pub fn first_step(mut self, t: f64) -> Self {
        self.first_step = error::above_zero("ProximalGradient", "first step", t);
        self
    }

    /// Iterates until all residuals are small, nothing gets better, or the limit is reached.
    ///
    /// # Panics
    /// If the closure does; if a trained parameter has no gradient, or one of another shape, or stands in the
    /// model twice, or has a constraint; or if the loss lacks the penalties of the pass.
    #[track_caller]
    pub fn minimize<M: Module<T> + ?Sized, T: Element>(
        &self,
        model: &mut M,
        evaluate: impl FnMut(&M) -> (T, GradientMap<T>),
    ) -> ProximalGradientReport {
        self.descend("ProximalGradient::minimize", model, evaluate)
    }

    /// [Minimizes](ProximalGradient::minimize) a data loss and the model's penalties, in passes for training on a tape
    /// of its own.
    ///
    /// # Panics
    /// As [`minimize`](ProximalGradient::minimize).
    #[track_caller]
    pub fn fit<M: Module<T> + ?Sized, T: Element>(
        &self,
        model: &mut M,
        data_loss: impl for<'t> Fn(&Scope<'t, T>, &M) -> Var<'t, T>,
    ) -> ProximalGradientReport {
        let mut tape = Tape::new();
        let evaluate = |model: &M| {
            let on = Scope::train(&tape);
            let loss = data_loss(&on, model) + model.penalty(&on);
            let outcome = (loss.item(), on.backward(loss));
            tape.clear();
            outcome
        };
        self.descend("ProximalGradient::fit", model, evaluate)
    }
}
