mod accumulation;
mod adaptive_clipping;
mod centralization;
mod clip;
mod columns;
mod finite;
mod noise;

use ndarray::ArrayViewD;
use tapegrad_autodiff::{ArrayMap, Element, IntoValue, Tape, Var};

pub use self::accumulation::Accumulation;
pub use self::adaptive_clipping::AdaptiveClipping;
pub use self::noise::GradientNoise;
use crate::{Module, Name, Param, ParamId, Role, error};

/// The gradients of one loss, keyed by parameter, in the fixed order of the parameters' making; and
/// beside them the new values of [statistics](Role::Statistic) that the pass noted.
///
/// A returned value and not a field of the parameters: there is nothing to zero between steps. When
/// it is dropped, its memory goes back to the tape of the loss.
///
/// What changes gradients before a step takes a map and returns it, so calls chain in any order. The
/// usual one is that of this table: what is not finite is told before anything divides by it, and noise
/// is not clipped away.
///
/// | | |
/// |---|---|
/// | [`Accumulation`] | one map of several micro-batches |
/// | [`is_finite`](GradientMap::is_finite) | is anything NaN or infinite? |
/// | [`centralize`](GradientMap::centralize) | weights without the mean over their inputs |
/// | [`clip_value`](GradientMap::clip_value) | each number |
/// | [`clip_each_norm`](GradientMap::clip_each_norm) | the norm of each parameter |
/// | [`clip_adaptive`](GradientMap::clip_adaptive) | the norm of each unit, as a part of its weight's |
/// | [`clip_norm`](GradientMap::clip_norm) | the norm of all |
/// | [`add_noise`](GradientMap::add_noise) | Gaussian, less with every step |
///
/// ```
/// use ndarray::array;
/// use tapegrad_autodiff::Tape;
/// use tapegrad_nn::{Dense, GradientNoise, Module, Scope};
///
/// let (layer, noise, tape) = (Dense::<f64>::new(2, 3), GradientNoise::new(0.01), Tape::new());
/// let on = Scope::train(&tape);
/// let gradients = on.backward(layer.forward(&on, on.input(array![[1.0, 2.0]])).square().sum(..));
/// assert!(gradients.is_finite());
/// let gradients = gradients.centralize().clip_norm(1.0);
/// assert!(gradients.norm() <= 1.0 + 1e-12);
/// let gradients = gradients.add_noise(&layer, &noise, 0);
/// assert_eq!(gradients.len(), 2);
/// ```
#[derive(Clone, Debug)]
pub struct GradientMap<T: Element = f32> {
    of: ArrayMap<T>,
    updates: ArrayMap<T>,
    /// What [`clip_norm`](GradientMap::clip_norm) has multiplied the gradients by.
    clipped: f64,
    lacks_penalty: bool,
}

impl<T: Element> Default for GradientMap<T> {
    fn default() -> Self {
        Self::new(ArrayMap::default(), ArrayMap::default(), false)
    }
}

impl<T: Element> GradientMap<T> {
    pub(crate) fn new(of: ArrayMap<T>, updates: ArrayMap<T>, lacks_penalty: bool) -> Self {
        Self {
            of,
            updates,
            clipped: 1.0,
            lacks_penalty,
        }
    }

    /// The gradient with respect to a parameter, of its shape.
    ///
    /// # Panics
    /// If there is none: the parameter was not used in the loss's scope, was frozen or was
    /// substituted.
    #[track_caller]
    pub fn wrt(&self, param: &Param<T>) -> ArrayViewD<'_, T> {
        match self.get(param) {
            Some(gradient) => gradient,
            None => error::no_gradient(param.value.shape()),
        }
    }

    /// The gradient with respect to a parameter, if there is one.
    pub fn get(&self, param: impl Into<ParamId>) -> Option<ArrayViewD<'_, T>> {
        self.of.get(param.into().number())
    }

    /// The shape of the gradient with respect to a parameter and its elements in row-major order,
    /// if there is one.
    pub fn numbers(&self, param: impl Into<ParamId>) -> Option<(&[usize], &[T])> {
        self.of.numbers(param.into().number())
    }

    /// The gradient with respect to a parameter as a constant of a tape, which is not copied, if there
    /// is one.
    #[track_caller]
    pub(crate) fn constant<'t>(&self, id: ParamId, tape: &'t Tape<T>) -> Option<Var<'t, T>> {
        self.of.constant(id.number(), tape)
    }

    /// Every gradient, in the order of the parameters' making.
    pub fn iter(&self) -> impl Iterator<Item = (ParamId, ArrayViewD<'_, T>)> {
        self.of
            .iter()
            .map(|(number, gradient)| (ParamId::numbered(number), gradient))
    }

    /// The new values of statistics, in the order of the parameters' making.
    pub fn updates(&self) -> impl Iterator<Item = (ParamId, ArrayViewD<'_, T>)> {
        self.updates
            .iter()
            .map(|(number, value)| (ParamId::numbered(number), value))
    }

    /// Writes the new values of statistics to a model: what a step of an optimizer does as well, for
    /// loops without one.
    ///
    /// Of several passes on the same values, as in data-parallel training, the last one written
    /// stays; a map that was collected from gradients has none.
    ///
    /// ```
    /// use tapegrad_autodiff::Tape;
    /// use tapegrad_nn::{BatchNorm, Module, Scope};
    ///
    /// let mut layer = BatchNorm::<f64>::new(1);
    /// let tape = Tape::new();
    /// let on = Scope::train(&tape);
    /// let y = layer.forward(&on, on.input(ndarray::array![[10.0], [20.0]]));
    /// on.backward(y.sum(..)).update_statistics(&mut layer);
    /// assert_eq!(layer.running_mean.value[[0]], 0.1 * 15.0);
    /// ```
    ///
    /// # Panics
    /// If a statistic has another shape than its new value, because it was replaced after the pass; then
    /// nothing is written.
    #[track_caller]
    pub fn update_statistics(&self, model: &mut (impl Module<T> + ?Sized)) {
        self.check_statistics(model);
        if self.updates.is_empty() {
            return;
        }
        model.visit_mut(Name::root(), &mut |_, param| {
            let Some((shape, new)) = self.update(param) else {
                return;
            };
            match param.value.as_slice_mut() {
                Some(old) => old.copy_from_slice(new),
                None => {
                    let new =
                        ArrayViewD::from_shape(shape, new).expect("one number for each place");
                    param.value = new.to_shared();
                }
            }
        });
    }

    /// That every statistic of a model has the shape of its new value, for who writes several things and wants
    /// all or none.
    ///
    /// # Panics
    /// If one has not, because it was replaced after the pass.
    #[track_caller]
    pub fn check_statistics(&self, model: &(impl Module<T> + ?Sized)) {
        if self.updates.is_empty() {
            return;
        }
        let mut misfit = None;
        model.visit(Name::root(), &mut |name, param| {
            let (old, new) = (param.value.shape(), self.update(param));
            if let Some((new, _)) = new.filter(|(new, _)| *new != old) {
                misfit.get_or_insert_with(|| (name.to_string(), old, new));
            }
        });
        if let Some((name, old, new)) = misfit {
            error::statistic(&name, old, new);
        }
    }

    /// The shape of the new value of a parameter and its elements, if it is a statistic that has one.
    fn update(&self, param: &Param<T>) -> Option<(&[usize], &[T])> {
        let update = || self.updates.numbers(param.id().number());
        (param.role == Role::Statistic).then(update).flatten()
    }

    /// Whether the pass met penalties that act in the loss and [`Module::penalty`] was not called in it:
    /// then an optimizer refuses to step.
    pub fn lacks_penalty(&self) -> bool {
        self.lacks_penalty
    }

    /// How many parameters have a gradient.
    pub fn len(&self) -> usize {
        self.of.len()
    }

    /// Whether no parameter has one.
    pub fn is_empty(&self) -> bool {
        self.of.is_empty()
    }
}

/// From numbers or arrays in any layout, owned or by reference; a view by reference.
impl<T: Element, A: IntoValue<T>> FromIterator<(ParamId, A)> for GradientMap<T> {
    fn from_iter<I: IntoIterator<Item = (ParamId, A)>>(gradients: I) -> Self {
        let gradients = gradients.into_iter();
        let of = gradients.map(|(id, gradient)| (id.number(), gradient));
        Self::new(of.collect(), ArrayMap::default(), false)
    }
}
