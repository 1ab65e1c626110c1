use std::fmt;
use std::sync::{Mutex, PoisonError};

use super::{Finished, Outcome};
use crate::prune::Prune;
use crate::search::Suggestion;
use crate::{Values, error};

/// What an objective is given: one place of the space, and what is to be done there.
///
/// A training that reports its epochs, and stops when it is pruned:
///
/// ```
/// use tapegrad_nn::{Mlp, Penalty, loss};
/// use tapegrad_optim::Adam;
/// use tapegrad_train::{FitError, Trainer, callback, data};
/// use tapegrad_tune::prune::Median;
/// use tapegrad_tune::search::Random;
/// use tapegrad_tune::{Space, Study};
///
/// let (train, validation) = data::moons::<f32>(100, 0.2, 1).split(0.5, 1);
/// let network = |seed| Mlp::new(&[2, 8, 1]).seed(seed).penalize(0, Penalty::l2(1e-3)).penalize(1, Penalty::l2(1e-3));
///
/// let space = Space::new().log("lr", 1e-3..=1e-1).penalties(&network(0), 1e-6..=1e-1);
/// let study = Study::new(space, Random).trials(12).together(2).threads(2).prune(Median::new().start_up(2).warm_up(5));
/// let trials = study.run(|trial| {
///     let mut model = network(trial.seed());
///     trial.values().penalize(&mut model);
///     let fit = Trainer::new(Adam::new(trial.values().number("lr")), loss::BinaryCrossEntropy::new())
///         .epochs(20)
///         .seed(trial.seed())
///         .validate(&validation)
///         .callback(callback::after_epoch(|run| {
///             let loss = run.history().last("validation_loss").unwrap_or(f64::NAN);
///             if !trial.report(run.epoch(), loss) {
///                 run.stop("pruned");
///             }
///         }))
///         .fit(&mut model, &train)?;
///     Ok::<_, FitError>(fit.history.last("validation_loss").unwrap_or(f64::NAN))
/// })?;
/// println!("{trials}");
/// assert!(trials.all().iter().any(|trial| trial.outcome.name() == "pruned"));
/// # Ok::<(), tapegrad_tune::StudyError>(())
/// ```
///
/// **Budgets.** A trial that goes on from another has its seed, too: with a folder of checkpoints for each seed a trainer
/// goes on where the last rung ended, and ends with the bits of a training from the start. (A trainer that is stopped
/// has ended for good: who prunes besides must report what stands in its history before it goes on.)
///
/// ```
/// # use tapegrad_nn::{Mlp, loss};
/// # use tapegrad_optim::Adam;
/// use tapegrad_train::{Checkpoints, FitError, Trainer};
/// use tapegrad_tune::search::{Random, SuccessiveHalving};
/// # use tapegrad_train::data;
/// # use tapegrad_tune::{Space, Study};
/// # let (train, validation) = data::moons::<f32>(60, 0.2, 1).split(0.5, 1);
/// # let space = Space::new().log("lr", 1e-3..=1e-1);
/// # let runs = std::env::temp_dir().join(format!("tapegrad-budgets-{}", std::process::id()));
///
/// let study = Study::new(space, SuccessiveHalving::new(Random, 1.0 / 3.0)).trials(4);
/// let trials = study.run(|trial| {
///     let mut model = Mlp::new(&[2, 8, 1]).seed(trial.seed());
///     let fit = Trainer::new(Adam::new(trial.values().number("lr")), loss::BinaryCrossEntropy::new())
///         .epochs((27.0 * trial.budget()).round() as usize)
///         .seed(trial.seed())
///         .validate(&validation)
///         .checkpoints(Checkpoints::new(runs.join(trial.seed().to_string())).every(9))
///         .resume_or_fit(&mut model, &train)?;
///     assert_eq!(fit.resumed.is_some(), trial.continues().is_some());
///     Ok::<_, FitError>(fit.history.last("validation_loss").unwrap_or(f64::NAN))
/// })?;
/// assert_eq!(trials.failed().count(), 0);
/// # std::fs::remove_dir_all(runs).unwrap();
/// # Ok::<(), tapegrad_tune::StudyError>(())
/// ```
pub struct Trial<'s> {
    pub(super) number: usize,
    pub(super) round: usize,
    pub(super) suggestion: Suggestion,
    pub(super) values: Values,
    pub(super) seed: u64,
    pub(super) prune: Option<&'s dyn Prune>,
    /// The trials of the rounds before.
    pub(super) before: &'s [Finished],
    pub(super) told: Mutex<Told>,
}

/// What an objective told on its way.
#[derive(Debug, Default)]
pub(super) struct Told {
    reports: Vec<(usize, f64)>,
    stop: Option<Stop>,
}

/// Why a trial was told to stop.
#[derive(Debug)]
enum Stop {
    Pruned(f64),
    Failed(String),
}

impl Trial<'_> {
    /// Its number, from 0.
    pub fn number(&self) -> usize {
        self.number
    }

    /// What is tried, by name.
    pub fn values(&self) -> &Values {
        &self.values
    }

    /// The seed of its own random numbers: derived from that of the study and the number. One that
    /// [goes on](Trial::continues) has that of the trial that began.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The share of a full training that it may spend, above 0 and at most 1: of epochs, or of rows.
    pub fn budget(&self) -> f64 {
        self.suggestion.budget
    }

    /// The trial at the same place with less budget that this one can go on from, if its model was kept. Who kept none
    /// trains from the start, with the whole budget.
    pub fn continues(&self) -> Option<usize> {
        self.suggestion.continues
    }

    /// Tells the score after a step, as a validation loss after an epoch. `false` says that the trial is to stop: it is
    /// pruned, or the score is NaN or infinite, with which it fails. What is given or told after that does not count. A
    /// search is told of both that they have no score: a pruned trial goes on to no larger [budget](Trial::budget).
    ///
    /// # Panics
    /// If a step does not come after the one before.
    #[track_caller]
    pub fn report(&self, step: usize, score: f64) -> bool {
        // What panics in between changes nothing.
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.stop.is_some() {
            return false;
        }
        if let Some(&(last, _)) = told.reports.last()
            && step <= last
        {
            error::report_step(step, last);
        }
        if !score.is_finite() {
            let reason = format!("the score at step {step} is {score}; it must be finite");
            told.stop = Some(Stop::Failed(reason));
            return false;
        }
        told.reports.push((step, score));
        let prunes = |prune: &dyn Prune| prune.prunes(&told.reports, self.before);
        if self.prune.is_some_and(prunes) {
            told.stop = Some(Stop::Pruned(score));
        }
        told.stop.is_none()
    }

    /// What it came to.
    pub(super) fn finish(self, result: Result<f64, String>) -> Finished {
        let told = self.told.into_inner();
        let Told { reports, stop } = told.unwrap_or_else(PoisonError::into_inner);
        let outcome = match (stop, result) {
            (Some(Stop::Pruned(score)), _) => Outcome::Pruned(score),
            (Some(Stop::Failed(reason)), _) | (None, Err(reason)) => Outcome::Failed(reason),
            (None, Ok(score)) => Outcome::Complete(score),
        };
        Finished {
            number: self.number,
            round: self.round,
            coordinates: self.suggestion.coordinates,
            values: self.values,
            budget: self.suggestion.budget,
            continues: self.suggestion.continues,
            reports,
            outcome,
        }
    }
}

impl fmt::Debug for Trial<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trial")
            .field("number", &self.number)
            .field("suggestion", &self.suggestion)
            .field("values", &self.values)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}
