mod any_average;
mod calls;
mod check;
mod evaluation;
mod fit;
mod measure;
mod outcome;
mod progress;
mod resume;
mod step;

use std::fmt;

use tapegrad_autodiff::{ArcArrayD, Element, IntoValue, Tape};
use tapegrad_nn::{GradientMap, Loss, Module};
use tapegrad_optim::{Average, Averaging, Guard, Optimize};

use self::any_average::AnyAverage;
pub use self::evaluation::Evaluation;
pub(crate) use self::evaluation::{evaluate, outputs};
pub use self::outcome::{End, Fit, Resumed};
use self::progress::Progress;
use crate::augmentation::Augmentation;
use crate::callback::Callback;
use crate::data::Dataset;
use crate::metric::Metric;
use crate::{Checkpoints, History, error};

/// A loss of a data set's targets.
pub(crate) type AnyLoss<'a, T> = dyn for<'t, 'y> Loss<'t, T, &'y ArcArrayD<T>> + 'a;

/// What is done to gradients before a step.
type GradientChange<'c, T> = dyn FnMut(GradientMap<T>) -> GradientMap<T> + 'c;

/// Fits a model to data: batches, steps, evaluation, callbacks and checkpoints.
///
/// A step is `x ← step of the optimizer by ∇(mean loss of a batch + penalties of the model)`. Penalties and
/// constraints are the model's, decay and schedules the optimizer's: a trainer has none of its own.
///
/// | setting | default |
/// |---|---|
/// | [`epochs`](Trainer::epochs), [`steps`](Trainer::steps) | one must be said; of both the first that is reached |
/// | [`batch_size`](Trainer::batch_size) | 32 rows |
/// | [`full_batch`](Trainer::full_batch) | off; then all rows at once, as they stand |
/// | [`drop_last`](Trainer::drop_last) | off: the last batch may be smaller |
/// | [`balanced`](Trainer::balanced) | off: every row comes once an epoch |
/// | [`seed`](Trainer::seed) | 0; of the order of rows, dropout, augmentations |
/// | [`accumulate`](Trainer::accumulate) | 1 batch for each step |
/// | [`augment`](Trainer::augment) | none |
/// | [`gradients`](Trainer::gradients) | as they are; here they are clipped |
/// | [`guard`](Trainer::guard) | [`Guard::stop`]: a NaN in a gradient is an error |
/// | [`average`](Trainer::average) | none |
/// | [`validate`](Trainer::validate) | no data |
/// | [`validate_every`](Trainer::validate_every) | 1 epoch |
/// | [`evaluate_training`](Trainer::evaluate_training) | off |
/// | [`metric`](Trainer::metric) | none but the loss; of the data that are evaluated |
/// | [`callback`](Trainer::callback) | none |
/// | [`checkpoints`](Trainer::checkpoints) | none |
///
/// The element type is that of the model. Rows with [weights](Dataset::weighted) count by them. A data set has class
/// indices, 0 and 1, or numbers as targets, whichever the loss takes.
///
/// ```
/// use tapegrad_nn::{Mlp, Penalty, loss};
/// use tapegrad_optim::Adam;
/// use tapegrad_train::{Trainer, data, metric};
///
/// let (train, validation) = data::moons::<f32>(200, 0.2, 1).split(0.5, 1);
/// let mut model = Mlp::new(&[2, 16, 1]).seed(1).penalize(0, Penalty::l2(1e-4));
/// let mut trainer = Trainer::new(Adam::new(1e-2), loss::BinaryCrossEntropy::new())
///     .epochs(300)
///     .validate(&validation)
///     .metric(metric::Accuracy::new());
/// let fit = trainer.fit(&mut model, &train)?;
/// assert!(fit.history.last("validation_accuracy") > Some(0.9));
/// println!("{fit}");
/// # Ok::<(), tapegrad_train::FitError>(())
/// ```
///
/// **By hand.** Nothing in here is out of reach of a loop of your own. This one gives the same weights, to the bit: the
/// seed of a batch is derived from that of the trainer, the name `step`, and its number from the start.
///
/// ```
/// # use tapegrad_autodiff::Tape;
/// # use tapegrad_nn::{Loss, Mlp, Module, Scope, loss, random};
/// # use tapegrad_optim::{Adam, Ema, Guard};
/// # use tapegrad_train::data;
/// # let (train, seed) = (data::moons::<f32>(64, 0.2, 1), 1);
/// # let (mut model, mut optimizer, mut tape) = (Mlp::new(&[2, 16, 1]), Adam::new(1e-2), Tape::new());
/// # let (mut guard, mut average, mut number) = (Guard::stop(), Ema::new(0.99), 0);
/// let seeds = random::derive_named(seed, "step");
/// for epoch in 0..2 {
///     for batch in train.batches(32, seed, epoch) {
///         let on = Scope::train(&tape).at_step(optimizer.steps()).seed(random::derive(seeds, number));
///         let predictions = model.forward(&on, on.input(&batch.x));
///         let data_loss = loss::BinaryCrossEntropy::new().mean(predictions, &batch.y);
///         let gradients = on.backward(data_loss + model.penalty(&on)).clip_norm(1.0);
///         tape.clear();
///         if guard.lets_pass(&model, &gradients)? {
///             optimizer.step(&mut model, &gradients);
///             average.update(&model);
///         }
///         number += 1;
///     }
/// }
/// # Ok::<(), tapegrad_optim::GuardError>(())
/// ```
pub struct Trainer<'c, T: Element = f32> {
    optimizer: Box<dyn Optimize<T> + 'c>,
    loss: Box<AnyLoss<'c, T>>,
    epochs: Option<usize>,
    steps: Option<usize>,
    batch_size: Option<usize>,
    drops_last: bool,
    is_balanced: bool,
    seed: u64,
    accumulate: usize,
    augmentations: Vec<Box<dyn Augmentation<T> + 'c>>,
    gradients: Option<Box<GradientChange<'c, T>>>,
    guard: Guard,
    average: Option<Box<dyn AnyAverage<T> + 'c>>,
    validation: Option<Dataset<T>>,
    validate_every: usize,
    evaluates_training: bool,
    metrics: Vec<Box<dyn Metric<T> + 'c>>,
    callbacks: Vec<Box<dyn Callback<T> + 'c>>,
    checkpoints: Option<Checkpoints>,
    progress: Progress,
    tape: Tape<T>,
}

impl<'c, T: Element> Trainer<'c, T> {
    /// With an optimizer, or a mutable reference to one, and a loss.
    pub fn new(
        optimizer: impl Optimize<T> + 'c,
        loss: impl for<'t, 'y> Loss<'t, T, &'y ArcArrayD<T>> + 'c,
    ) -> Self {
        Self {
            optimizer: Box::new(optimizer),
            loss: Box::new(loss),
            epochs: None,
            steps: None,
            batch_size: Some(32),
            drops_last: false,
            is_balanced: false,
            seed: 0,
            accumulate: 1,
            augmentations: Vec::new(),
            gradients: None,
            guard: Guard::stop(),
            average: None,
            validation: None,
            validate_every: 1,
            evaluates_training: false,
            metrics: Vec::new(),
            callbacks: Vec::new(),
            checkpoints: None,
            progress: Progress::default(),
            tape: Tape::new(),
        }
    }

    /// How often every row comes.
    pub fn epochs(mut self, count: usize) -> Self {
        self.epochs = Some(count);
        self
    }

    /// How many steps there are. The last epoch may be cut short: its row is of what there was of it.
    pub fn steps(mut self, count: usize) -> Self {
        self.steps = Some(count);
        self
    }

    /// How many rows a batch has, in an order that (seed, epoch) fixes.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn batch_size(mut self, rows: usize) -> Self {
        self.batch_size = Some(error::at_least_one("Trainer::batch_size", "rows", rows));
        self
    }

    /// Each batch is all rows, in the order in which they stand; nothing is copied.
    pub fn full_batch(mut self) -> Self {
        self.batch_size = None;
        self
    }

    /// Leaves out the last batch of an epoch if it is smaller than the others.
    pub fn drop_last(mut self) -> Self {
        self.drops_last = true;
        self
    }

    /// All classes come equally often: [`Dataset::balanced_batches`].
    pub fn balanced(mut self) -> Self {
        self.is_balanced = true;
        self
    }

    /// What fixes the order of rows, dropout and whatever else is drawn.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Each step is by the mean gradient of the rows of so many batches, as if they were one.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn accumulate(mut self, batches: usize) -> Self {
        self.accumulate = error::at_least_one("Trainer::accumulate", "batches", batches);
        self
    }

    /// Changes each batch before it is trained on; after those that were added before.
    pub fn augment(mut self, augmentation: impl Augmentation<T> + 'c) -> Self {
        self.augmentations.push(Box::new(augmentation));
        self
    }

    /// Changes gradients before each step, in place of what was said before: `|g| g.clip_norm(1.0)`. They may be
    /// NaN or infinite here; the guard looks at what comes out.
    pub fn gradients(mut self, f: impl FnMut(GradientMap<T>) -> GradientMap<T> + 'c) -> Self {
        self.gradients = Some(Box::new(f));
        self
    }

    /// What becomes of a step whose gradients are not finite.
    pub fn guard(mut self, guard: Guard) -> Self {
        self.guard = guard;
        self
    }

    /// Averages the weights after each step. Evaluation, callbacks after an epoch and the model in the end have the
    /// averages, with running statistics that are computed anew for them from the training data
    /// ([`recompute_statistics`](tapegrad_nn::recompute_statistics)).
    pub fn average<A: Averaging + 'c>(mut self, average: Average<A, T>) -> Self {
        self.average = Some(Box::new(average));
        self
    }

    /// Evaluates the model on these data, which share their storage, after epochs.
    pub fn validate(mut self, data: &Dataset<T>) -> Self {
        self.validation = Some(data.clone());
        self
    }

    /// Evaluates after every so many epochs. The model in the end is evaluated if their number divides that of all.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn validate_every(mut self, epochs: usize) -> Self {
        self.validate_every = error::at_least_one("Trainer::validate_every", "epochs", epochs);
        self
    }

    /// Evaluates the model on the training data, too, after the epochs when it is validated: as it is then, without
    /// dropout. The `loss` of the history is that of the batches during the epoch.
    pub fn evaluate_training(mut self) -> Self {
        self.evaluates_training = true;
        self
    }

    /// Evaluates this metric, beside the loss, wherever data are evaluated: in training that is
    /// [validation](Trainer::validate) data, and training data [if asked](Trainer::evaluate_training).
    ///
    /// # Panics
    /// If its name is that of another one, or `loss`.
    #[track_caller]
    pub fn metric(mut self, metric: impl Metric<T> + 'c) -> Self {
        let name = metric.name();
        if name == "loss" || self.metrics.iter().any(|own| own.name() == name) {
            error::metric_name(&name);
        }
        self.metrics.push(Box::new(metric));
        self
    }

    /// Calls this, after those that were added before.
    pub fn callback(mut self, callback: impl Callback<T> + 'c) -> Self {
        self.callbacks.push(Box::new(callback));
        self
    }

    /// Writes checkpoints, from which [`resume`](Trainer::resume) goes on.
    pub fn checkpoints(mut self, checkpoints: Checkpoints) -> Self {
        self.checkpoints = Some(checkpoints);
        self
    }

    /// What was measured in the last training, also in one that ended with an error.
    pub fn history(&self) -> &History {
        &self.progress.history
    }

    /// The optimizer.
    pub fn optimizer(&self) -> &dyn Optimize<T> {
        &*self.optimizer
    }

    /// The guard, which counts the steps that were skipped.
    pub fn skipped(&self) -> &Guard {
        &self.guard
    }

    /// The outputs of a model for each row, in evaluation.
    ///
    /// # Panics
    /// As the model's `forward`.
    #[track_caller]
    pub fn predict(&self, model: &dyn Module<T>, x: impl IntoValue<T>) -> ArcArrayD<T> {
        evaluation::outputs(model, &x.into_value(), |predictions| predictions)
    }

    /// The outputs on the scale of the targets: probabilities, if the loss is one of logits
    /// ([`Loss::response`]).
    ///
    /// # Panics
    /// As the model's `forward`.
    #[track_caller]
    pub fn predict_proba(&self, model: &dyn Module<T>, x: impl IntoValue<T>) -> ArcArrayD<T> {
        let loss = &*self.loss;
        evaluation::outputs(model, &x.into_value(), |predictions| {
            loss.response(predictions)
        })
    }

    /// Loss, penalty and metrics of a model on data.
    ///
    /// # Panics
    /// If there is no row, and as the model, the loss and the metrics do.
    #[track_caller]
    pub fn evaluate(&self, model: &dyn Module<T>, data: &Dataset<T>) -> Evaluation {
        evaluation::evaluate(
            model,
            data,
            &*self.loss,
            &self.metrics,
            self.optimizer.steps(),
        )
    }
}

impl<T: Element> fmt::Debug for Trainer<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trainer")
            .field("epochs", &self.epochs)
            .field("steps", &self.steps)
            .field("batch_size", &self.batch_size)
            .field("seed", &self.seed)
            .field("progress", &self.progress)
            .finish_non_exhaustive()
    }
}
