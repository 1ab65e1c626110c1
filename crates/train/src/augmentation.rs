//! Augmentations: what is done to a batch before it is trained on.

mod adversarial;
mod mixup;

use std::fmt;

use tapegrad_autodiff::{ArcArrayD, Element, Tape};
use tapegrad_nn::random::{self, Stream};
use tapegrad_nn::{Loss, Module, Scope};

pub use self::adversarial::Adversarial;
pub use self::mixup::Mixup;
use crate::data::Dataset;
use crate::trainer::AnyLoss;

/// Makes another batch of a batch, which is trained on in its place; it may have other rows, targets and weights.
///
/// [`Mixup`] and [`Adversarial`] are some. Your own is a function:
///
/// ```
/// use rand::RngExt;
/// use tapegrad_train::augmentation::{Augmentation, Augmenting};
/// use tapegrad_train::data::Dataset;
///
/// /// Turns the sign of all inputs of half of the batches.
/// struct Mirror;
///
/// impl Augmentation for Mirror {
///     fn augment(&self, batch: Dataset, with: &mut Augmenting<'_>) -> Dataset {
///         match with.stream.random::<bool>() {
///             true => batch.map_x(|x| x.mapv(|x| -x)),
///             false => batch,
///         }
///     }
/// }
/// ```
pub trait Augmentation<T: Element = f32> {
    /// The batch to be trained on.
    #[track_caller]
    fn augment(&self, batch: Dataset<T>, with: &mut Augmenting<'_, T>) -> Dataset<T>;
}

/// What an [`Augmentation`] may use.
pub struct Augmenting<'a, T: Element = f32> {
    /// The model as it is before the step.
    pub model: &'a dyn Module<T>,
    /// A random stream of this batch and this augmentation: a run that is resumed draws the same.
    pub stream: Stream,
    pub(crate) loss: &'a AnyLoss<'a, T>,
    pub(crate) tape: &'a mut Tape<T>,
    pub(crate) step: usize,
}

impl<'a, T: Element> Augmenting<'a, T> {
    /// For a loop of your own: what a batch is augmented with, drawn from a seed of its own.
    ///
    /// ```
    /// use tapegrad_autodiff::Tape;
    /// use tapegrad_nn::{Mlp, loss};
    /// use tapegrad_train::augmentation::{Adversarial, Augmentation, Augmenting};
    /// use tapegrad_train::data;
    ///
    /// let (model, data, mut tape) = (Mlp::new(&[2, 8, 1]), data::moons::<f32>(20, 0.1, 1), Tape::new());
    /// let loss = loss::BinaryCrossEntropy::new();
    /// for (step, batch) in data.batches(5, 1, 0).enumerate() {
    ///     let mut with = Augmenting::new(&model, &loss, &mut tape, step as u64);
    ///     let batch = Adversarial::fgsm(0.1).augment(batch, &mut with);
    ///     assert_eq!(batch.rows(), 10);
    /// }
    /// ```
    pub fn new(
        model: &'a dyn Module<T>,
        loss: &'a (dyn for<'t, 'y> Loss<'t, T, &'y ArcArrayD<T>> + 'a),
        tape: &'a mut Tape<T>,
        seed: u64,
    ) -> Self {
        Self {
            model,
            stream: random::stream(seed),
            loss,
            tape,
            step: 0,
        }
    }

    /// The step of training, for what has a schedule; else 0.
    pub fn at_step(self, step: usize) -> Self {
        Self { step, ..self }
    }

    /// The gradient of the data loss, summed over the rows, with respect to each input: of the model in
    /// evaluation, where dropout is off and statistics stay. `x` stands for the inputs of the batch.
    #[track_caller]
    pub fn input_gradient(&mut self, x: &ArcArrayD<T>, batch: &Dataset<T>) -> ArcArrayD<T> {
        let tape = &mut *self.tape;
        let gradient = {
            let on = Scope::eval(tape).at_step(self.step);
            let x = tape.var(x);
            let loss = self.loss.sum(self.model.forward(&on, x), &batch.y);
            loss.backward().wrt(x).to_shared()
        };
        tape.clear();
        gradient
    }
}

impl<T: Element> fmt::Debug for Augmenting<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Augmenting")
            .field("stream", &self.stream)
            .field("step", &self.step)
            .finish_non_exhaustive()
    }
}
