use std::collections::BTreeMap;

use tapegrad_autodiff::ndarray::{ArrayD, Dimension};
use tapegrad_autodiff::{Element, IntoValue};
use tapegrad_nn::{GradientMap, Module, Name, Param, ParamId};

use crate::{Optimizer, Rule, error};

mod saved;

/// Slow weights that follow the fast ones of an optimizer: after every `k`-th step
/// `slow ← slow + α (fast − slow)`, `fast ← slow` (Zhang et al. 2019).
///
/// | setting | default | range |
/// |---|---|---|
/// | [`every`](Lookahead::every), `k` | 5 | at least 1 |
/// | [`alpha`](Lookahead::alpha), `α` | 0.5 | above 0, at most 1; with 1 it is the optimizer alone |
///
/// Slow weights start as the weights before the first step here. The model has the fast ones: evaluate it when
/// [`steps`](Lookahead::steps) is a multiple of `k`, where both are one. What the rule remembers stays as it is.
///
/// - A parameter that is frozen at the end of a cycle is left as it is, and its slow weights wait.
/// - After it, constraints are projected upon: of convex sets that only takes away rounding.
/// - Deviation: of a parameter with a proximal penalty or a constraint, a weight that the optimizer has set to
///   exactly 0 is 0 in the slow weights, too. Halves of a distance never arrive, and no zero would be exact.
///
/// ```
/// use ndarray::array;
/// use tapegrad_autodiff::Tape;
/// use tapegrad_nn::{Dense, Loss, Module, Scope, loss};
/// use tapegrad_optim::{Adam, Lookahead};
///
/// let (x, y) = (array![[0.0], [1.0], [2.0]], array![[1.0], [3.0], [5.0]]);
/// let mut model = Dense::<f64>::new(1, 1);
/// let mut optimizer = Lookahead::new(Adam::new(0.1)).every(6).alpha(0.8);
/// let mut tape = Tape::new();
/// for _ in 0..600 {
///     let on = Scope::train(&tape).at_step(optimizer.steps());
///     let gradients = on.backward(loss::SquaredError.mean(model.forward(&on, on.input(&x)), &y));
///     tape.clear();
///     optimizer.step(&mut model, &gradients);
/// }
/// assert!((model.weight.value[[0, 0]] - 2.0).abs() < 1e-3);
/// ```
#[derive(Clone, Debug)]
pub struct Lookahead<R, T: Element = f32> {
    /// What steps the fast weights, and counts.
    pub optimizer: Optimizer<R, T>,
    every: usize,
    alpha: f64,
    slow: BTreeMap<ParamId, ArrayD<T>>,
    /// For its memory.
    seen: Vec<ParamId>,
}

impl<R: Rule, T: Element> Lookahead<R, T> {
    /// Around an optimizer.
    pub fn new(optimizer: Optimizer<R, T>) -> Self {
        Self {
            optimizer,
            every: 5,
            alpha: 0.5,
            slow: BTreeMap::new(),
            seen: Vec::new(),
        }
    }

    /// The slow weights move after every `k`-th step that the optimizer counts.
    ///
    /// # Panics
    /// If `k` is 0.
    #[track_caller]
    pub fn every(mut self, k: usize) -> Self {
        self.every = error::at_least_one("Lookahead", "number of steps", k);
        self
    }

    /// How far the slow weights go towards the fast ones.
    ///
    /// # Panics
    /// If `alpha` is not above 0 and at most 1.
    #[track_caller]
    pub fn alpha(mut self, alpha: f64) -> Self {
        if !(alpha > 0.0 && alpha <= 1.0) {
            error::hyper_parameter("Lookahead", "alpha", alpha, "above 0 and at most 1");
        }
        self.alpha = alpha;
        self
    }

    /// How many steps were taken.
    pub fn steps(&self) -> usize {
        self.optimizer.steps()
    }

    /// [`Optimizer::step`], and after every `k`-th the step of the slow weights.
    ///
    /// Everything is checked before anything is changed.
    ///
    /// # Panics
    /// As [`Optimizer::step`], and if a parameter had another shape in the steps before.
    #[track_caller]
    pub fn step(&mut self, model: &mut (impl Module<T> + ?Sized), gradients: &GradientMap<T>) {
        self.begin(model, gradients);
        self.optimizer.step(model, gradients);
        if self.steps().is_multiple_of(self.every) {
            let (slow, alpha) = (&mut self.slow, self.alpha);
            model.visit_mut(Name::root(), &mut |_, param| {
                if let Some(slow) = slow.get_mut(&param.id()).filter(|_| param.is_trained()) {
                    meet(slow, param, T::of(1.0 - alpha));
                }
            });
        }
    }

    /// Notes the slow weights of what is trained for the first time.
    #[track_caller]
    fn begin(&mut self, model: &(impl Module<T> + ?Sized), gradients: &GradientMap<T>) {
        const WHO: &str = "Lookahead::step";
        let (mut resized, mut new) = (None, false);
        model.visit(Name::root(), &mut |name, param| {
            let slow = self.slow.get(&param.id());
            new |= slow.is_none() && param.is_trained();
            let shape = param.value.shape();
            if let Some(slow) = slow.filter(|slow| slow.shape() != shape) {
                resized.get_or_insert_with(|| (name.to_string(), slow.shape(), shape));
            }
        });
        if let Some((name, before, now)) = resized {
            error::state_shape(WHO, &name, before, now);
        }
        if new {
            // A step that is refused is none: its weights are not where slow ones start.
            self.optimizer
                .check(WHO, model, Some(gradients), &mut self.seen);
            model.visit(Name::root(), &mut |_, param| {
                if param.is_trained() {
                    let slow = self.slow.entry(param.id());
                    slow.or_insert_with(|| (&param.value).into_value().into_owned());
                }
            });
        }
    }
}

/// The end of a cycle for one parameter. The share that is kept is `1 − α`: taken from the fast weights, so that
/// with none kept they do not move.
fn meet<T: Element>(slow: &mut ArrayD<T>, param: &mut Param<T>, kept: T) {
    let stepped = "a stepped parameter is contiguous, and its slow weights are";
    let shape = param.value.raw_dim();
    let fast = param.value.as_slice_mut().expect(stepped);
    let slow = slow.as_slice_mut().expect(stepped);
    let zeros_stay = param.penalty.is_proximal() || param.constraint.is_some();
    for (fast, slow) in fast.iter_mut().zip(&*slow) {
        if !(zeros_stay && *fast == T::zero()) {
            *fast -= kept * (*fast - *slow);
        }
    }
    if let Some(set) = &param.constraint {
        set.project(fast, shape.slice());
    }
    slow.copy_from_slice(fast);
}
