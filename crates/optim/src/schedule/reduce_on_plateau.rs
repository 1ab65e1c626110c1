mod memory;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tapegrad_nn::{LoadProblem, Section};

use self::memory::Memory;
use super::Schedule;
use crate::error;

/// `initial · factorⁿ` after the `n`-th time that what is observed has stopped improving: the one schedule
/// with a memory. Its value is the same for every step, and changes when something is observed.
///
/// It is a handle: clones are the same plateau, also that in a clone of an optimizer. One goes to the
/// optimizer, another [observes](ReduceOnPlateau::observe), mostly the loss of a validation set once an
/// epoch. More than [`patience`](ReduceOnPlateau::patience) observations in a row without improvement on
/// the best one multiply the value by `factor`. NaN is no improvement.
///
/// | setting | default | range |
/// |---|---|---|
/// | [`factor`](ReduceOnPlateau::factor) | 0.1 | `[0, 1)` |
/// | [`patience`](ReduceOnPlateau::patience) | 10 | |
/// | [`relative_threshold`](ReduceOnPlateau::relative_threshold) | 1e-4 | `[0, ∞)` |
/// | [`absolute_threshold`](ReduceOnPlateau::absolute_threshold) | in place of it | `[0, ∞)` |
/// | [`cooldown`](ReduceOnPlateau::cooldown) | 0 | |
/// | [`minimum`](ReduceOnPlateau::minimum) | 0 | `[0, ∞)` |
/// | [`epsilon`](ReduceOnPlateau::epsilon) | 1e-8 | `[0, ∞)` |
/// | [`maximize`](ReduceOnPlateau::maximize) | off | |
///
/// As PyTorch's `ReduceLROnPlateau`, but that a relative threshold is of `|best|`: with PyTorch's, of `best`,
/// a negative loss that stays where it is improves all the time.
///
/// Another schedule is reduced by a product: `Product::new(Cosine::new(1e-2, 0.0, 1000), plateau)` with
/// a plateau of 1.
///
/// ```
/// use tapegrad_optim::schedule::ReduceOnPlateau;
/// use tapegrad_optim::{Optimizer, Sgd};
///
/// let plateau = ReduceOnPlateau::new(0.1).patience(1).factor(0.5);
/// let optimizer: Optimizer<Sgd> = Sgd::new(plateau.clone());
/// for loss in [3.0, 2.0, 2.5] {
///     assert!(!plateau.observe(loss));
/// }
/// assert!(plateau.observe(2.0));
/// assert_eq!(optimizer.learning_rate(), 0.05);
/// ```
#[derive(Clone, Debug)]
pub struct ReduceOnPlateau {
    settings: Settings,
    memory: Arc<Mutex<Memory>>,
}

#[derive(Clone, Copy, Debug)]
struct Settings {
    initial: f64,
    factor: f64,
    patience: usize,
    threshold: Threshold,
    cooldown: usize,
    minimum: f64,
    epsilon: f64,
    maximize: bool,
}

#[derive(Clone, Copy, Debug)]
enum Threshold {
    Relative(f64),
    Absolute(f64),
}

/// Each setting makes a plateau of its own, which has observed nothing: set before you clone.
impl ReduceOnPlateau {
    const WHO: &str = "schedule::ReduceOnPlateau";

    /// Starts at `initial`.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    pub fn new(initial: f64) -> Self {
        Self::of(Settings {
            initial: error::at_least_zero(Self::WHO, "initial value", initial),
            factor: 0.1,
            patience: 10,
            threshold: Threshold::Relative(1e-4),
            cooldown: 0,
            minimum: 0.0,
            epsilon: 1e-8,
            maximize: false,
        })
    }

    /// What the value is multiplied by.
    ///
    /// # Panics
    /// If it is not in `[0, 1)`.
    #[track_caller]
    pub fn factor(self, factor: f64) -> Self {
        Self::of(Settings {
            factor: error::fraction(Self::WHO, "factor", factor),
            ..self.settings
        })
    }

    /// How many observations in a row without improvement are borne.
    pub fn patience(self, patience: usize) -> Self {
        Self::of(Settings {
            patience,
            ..self.settings
        })
    }

    /// An improvement is below `best − threshold · |best|`.
    ///
    /// # Panics
    /// If the threshold is negative or not finite.
    #[track_caller]
    pub fn relative_threshold(self, threshold: f64) -> Self {
        let threshold = error::at_least_zero(Self::WHO, "relative threshold", threshold);
        Self::of(Settings {
            threshold: Threshold::Relative(threshold),
            ..self.settings
        })
    }

    /// An improvement is below `best − threshold`.
    ///
    /// # Panics
    /// If the threshold is negative or not finite.
    #[track_caller]
    pub fn absolute_threshold(self, threshold: f64) -> Self {
        let threshold = error::at_least_zero(Self::WHO, "absolute threshold", threshold);
        Self::of(Settings {
            threshold: Threshold::Absolute(threshold),
            ..self.settings
        })
    }

    /// How many observations after a reduction are not counted as without improvement.
    pub fn cooldown(self, cooldown: usize) -> Self {
        Self::of(Settings {
            cooldown,
            ..self.settings
        })
    }

    /// What the value is not reduced below.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    pub fn minimum(self, minimum: f64) -> Self {
        Self::of(Settings {
            minimum: error::at_least_zero(Self::WHO, "minimum", minimum),
            ..self.settings
        })
    }

    /// A reduction by no more than this is left out.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    pub fn epsilon(self, epsilon: f64) -> Self {
        Self::of(Settings {
            epsilon: error::at_least_zero(Self::WHO, "epsilon", epsilon),
            ..self.settings
        })
    }

    /// What is observed is to rise, as an accuracy is: an improvement is above the best by the threshold.
    pub fn maximize(self) -> Self {
        Self::of(Settings {
            maximize: true,
            ..self.settings
        })
    }

    fn of(settings: Settings) -> Self {
        Self {
            settings,
            memory: Arc::new(Mutex::new(Memory::new(&settings))),
        }
    }
}

impl ReduceOnPlateau {
    /// Takes note of a loss, and returns whether it has reduced the value.
    pub fn observe(&self, loss: f64) -> bool {
        self.memory().observe(&self.settings, loss)
    }

    /// The value now.
    pub fn value(&self) -> f64 {
        self.memory().value
    }

    /// The best that was observed; `None` before there is one.
    pub fn best(&self) -> Option<f64> {
        self.memory().best
    }

    /// Whether what is observed is to rise.
    pub fn is_maximizing(&self) -> bool {
        self.settings.maximize
    }

    /// What it remembers, for a [`Checkpoint`](tapegrad_nn::Checkpoint). Settings are the program's.
    ///
    /// ```
    /// use tapegrad_nn::Checkpoint;
    /// use tapegrad_optim::schedule::ReduceOnPlateau;
    ///
    /// let plateau = ReduceOnPlateau::new(0.1).patience(0);
    /// plateau.observe(1.0);
    /// plateau.observe(2.0);
    /// let checkpoint = Checkpoint::new().with("plateau", plateau.save());
    ///
    /// let resumed = ReduceOnPlateau::new(0.1).patience(0);
    /// resumed.load(checkpoint.section("plateau")?)?;
    /// assert_eq!((resumed.value(), resumed.best()), (plateau.value(), Some(1.0)));
    /// # Ok::<(), tapegrad_nn::LoadProblem>(())
    /// ```
    pub fn save(&self) -> Section {
        self.memory().save()
    }

    /// Remembers what was [saved](ReduceOnPlateau::save), for all clones.
    ///
    /// # Errors
    /// If the section does not hold the memory of a plateau. Then nothing is changed.
    pub fn load(&self, section: &Section) -> Result<(), LoadProblem> {
        let memory = Memory::load(section)?;
        *self.memory() = memory;
        Ok(())
    }

    /// A thread that panicked meanwhile has changed all of it or nothing.
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Schedule for ReduceOnPlateau {
    fn at(&self, _step: usize) -> f64 {
        self.value()
    }
}
