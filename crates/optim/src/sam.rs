use std::collections::BTreeSet;
use std::mem;

use tapegrad_autodiff::{ArcArrayD, Element};
use tapegrad_nn::{GradientMap, LoadProblem, Module, Name, ParamId, Section, norm};

use crate::{Optimizer, Rule, error};

const KIND: &str = "Sam";

/// Sharpness-aware minimisation: `x ← step of the optimizer at x with ∇L(x + e)`, where `e = ρ g / ‖g‖` and
/// `g = ∇L(x)` (Foret et al. 2021).
///
/// The step goes down from the steepest point nearby, and so to weights around which the loss is flat. The norm
/// is that of all trained parameters together.
///
/// | setting | default | range |
/// |---|---|---|
/// | `rho`, `ρ` | none; the paper has 0.05 | at least 0; with 0 it is the optimizer alone |
/// | [`adaptive`](Sam::adaptive), `η` | off; with it `ρ` is 0.5 to 2 | at least 0 |
///
/// Each step has two passes, and costs twice of a plain one. There is one pass alone where nothing can be
/// ascended: if `‖g‖` is 0 or not finite, or `ρ` is 0. Then the step is the optimizer's with `g`, and so it is if
/// the gradients at `x + e` are not finite: no NaN gets into a weight that `g` would keep finite.
///
/// - Both passes must have the same loss: the same rows, and the same [`seed`](tapegrad_nn::Scope::seed) and
///   [`at_step`](tapegrad_nn::Scope::at_step), as dropout would otherwise leave out other units in the second.
/// - Running statistics are those of the first pass, at the weights that are kept.
/// - Penalties in the loss are in both gradients. Decay, proximal penalties and constraints act in the step, at
///   `x`; `x + e` is not projected, and may lie outside of a set. Frozen parameters stay where they are.
///
/// It is around an [`Optimizer`], not around a [`Lookahead`](crate::Lookahead), whose slow weights would have to
/// stay out of the ascent.
///
/// It remembers nothing but what its `optimizer` does; what is [saved](Sam::save) says that there was an ascent.
///
/// ```
/// use ndarray::array;
/// use tapegrad_autodiff::Tape;
/// use tapegrad_nn::{Dense, Loss, Module, Scope, loss};
/// use tapegrad_optim::{Momentum, Sam};
///
/// let (x, y) = (array![[0.0], [1.0], [2.0]], array![[1.0], [3.0], [5.0]]);
/// let mut model = Dense::<f64>::new(1, 1);
/// let mut sam = Sam::new(Momentum::new(0.05), 0.05);
/// let mut tape = Tape::new();
/// for _ in 0..200 {
///     let step = sam.steps();
///     sam.step(&mut model, |model| {
///         let on = Scope::train(&tape).at_step(step).seed(step as u64);
///         let loss = loss::SquaredError.mean(model.forward(&on, on.input(&x)), &y);
///         let gradients = on.backward(loss);
///         tape.clear();                              // so that the steps are in place
///         gradients
///     });
/// }
/// assert!((model.weight.value[[0, 0]] - 2.0).abs() < 0.1);
/// ```
///
/// The `10⁻¹²` that common code adds to the norm is not in the paper and not here.
#[derive(Clone, Debug)]
pub struct Sam<R, T: Element = f32> {
    /// What steps.
    pub optimizer: Optimizer<R, T>,
    rho: f64,
    /// `η`, if the ascent is adaptive.
    eta: Option<f64>,
    /// The trained parameters' other values: `x + e` between steps, for their memory, and `x` at `x + e`.
    other: Vec<ArcArrayD<T>>,
    /// For its memory.
    seen: Vec<ParamId>,
}

impl<R: Rule, T: Element> Sam<R, T> {
    /// Around an optimizer, with the radius `ρ` of the ascent.
    ///
    /// # Panics
    /// If `rho` is negative or not finite.
    #[track_caller]
    pub fn new(optimizer: Optimizer<R, T>, rho: f64) -> Self {
        Self {
            optimizer,
            rho: error::at_least_zero("Sam", "rho", rho),
            eta: None,
            other: Vec::new(),
            seen: Vec::new(),
        }
    }

    /// `e = ρ t² g / ‖t g‖` with `t = |x| + η`, elementwise: scaling weights up here and down there no longer
    /// changes what is sharp (ASAM, Kwon et al. 2021).
    ///
    /// The authors' code has `η = 0.01` for weights and `t = 1` for biases; here `t` is the same for all. With
    /// `η = 0` a weight that is 0 is not moved.
    ///
    /// # Panics
    /// If `eta` is negative or not finite.
    #[track_caller]
    pub fn adaptive(mut self, eta: f64) -> Self {
        self.eta = Some(error::at_least_zero("Sam", "eta", eta));
        self
    }

    /// How many steps were taken.
    pub fn steps(&self) -> usize {
        self.optimizer.steps()
    }

    /// Steps the model by the gradients at the end of the ascent. The closure gives those of the model as it
    /// gets it, and is called twice.
    ///
    /// The optimizer steps from the weights as they were, to the bit. If the closure panics, the model is as it was.
    ///
    /// # Panics
    /// If the closure does, and as [`Optimizer::step`] for the gradients of either pass.
    #[track_caller]
    pub fn step<M: Module<T> + ?Sized>(
        &mut self,
        model: &mut M,
        mut gradients: impl FnMut(&M) -> GradientMap<T>,
    ) {
        let first = gradients(model);
        self.optimizer
            .check("Sam::step", model, Some(&first), &mut self.seen);
        let scale = self.rho / self.norm(model, &first);
        if !(scale.is_finite() && scale > 0.0) {
            return self.optimizer.step(model, &first);
        }
        self.ascend(model, &first, scale);
        let second = {
            let ascended = Ascended::new(model, &mut self.other);
            gradients(ascended.model)
        };
        if !second.is_finite() {
            return self.optimizer.step(model, &first);
        }
        self.optimizer.step(model, &second);
        first.update_statistics(model);
    }

    /// The [optimizer's state](Optimizer::save), as that of a `Sam`.
    pub fn save(&self, model: &(impl Module<T> + ?Sized)) -> Section {
        self.optimizer.save_as(KIND, model)
    }

    /// Goes on from what was [saved](Sam::save).
    ///
    /// # Errors
    /// As [`Optimizer::load`], also from the state of an optimizer alone. Then nothing is changed.
    pub fn load(
        &mut self,
        section: &Section,
        model: &(impl Module<T> + ?Sized),
    ) -> Result<(), LoadProblem> {
        self.optimizer
            .load_as(KIND, section, model, &BTreeSet::new())
    }

    /// `‖t g‖`; `t` is 1 if the ascent is not adaptive.
    fn norm(&self, model: &(impl Module<T> + ?Sized), gradients: &GradientMap<T>) -> f64 {
        let mut total = 0.0;
        model.visit(Name::root(), &mut |_, param| {
            if let Some((_, g)) = gradients.numbers(param).filter(|_| param.is_trained()) {
                let scaled = param.value.iter().zip(g);
                let scaled = scaled.map(|(x, g)| self.scale(x.wide()) * g.wide());
                total = norm([total, norm(scaled)].into_iter());
            }
        });
        total
    }

    fn scale(&self, x: f64) -> f64 {
        self.eta.map_or(1.0, |eta| x.abs() + eta)
    }

    /// Writes `x + scale t² g` beside the parameters.
    fn ascend(
        &mut self,
        model: &(impl Module<T> + ?Sized),
        gradients: &GradientMap<T>,
        scale: f64,
    ) {
        let mut other = mem::take(&mut self.other);
        let mut count = 0;
        model.visit(Name::root(), &mut |_, param| {
            let Some((shape, g)) = gradients.numbers(param).filter(|_| param.is_trained()) else {
                return;
            };
            if other.get(count).is_none_or(|array| array.shape() != shape) {
                let fresh = ArcArrayD::from_elem(shape, T::zero());
                other.truncate(count);
                other.push(fresh);
            }
            let x = param.value.iter();
            let ascended = other[count].as_slice_mut();
            let ascended = ascended.expect("it was made contiguous and keeps its layout");
            for ((ascended, &x), &g) in ascended.iter_mut().zip(x).zip(g) {
                let t = self.scale(x.wide());
                *ascended = x + T::of(scale * t * t * g.wide());
            }
            count += 1;
        });
        other.truncate(count);
        self.other = other;
    }
}

/// A model at `x + e`. Dropped, also by a panic, it is at `x` again: the same arrays, not computed back.
struct Ascended<'a, M: Module<T> + ?Sized, T: Element> {
    model: &'a mut M,
    other: &'a mut [ArcArrayD<T>],
}

impl<'a, M: Module<T> + ?Sized, T: Element> Ascended<'a, M, T> {
    fn new(model: &'a mut M, other: &'a mut [ArcArrayD<T>]) -> Self {
        let mut ascended = Self { model, other };
        ascended.swap();
        ascended
    }

    fn swap(&mut self) {
        let mut other = self.other.iter_mut();
        self.model.visit_mut(Name::root(), &mut |_, param| {
            if param.is_trained() {
                let other = other.next().expect("each trained parameter was ascended");
                mem::swap(&mut param.value, other);
            }
        });
    }
}

impl<M: Module<T> + ?Sized, T: Element> Drop for Ascended<'_, M, T> {
    fn drop(&mut self) {
        self.swap();
    }
}
