//! Values chosen from a broad space, in stages that tell what they did.

mod described;
mod finalist;
mod run;
mod selected;
mod selection_error;
mod stage;
mod told;

use std::fmt;
use std::path::PathBuf;

pub use finalist::Finalist;
pub use selected::Selected;
pub use selection_error::{SelectionError, SelectionProblem};
pub use stage::Stage;

use crate::search::{GaussianProcess, Random, Search};
use crate::{Space, Values, error};

/// How complex values are.
type Complexity<'a> = Box<dyn Fn(&Values) -> f64 + 'a>;
/// Who is told of each stage that is over.
type Tell<'a> = Box<dyn FnMut(&str) + 'a>;

/// Chooses values from a broad [`Space`] in one call: explore, refine, validate, and test once.
///
/// | [stage](Stage) | what | by | settings |
/// |---|---|---|---|
/// | explore | the whole space | rows held out | [`explore`](ModelSelection::explore): 40 trials by [`Random`]; [`hold_out`](ModelSelection::hold_out): ¼ |
/// | refine | the space [around](Space::around) the best, a tenth of each range wider on each side | the same rows | [`refine`](ModelSelection::refine): 20 trials by [`GaussianProcess`]; [`around`](ModelSelection::around): 5 |
/// | validate | the best of both | folds of all rows for training | [`finalists`](ModelSelection::finalists): 5; [`folds`](ModelSelection::folds): 5; [`repeat`](ModelSelection::repeat): 1 |
/// | test | what has the least mean, or is [simplest](ModelSelection::one_standard_error) of what is as good | a fit to all rows for training, and the test rows | |
///
/// Each stage is as dear as it must be: one fit for each of many places, then several for each of the few that are left.
/// The best of many scores is too good, and so, less, is the mean of the chosen folds; the score on the test rows is not,
/// as no choice knew them. ([`nested`](crate::nested()) says how good the whole way to choose is.)
///
/// | setting | default | |
/// |---|---|---|
/// | [`stratified`](ModelSelection::stratified) | no | classes have their shares in all parts |
/// | [`seed`](ModelSelection::seed) | 0 | of all that is drawn |
/// | [`together`](ModelSelection::together) | 4 | trials of a [round](crate::Study::together) of both searches |
/// | [`threads`](ModelSelection::threads) | 1 | changes nothing but the time |
/// | [`folder`](ModelSelection::folder) | none | journals, to be killed and gone on with |
/// | [`tell`](ModelSelection::tell) | nobody | who is told of each stage that is over |
///
/// A failed trial is told and stays behind. Of finalists those with the fewest failed folds are compared. Trials are not
/// pruned, and a search with budgets saves nothing here: the objective is not told of them.
///
/// ```
/// use tapegrad_nn::{Dense, Penalty, loss};
/// use tapegrad_optim::Adam;
/// use tapegrad_train::{FitError, Trainer, data};
/// use tapegrad_tune::{ModelSelection, Space};
/// use tapegrad_tune::search::Random;
///
/// let (train, test) = data::sparse_linear_regression::<f64>(80, 10, 2, 1.0, 1).0.split(0.5, 1);
/// let space = Space::new().log("ridge", 1e-4..=1e2).log("lr", 1e-3..=1e0);
/// let selected = ModelSelection::new(space)
///     .explore(Random, 8)
///     .refine(Random, 4)
///     .finalists(3)
///     .one_standard_error(|values| -values.number("ridge"))   // the stronger, the simpler
///     .threads(2)
///     .tell(|stage| println!("{stage}\n"))
///     .run(&train, &test, |values, train, others, seed| {
///         let ridge = Penalty::l2(values.number("ridge"));
///         let mut model = Dense::new(10, 1).seed(seed).penalize(ridge);
///         let adam = Adam::new(values.number("lr"));
///         let mut trainer = Trainer::new(adam, loss::SquaredError).epochs(20).seed(seed);
///         trainer.fit(&mut model, train)?;
///         Ok::<_, FitError>(trainer.evaluate(&model, others).loss)
///     })?;
/// println!("{} has {}", selected.values(), selected.test);
/// # Ok::<(), tapegrad_tune::SelectionError>(())
/// ```
pub struct ModelSelection<'a> {
    space: Space,
    explore: Part<'a>,
    refine: Part<'a>,
    around: usize,
    hold_out: f64,
    finalists: usize,
    folds: usize,
    repeat: usize,
    stratified: bool,
    complexity: Option<Complexity<'a>>,
    seed: u64,
    together: usize,
    threads: usize,
    folder: Option<PathBuf>,
    tell: Option<Tell<'a>>,
}

/// A search, and how far it goes.
struct Part<'a> {
    search: Box<dyn Search + 'a>,
    trials: usize,
}

impl<'a> ModelSelection<'a> {
    /// From a space, which may be broad.
    pub fn new(space: Space) -> Self {
        let part = |search: Box<dyn Search>, trials| Part { search, trials };
        Self {
            space,
            explore: part(Box::new(Random), 40),
            refine: part(Box::<GaussianProcess>::default(), 20),
            around: 5,
            hold_out: 0.25,
            finalists: 5,
            folds: 5,
            repeat: 1,
            stratified: false,
            complexity: None,
            seed: 0,
            together: 4,
            threads: 1,
            folder: None,
            tell: None,
        }
    }

    /// How the whole space is searched, in how many trials at most.
    ///
    /// # Panics
    /// If they are 0.
    #[track_caller]
    pub fn explore(mut self, search: impl Search + 'a, trials: usize) -> Self {
        self.explore = Part::new(search, trials);
        self
    }

    /// How the space around the best is searched, in how many trials at most.
    ///
    /// # Panics
    /// If they are 0.
    #[track_caller]
    pub fn refine(mut self, search: impl Search + 'a, trials: usize) -> Self {
        self.refine = Part::new(search, trials);
        self
    }

    /// How many of the best explored places are refined around.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn around(mut self, places: usize) -> Self {
        let name = "number of places to refine around";
        self.around = error::at_least_one("ModelSelection", name, places);
        self
    }

    /// The share of the rows for training that is held out to score both searches.
    ///
    /// # Panics
    /// If it is not between 0 and 1.
    #[track_caller]
    pub fn hold_out(mut self, share: f64) -> Self {
        if !(share > 0.0 && share < 1.0) {
            error::setting("ModelSelection", "share held out", share, "between 0 and 1");
        }
        self.hold_out = share;
        self
    }

    /// How many of the best of both searches are validated, at most.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn finalists(mut self, count: usize) -> Self {
        self.finalists = error::at_least_one("ModelSelection", "number of finalists", count);
        self
    }

    /// Into how many folds the rows for training are divided.
    ///
    /// # Panics
    /// If they are fewer than 2.
    #[track_caller]
    pub fn folds(mut self, count: usize) -> Self {
        self.folds = error::at_least_two("ModelSelection", "number of folds", count);
        self
    }

    /// How many times they are divided, each time in another way.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn repeat(mut self, times: usize) -> Self {
        self.repeat = error::at_least_one("ModelSelection", "number of repetitions", times);
        self
    }

    /// With the shares of classes kept, in what is held out and in folds.
    pub fn stratified(mut self) -> Self {
        self.stratified = true;
        self
    }

    /// Chooses the finalist with the least complexity of those whose mean is at most the least mean and its standard
    /// error, instead of the one with the least mean (Breiman et al. 1984). A NaN is more complex than any number.
    pub fn one_standard_error(mut self, complexity: impl Fn(&Values) -> f64 + 'a) -> Self {
        self.complexity = Some(Box::new(complexity));
        self
    }

    /// What fixes all that is drawn.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// How many trials of a search are asked for at once, as of a [study](crate::Study::together).
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn together(mut self, count: usize) -> Self {
        let name = "number of trials of a round";
        self.together = error::at_least_one("ModelSelection", name, count);
        self
    }

    /// On how many threads fits run. The result is the same for any number.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn threads(mut self, count: usize) -> Self {
        self.threads = error::at_least_one("ModelSelection", "number of threads", count);
        self
    }

    /// A folder with a [journal](crate::Study::journal) for each stage. Killed and started again, the selection goes on
    /// with what is there: no trial is run again, and the test rows are not asked a second time.
    ///
    /// What is set must be as it was, but for the threads and who is told. If other settings lead to another choice, the
    /// journals refuse it: the test rows are asked for one only. Of the objective they know nothing, and of the data the
    /// number of rows: take another folder for others.
    pub fn folder(mut self, path: impl Into<PathBuf>) -> Self {
        self.folder = Some(path.into());
        self
    }

    /// Calls a closure with what each stage did, and why, when it is over. All of it stands in [`Selected`].
    pub fn tell(mut self, f: impl FnMut(&str) + 'a) -> Self {
        self.tell = Some(Box::new(f));
        self
    }
}

impl<'a> Part<'a> {
    #[track_caller]
    fn new(search: impl Search + 'a, trials: usize) -> Self {
        Self {
            search: Box::new(search),
            trials: error::at_least_one("ModelSelection", "number of trials", trials),
        }
    }
}

impl fmt::Debug for ModelSelection<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ModelSelection")
            .field("space", &self.space)
            .field(
                "explore",
                &(self.explore.search.name(), self.explore.trials),
            )
            .field("refine", &(self.refine.search.name(), self.refine.trials))
            .field("around", &self.around)
            .field("hold_out", &self.hold_out)
            .field("finalists", &self.finalists)
            .field("folds", &self.folds)
            .field("repeat", &self.repeat)
            .field("stratified", &self.stratified)
            .field("seed", &self.seed)
            .field("together", &self.together)
            .field("threads", &self.threads)
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}
