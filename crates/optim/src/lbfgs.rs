use tapegrad_autodiff::Element;
use tapegrad_nn::{GradientMap, Module, ParamId};

use crate::error;

mod descent;
mod history;
mod layout;
mod line;
mod report;
mod saved;
mod strong_wolfe;

use history::History;
pub use report::{LbfgsEnd, LbfgsReport};
use strong_wolfe::StrongWolfe;

/// Limited-memory BFGS: `x ← x + t d` with `d = −H g`, where `H` is the inverse Hessian that the last `m` steps
/// and changes of the gradient tell of (Nocedal and Wright 2006, algorithm 7.4), and `t` is found by a line search.
///
/// For smooth losses of *all* rows, where it needs tens of passes for what first-order rules need thousands.
///
/// | setting | default | range |
/// |---|---|---|
/// | [`memory`](Lbfgs::memory), `m` | 100 | at least 1 |
/// | [`iterations`](Lbfgs::iterations) of `minimize` | 1000 | at least 1 |
/// | [`gradient_tolerance`](Lbfgs::gradient_tolerance) | 1e-7 | at least 0 |
/// | [`change_tolerance`](Lbfgs::change_tolerance) | 1e-9 | at least 0 |
/// | [`wolfe`](Lbfgs::wolfe), `c₁` and `c₂` | 1e-4, 0.9 | `0 < c₁ < c₂ < 1` |
/// | [`evaluations`](Lbfgs::evaluations) of a line search | 25 | at least 1 |
/// | [`fixed_step`](Lbfgs::fixed_step) in place of it | off | above 0 |
///
/// The closure is called with the model at the points that are tried, and gives the loss there and its gradients.
/// It must be one function: the same rows, and the same seed where layers draw.
///
/// - All trained parameters are one vector, in the order of the visit. If other ones are trained than in the step
///   before, or of other sizes, what was remembered is dropped.
/// - There is no decay: let a [`Penalty`](tapegrad_nn::Penalty) act in the loss. What acts after an update,
///   proximal penalties and constraints, is refused. L1 is not smooth, and stalls line searches at its kinks.
/// - A loss or a slope that is not finite shortens the step. Running statistics are those of the passes whose
///   points were accepted.
/// - The line search leaves the model at the best point that it found, also if the closure panics; the loss
///   does not grow but within its rounding.
///
/// It is that of PyTorch's `LBFGS` with `strong_wolfe` (algorithms 3.5 and 3.6 with cubic interpolation), with
/// these deviations. A point whose loss is equal but for rounding is judged by its slope, so that gradients fall
/// to their own rounding (as Hager and Zhang 2005). A step is remembered if `sᵀy > ε ‖s‖ ‖y‖` and not if
/// `sᵀy > 10⁻¹⁰`, which forgets where weights or gradients are small. A search that finds nothing better is
/// repeated along `−g` without the memory before the descent ends. Inner products are sums in `f64`.
///
/// ```
/// use ndarray::array;
/// use tapegrad_autodiff::Tape;
/// use tapegrad_nn::{Dense, Loss, Module, Scope, loss};
/// use tapegrad_optim::Lbfgs;
///
/// let (x, y) = (array![[0.0], [1.0], [2.0]], array![[1.0], [3.0], [5.0]]);
/// let mut model = Dense::<f64>::new(1, 1);
/// let mut tape = Tape::new();
/// let report = Lbfgs::new().minimize(&mut model, |model| {
///     let on = Scope::train(&tape);
///     let loss = loss::SquaredError.mean(model.forward(&on, on.input(&x)), &y);
///     let outcome = (loss.item(), on.backward(loss));
///     tape.clear();                                  // so that the model is moved in place
///     outcome
/// });
/// assert!(report.is_converged(), "{report}");
/// assert!((model.weight.value[[0, 0]] - 2.0).abs() < 1e-3);
/// ```
#[derive(Clone, Debug)]
pub struct Lbfgs<T: Element = f32> {
    iterations: usize,
    gradient_tolerance: f64,
    change_tolerance: f64,
    search: StrongWolfe,
    /// In place of the search.
    fixed: Option<f64>,
    history: History<T>,
    /// What the vectors are made of.
    layout: Vec<(ParamId, usize)>,
    x: Vec<T>,
    g: Vec<T>,
    d: Vec<T>,
    /// The next gradient, for its memory.
    next: Vec<T>,
    /// For its memory.
    seen: Vec<ParamId>,
}

impl<T: Element> Default for Lbfgs<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Element> Lbfgs<T> {
    /// With the defaults above.
    pub fn new() -> Self {
        Self {
            iterations: 1000,
            gradient_tolerance: 1e-7,
            change_tolerance: 1e-9,
            search: StrongWolfe::default(),
            fixed: None,
            history: History::new(100),
            layout: Vec::new(),
            x: Vec::new(),
            g: Vec::new(),
            d: Vec::new(),
            next: Vec::new(),
            seen: Vec::new(),
        }
    }

    /// How many of the last steps are remembered: each takes twice the memory of the parameters.
    ///
    /// # Panics
    /// If `m` is 0.
    #[track_caller]
    pub fn memory(mut self, m: usize) -> Self {
        self.history = History::new(error::at_least_one("Lbfgs", "memory", m));
        self
    }

    /// How many iterations [`minimize`](Lbfgs::minimize) makes at most.
    ///
    /// # Panics
    /// If `most` is 0.
    #[track_caller]
    pub fn iterations(mut self, most: usize) -> Self {
        self.iterations = error::at_least_one("Lbfgs", "number of iterations", most);
        self
    }

    /// No number of the gradient is larger at the end.
    ///
    /// # Panics
    /// If the tolerance is negative or not finite.
    #[track_caller]
    pub fn gradient_tolerance(mut self, tolerance: f64) -> Self {
        self.gradient_tolerance = error::at_least_zero("Lbfgs", "gradient tolerance", tolerance);
        self
    }

    /// The end is where the loss falls by less, or no weight moves by more, in one iteration; or where the slope
    /// along `d` is less. A loss within 1e-9 of its minimum leaves weights with four or five digits: for more, ask for
    /// less. With 0 the gradient alone decides, as long as anything moves.
    ///
    /// # Panics
    /// If the tolerance is negative or not finite.
    #[track_caller]
    pub fn change_tolerance(mut self, tolerance: f64) -> Self {
        self.change_tolerance = error::at_least_zero("Lbfgs", "change tolerance", tolerance);
        self
    }

    /// The Wolfe conditions of the line search: `f(t) ≤ f(0) + c₁ t f'(0)` and `|f'(t)| ≤ c₂ |f'(0)|`. With a
    /// small `c₂` the search is nearly exact: fewer iterations, and more evaluations in each.
    ///
    /// # Panics
    /// If not `0 < c1 < c2 < 1`.
    #[track_caller]
    pub fn wolfe(mut self, c1: f64, c2: f64) -> Self {
        if !(c1 > 0.0 && c1 < 1.0) {
            error::hyper_parameter("Lbfgs", "c1", c1, "above 0 and below 1");
        }
        if !(c2 > c1 && c2 < 1.0) {
            error::hyper_parameter("Lbfgs", "c2", c2, "above c1 and below 1");
        }
        (self.search.c1, self.search.c2) = (c1, c2);
        self
    }

    /// How often a line search evaluates at most, after its first point.
    ///
    /// # Panics
    /// If `most` is 0.
    #[track_caller]
    pub fn evaluations(mut self, most: usize) -> Self {
        self.search.most = error::at_least_one("Lbfgs", "number of evaluations", most);
        self
    }

    /// Steps of `t = lr`, and no line search, as PyTorch's default is with `lr` 1; the first is shorter where
    /// gradients are large: `t = lr min(1, 1 / Σ|g|)`. The loss may then grow; if it is not finite, the step is
    /// taken back.
    ///
    /// # Panics
    /// If `lr` is not above 0 and finite.
    #[track_caller]
    pub fn fixed_step(mut self, lr: f64) -> Self {
        if !(lr > 0.0 && lr.is_finite()) {
            error::hyper_parameter("Lbfgs", "step", lr, "finite and above 0");
        }
        self.fixed = Some(lr);
        self
    }

    /// How many steps are remembered now.
    pub fn remembered(&self) -> usize {
        self.history.len()
    }

    /// One iteration: a pass where the model is, then a line search. It ends at its limit if it could go on.
    ///
    /// # Panics
    /// If the closure does; if a trained parameter has no gradient, or one of another shape, or stands in the
    /// model twice, or has a proximal penalty or a constraint; or if the loss lacks the penalties of the pass.
    #[track_caller]
    pub fn step<M: Module<T> + ?Sized>(
        &mut self,
        model: &mut M,
        evaluate: impl FnMut(&M) -> (T, GradientMap<T>),
    ) -> LbfgsReport {
        self.descend("Lbfgs::step", model, evaluate, 1)
    }

    /// Iterates until the gradient is small, nothing changes any more, or the limit is reached. Called again, it
    /// goes on: twice ten iterations are twenty.
    ///
    /// # Panics
    /// As [`step`](Lbfgs::step).
    #[track_caller]
    pub fn minimize<M: Module<T> + ?Sized>(
        &mut self,
        model: &mut M,
        evaluate: impl FnMut(&M) -> (T, GradientMap<T>),
    ) -> LbfgsReport {
        self.descend("Lbfgs::minimize", model, evaluate, self.iterations)
    }
}
