mod ema;
mod saving;
mod swa;

use tapegrad_autodiff::{ArcArrayD, Element};
use tapegrad_nn::{Module, Name, ParamId, Role};

pub use self::ema::Ema;
pub use self::swa::Swa;
use crate::{error, parameters};

/// How much of the parameters goes into their average at each update.
pub trait Averaging {
    /// What files call it: the state of an average is loaded into one of this name.
    fn name(&self) -> String;

    /// The part `p` of the parameters in `a ← a + p (x − a)` at the update numbered 0, 1, …; `None` if the
    /// update is left out. Of the first that is not, it counts as 1 whatever it is.
    fn part(&self, number: usize) -> Option<f64>;
}

/// An average `a` of a model's parameters `x` over the steps: `a ← a + p (x − a)` at each
/// [`update`](Average::update), with the part `p` that an [`Averaging`] says.
///
/// Made by its name: [`Ema::new`](crate::Ema::new), [`Swa::new`](crate::Swa::new).
/// [`swap`](Average::swap) puts it in the model's place, and the model back.
///
/// It starts as a copy of the parameters at the first update that counts. Frozen parameters are averaged, too.
/// Running statistics are copied and not averaged, as by PyTorch's `AveragedModel`: those of the last update that
/// counts. They are of other weights; near the end of training little tells them apart, else
/// [`recompute_statistics`](tapegrad_nn::recompute_statistics) of the model with the averages in it.
///
/// ```
/// use ndarray::array;
/// use tapegrad_autodiff::Tape;
/// use tapegrad_nn::{Dense, Loss, Module, Scope, loss};
/// use tapegrad_optim::{Ema, Sgd};
///
/// let (x, y) = (array![[1.0], [2.0]], array![[3.0], [5.0]]);
/// let (mut model, mut optimizer, mut average) = (Dense::<f64>::new(1, 1), Sgd::new(0.05), Ema::new(0.9));
/// let mut tape = Tape::new();
/// for _ in 0..50 {
///     let on = Scope::train(&tape);
///     let gradients = on.backward(loss::SquaredError.mean(model.forward(&on, on.input(&x)), &y));
///     tape.clear();
///     optimizer.step(&mut model, &gradients);
///     average.update(&model);
/// }
/// let last = model.weight.value.clone();
/// average.swap(&mut model);                      // the model predicts with the averages
/// assert_ne!(model.weight.value, last);
/// average.swap(&mut model);                      // and is trained on as it was
/// assert_eq!(model.weight.value, last);
/// ```
#[derive(Clone, Debug)]
pub struct Average<A, T: Element = f32> {
    averaging: A,
    updates: usize,
    /// In the order of the model's visit; `None` before an update counted.
    arrays: Option<Vec<(ParamId, ArcArrayD<T>)>>,
    is_swapped: bool,
}

impl<A: Averaging, T: Element> Average<A, T> {
    /// An average of nothing yet.
    pub fn new(averaging: A) -> Self {
        Self {
            averaging,
            updates: 0,
            arrays: None,
            is_swapped: false,
        }
    }

    /// How often [`update`](Average::update) was called.
    pub fn updates(&self) -> usize {
        self.updates
    }

    /// Whether no update counted so far: there is nothing to swap in.
    pub fn is_empty(&self) -> bool {
        self.arrays.is_none()
    }

    /// Whether the averages are in the model, and its own parameters here.
    pub fn is_swapped(&self) -> bool {
        self.is_swapped
    }

    /// Takes the parameters of a model into the average: mostly after each step.
    ///
    /// # Panics
    /// If the averages are swapped in; if the model has other parameters than before, or of another shape (a
    /// clone has the same); or if a parameter stands in it twice.
    #[track_caller]
    pub fn update(&mut self, model: &(impl Module<T> + ?Sized)) {
        const WHO: &str = "Average::update";
        self.check_swapped_out(WHO);
        let part = self.averaging.part(self.updates);
        if part.is_some() {
            self.check(WHO, model);
        }
        self.updates += 1;
        let Some(part) = part else { return };
        let Some(arrays) = &mut self.arrays else {
            self.arrays = Some(copies(model));
            return;
        };
        let mut arrays = arrays.iter_mut();
        model.visit(Name::root(), &mut |_, param| {
            if let Some((_, average)) = arrays.next() {
                let part = if param.role == Role::Statistic {
                    1.0
                } else {
                    part
                };
                take_in(average, &param.value, part);
            }
        });
    }

    /// Exchanges the averages and the parameters of a model, running statistics included; the arrays themselves
    /// change places, so twice is nothing, to the bit. In between the model is to be evaluated or saved and not
    /// to be trained: a step would change the averages.
    ///
    /// # Panics
    /// If no update counted so far; or if the model has other parameters, or of another shape.
    #[track_caller]
    pub fn swap(&mut self, model: &mut (impl Module<T> + ?Sized)) {
        const WHO: &str = "Average::swap";
        self.check(WHO, model);
        let Some(arrays) = &mut self.arrays else {
            error::no_average(WHO, self.updates);
        };
        let mut arrays = arrays.iter_mut();
        model.visit_mut(Name::root(), &mut |_, param| {
            if let Some((_, array)) = arrays.next() {
                std::mem::swap(array, &mut param.value);
            }
        });
        self.is_swapped = !self.is_swapped;
    }

    /// Forgets all that was averaged: the next update that counts is the first. What is swapped in stays in the
    /// model, for good.
    pub fn reset(&mut self) {
        self.updates = 0;
        self.arrays = None;
        self.is_swapped = false;
    }

    #[track_caller]
    fn check_swapped_out(&self, who: &str) {
        if self.is_swapped {
            error::swapped_in(who);
        }
    }

    /// That the averages are those of a model; of nothing, that each parameter stands in it once.
    #[track_caller]
    fn check(&self, who: &str, model: &(impl Module<T> + ?Sized)) {
        let Some(arrays) = &self.arrays else {
            return check_distinct(who, model);
        };
        let (mut arrays, mut is_other, mut resized) = (arrays.iter(), false, None);
        model.visit(Name::root(), &mut |name, param| match arrays.next() {
            Some((id, average)) if *id == param.id() => {
                let (average, param) = (average.shape(), param.value.shape());
                if average != param {
                    resized.get_or_insert_with(|| (name.to_string(), average, param));
                }
            }
            _ => is_other = true,
        });
        if is_other || arrays.next().is_some() {
            error::other_parameters(who);
        }
        if let Some((name, average, param)) = resized {
            error::average_shape(who, &name, average, param);
        }
    }
}

/// What a model holds, in storage of its own.
fn copies<T: Element>(model: &(impl Module<T> + ?Sized)) -> Vec<(ParamId, ArcArrayD<T>)> {
    let mut copies = Vec::new();
    model.visit(Name::root(), &mut |_, param| {
        let value = param.value.as_standard_layout().into_owned();
        copies.push((param.id(), value.into_shared()));
    });
    copies
}

/// `a ← a + p (x − a)`, in place.
fn take_in<T: Element>(average: &mut ArcArrayD<T>, x: &ArcArrayD<T>, part: f64) {
    if part == 1.0 {
        average.assign(x);
        return;
    }
    let part = T::of(part);
    average.zip_mut_with(x, |a, &x| *a += (x - *a) * part);
}

#[track_caller]
fn check_distinct<T: Element>(who: &str, model: &(impl Module<T> + ?Sized)) {
    let mut seen = Vec::new();
    model.visit(Name::root(), &mut |_, param| seen.push(param.id()));
    parameters::check_distinct(who, model, &mut seen);
}
