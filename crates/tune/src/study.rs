//! Trials of one objective.

mod finished;
mod journal;
mod journal_error;
mod round;
mod scored;
mod study_error;
mod trial;
mod trials;

use std::fmt;
use std::mem;
use std::path::PathBuf;

pub use finished::{Finished, Outcome};
use journal::Journal;
pub use journal_error::JournalError;
pub use scored::Scored;
pub use study_error::{StudyError, StudyProblem};
pub use trial::Trial;
pub use trials::{Resumed, Trials};

use crate::prune::Prune;
use crate::search::Search;
use crate::{Space, error};

/// Who is told of each trial that is over.
type Each<'a> = Box<dyn FnMut(&Finished) + Send + 'a>;

/// Looks for the least score of an objective in a [`Space`], trial by trial.
///
/// | setting | default | |
/// |---|---|---|
/// | [`trials`](Study::trials) | until the search is done, if it [ends](Search::ends) | how many there are to be |
/// | [`seed`](Study::seed) | 0 | of the search, and of the [trials](Trial::seed) |
/// | [`together`](Study::together) | 1 | a *round*: how many trials are asked for at once |
/// | [`threads`](Study::threads) | 1 | on which the trials of a round run |
/// | [`prune`](Study::prune) | none is stopped | which trials are not worth their end |
/// | [`journal`](Study::journal) | none | a file by which the study survives its process |
/// | [`each`](Study::each) | nobody | who is told of each trial that is over |
///
/// The objective is called with a [`Trial`], and gives a score or an error. A trial without a score, or with one that
/// is NaN or infinite, has failed: it stands in the table with the reason, and the study goes on.
///
/// **The same for any number of threads.** The trials of a round know of those of rounds before, and of the places of
/// their own round, never of what happens to be over. So the result depends on `together`, and not on `threads`.
///
/// ```
/// use tapegrad_tune::search::Random;
/// use tapegrad_tune::{Space, Study};
///
/// let space = Space::new().log("lr", 1e-4..=1e0).integer("width", 4..=64);
/// let trials = Study::new(space, Random).trials(30).together(4).threads(2).run(|trial| {
///     let values = trial.values();
///     (values.number("lr").ln() - 0.01_f64.ln()).powi(2) + 1.0 / values.integer("width") as f64
/// })?;
/// println!("{trials}");
/// let best = trials.best().unwrap();
/// assert!((1e-3..1e-1).contains(&best.values.number("lr")));
/// # Ok::<(), tapegrad_tune::StudyError>(())
/// ```
pub struct Study<'a> {
    space: Space,
    search: Box<dyn Search + 'a>,
    seed: u64,
    trials: usize,
    together: usize,
    threads: usize,
    prune: Option<Box<dyn Prune + 'a>>,
    journal: Option<PathBuf>,
    each: Option<Each<'a>>,
}

impl<'a> Study<'a> {
    /// Of a space, which the search goes through.
    pub fn new(space: Space, search: impl Search + 'a) -> Self {
        Self {
            space,
            search: Box::new(search),
            seed: 0,
            trials: usize::MAX,
            together: 1,
            threads: 1,
            prune: None,
            journal: None,
            each: None,
        }
    }

    /// What fixes all that is drawn.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// How many trials there are to be, with those in the journal. A search may be done before.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn trials(mut self, count: usize) -> Self {
        self.trials = error::at_least_one("Study", "number of trials", count);
        self
    }

    /// How many trials are asked for at once. A search knows less of them than if they came one by one; but they can
    /// run at the same time.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn together(mut self, count: usize) -> Self {
        self.together = error::at_least_one("Study", "number of trials of a round", count);
        self
    }

    /// On how many threads the trials of a round run; more than the trials of a round are of no use. The large products
    /// of each may use [threads](tapegrad_autodiff::kernel::threads) of their own beside.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn threads(mut self, count: usize) -> Self {
        self.threads = error::at_least_one("Study", "number of threads", count);
        self
    }

    /// Which trials are stopped early, by what they [report](Trial::report).
    pub fn prune(mut self, prune: impl Prune + 'a) -> Self {
        self.prune = Some(Box::new(prune));
        self
    }

    /// A file with a line for each trial that is over, the disk's before the next begins.
    ///
    /// If it is there, the study goes on with it, whenever it was killed: trials in it are not run again, those that
    /// were not over are, and the table is the one of a study that was not interrupted. A last line that is cut is
    /// dropped, which [`Trials::resumed`] tells. It can go on with more [trials](Study::trials), and on another number
    /// of [threads](Study::threads); what else is set must be as it was. Of the objective it knows nothing: take another
    /// file for another one.
    pub fn journal(mut self, path: impl Into<PathBuf>) -> Self {
        self.journal = Some(path.into());
        self
    }

    /// Calls a closure with each trial that is over, in the order in which they end; not with those of a journal.
    ///
    /// ```
    /// # use tapegrad_tune::{Space, Study, search::Random};
    /// # let space = Space::new().linear("x", -1.0..=1.0);
    /// let study = Study::new(space, Random).trials(3).each(|trial| println!("{trial}"));
    /// # study.run(|trial| trial.values().number("x").abs())?;
    /// # Ok::<(), tapegrad_tune::StudyError>(())
    /// ```
    pub fn each(mut self, f: impl FnMut(&Finished) + Send + 'a) -> Self {
        self.each = Some(Box::new(f));
        self
    }

    /// Runs the trials. The objective gives what is [`Scored`], as an `f64` or a `Result`, and is called on several
    /// threads if these are set: it makes its model anew, or from a clone.
    ///
    /// If it panics, the trials that run beside it go to their end and stand in the journal, no other begins, and the
    /// panic goes on.
    ///
    /// # Errors
    /// If the [space](Space::check) cannot be searched, the journal cannot be gone on with, or all trials failed. What
    /// was finished is in the error.
    ///
    /// # Panics
    /// If a search suggests what is no place of the space, or waits for nothing; or if it does not
    /// [end](Search::ends), and no number of trials is set.
    #[track_caller]
    pub fn run<R: Scored>(
        mut self,
        objective: impl Fn(&Trial<'_>) -> R + Sync,
    ) -> Result<Trials, StudyError> {
        if self.trials == usize::MAX && !self.search.ends() {
            error::no_end(&self.search.name());
        }
        let failed = |space: &Space, over, resumed, problem| StudyError {
            problem,
            trials: Box::new(Trials::new(space, over, resumed)),
        };
        if let Err(error) = self.space.check() {
            let problem = StudyProblem::Space(error);
            return Err(failed(&self.space, Vec::new(), None, problem));
        }
        let path = self.journal.as_ref();
        let opened = path.map(|path| Journal::open(path, &self.head(), &self.space, self.together));
        let mut journal = match opened.transpose() {
            Ok(journal) => journal,
            Err(error) => {
                let problem = StudyProblem::Journal(error);
                return Err(failed(&self.space, Vec::new(), None, problem));
            }
        };
        let (mut recorded, resumed) = match &mut journal {
            Some(journal) => (mem::take(&mut journal.over), journal.resumed),
            None => Default::default(),
        };
        let mut over = Vec::new();
        loop {
            let places = self.places(&over, &mut recorded);
            // Before anything is run, so that the journal stays as it is.
            if let Some((journal, trial)) =
                journal.as_ref().zip(self.left(&places, &over, &recorded))
            {
                let problem = StudyProblem::Journal(journal.disagrees(trial));
                return Err(failed(&self.space, over, resumed, problem));
            }
            if places.is_empty() {
                break;
            }
            let (round, written) = self.run_round(places, &over, &mut journal, &objective);
            over.extend(round);
            if let Err(error) = written {
                let problem = StudyProblem::Journal(error);
                return Err(failed(&self.space, over, resumed, problem));
            }
        }
        let reason = over.first().and_then(|trial| trial.reason());
        if let Some(reason) = reason.filter(|_| over.iter().all(|t| t.reason().is_some())) {
            let (count, reason) = (over.len(), reason.to_owned());
            let problem = StudyProblem::AllFailed { count, reason };
            return Err(failed(&self.space, over, resumed, problem));
        }
        Ok(Trials::new(&self.space, over, resumed))
    }

    /// What says in a journal which study it is of.
    fn head(&self) -> [(&'static str, String); 5] {
        let prune = self.prune.as_ref().map_or("none".to_owned(), |p| p.name());
        [
            ("search", self.search.name()),
            ("seed", self.seed.to_string()),
            ("trials of a round", self.together.to_string()),
            ("pruning", prune),
            ("space", self.space.exact()),
        ]
    }
}

impl fmt::Debug for Study<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Study")
            .field("space", &self.space)
            .field("search", &self.search.name())
            .field("seed", &self.seed)
            .field("trials", &self.trials)
            .field("together", &self.together)
            .field("threads", &self.threads)
            .field("prune", &self.prune.as_ref().map(|prune| prune.name()))
            .field("journal", &self.journal)
            .finish_non_exhaustive()
    }
}
