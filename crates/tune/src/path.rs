use std::error::Error;
use std::rc::Rc;

use tapegrad_autodiff::{Element, Var};
use tapegrad_nn::{Module, ParamId, Scope, Strength};
use tapegrad_train::data::{Dataset, Splitter};
use tapegrad_train::metric::Metric;

mod cross_validated;
mod fitted;
mod grid;
mod parts;
#[cfg(feature = "plot")]
mod pictures;
mod problem;
mod stability;
mod strongest;
mod table;

pub use cross_validated::{CrossValidatedPath, PathScore};
pub use fitted::{Entry, FittedPath, PathPoint};
pub use stability::StabilitySelection;

use crate::snapshot::Snapshot;
use crate::{TuneError, error};
use problem::Problem;

/// A regularisation path: a model at each of many strengths of a penalty, each fit from where the one beside it ended.
///
/// ```text
/// w(λ) = argmin L(w) + λ h(w)        λ_max, …, λ_max r,  each a constant share of the one before
/// ```
///
/// | setting | default | range |
/// |---|---|---|
/// | [`count`](Path::count) of strengths | 100 | at least 1 |
/// | [`ratio`](Path::ratio), `r` | 1e-3 | above 0 and below 1 |
/// | [`from`](Path::from), `λ_max` | found | above 0 |
/// | [`upward`](Path::upward), weak to strong | strong to weak | |
/// | [`with`](Path::with), other strengths | none | they keep their ratio to the first |
/// | [`names`](Path::names) of the inputs | `x0`, `x1`, … | one for each |
/// | [`metric`](Path::metric) of cross-validation | the data loss | |
///
/// What a path is of is told when it is [fitted](Path::fit): the model, its rows, the *data* loss without penalties,
/// and what fits it, as [`ProximalGradient`](tapegrad_optim::ProximalGradient) or a
/// [`Trainer`](tapegrad_train::Trainer) does. Penalties should be
/// [proximal](tapegrad_nn::Penalty::proximal): in the loss they hardly make a weight zero.
///
/// The *inputs* of a path are the rows of the first trained parameter that has the strength. In a table, a row with any
/// number that is not 0 is active.
///
/// **The strongest λ** is the least at which all weights that it penalises are zero. They are made zero, the rest is
/// fitted, and of the gradient `g` there
///
/// | penalty | `λ_max` |
/// |---|---|
/// | L1, also of an elastic net whose L2 has a strength of its own | `max \|g\|` |
/// | group lasso | `max ‖g_G‖` |
/// | several, or a [form](tapegrad_nn::penalty::Form) of your own | the least at which [`kkt`](tapegrad_nn::kkt) is 0 of all of them |
/// | L2 alone, or a form without a step | there is none: give it by [`from`](Path::from) |
///
/// For a linear model that is exact. Of a network it is local, as the gradient of a layer depends on the later ones, so
/// the first fit confirms it: if weights come back, it is enlarged until they do not.
///
/// **Each fit begins** where the one before ended, or on the line through the last two, with zeros held, if data loss
/// and penalties are lower there (the predictor of Park and Hastie 2007): between the strengths at which weights enter,
/// the path of a lasso is such a line. On the diabetes data a solver of first order takes 5 to 15 % of the iterations
/// that it takes from zeros; without the line it takes 25 % for a residual of 1e-3, and 65 % for one of 1e-8.
///
/// **Networks** should go [upward](Path::upward), from dense to sparse, as LassoNet does (Lemhadri et al. 2021). With a
/// first layer of zeros no input is seen, and the later layers shrink to 0 themselves if anything penalises them: then
/// the gradient of the first layer vanishes at any strength, and a path from the strong end, which would never leave
/// zero, is refused as [`TuneError::StaysZero`]. If it does not vanish, all units are pulled along one
/// direction. The [ratio](Path::ratio) should be so small that the weakest strength leaves all inputs: what the first
/// fit drops does not come back. Also penalise the later layers by a fixed L2: otherwise what the first one loses the second can restore,
/// and its penalty costs nothing.
///
/// ```
/// use tapegrad_autodiff::Var;
/// use tapegrad_nn::{Dense, Loss, Module, Penalty, Scope, Strength, loss};
/// use tapegrad_optim::ProximalGradient;
/// use tapegrad_train::data::{self, Dataset};
/// use tapegrad_tune::Path;
///
/// fn squares<'t>(on: &Scope<'t, f64>, model: &Dense<f64>, data: &Dataset<f64>) -> Var<'t, f64> {
///     loss::SquaredError.mean(model.forward(on, on.input(&data.x)), &data.y)
/// }
///
/// let (data, truth) = data::sparse_linear_regression::<f64>(100, 8, 2, 0.1, 1);
/// let strength = Strength::new(0.0);
/// let mut model = Dense::new(8, 1).penalize(Penalty::l1(&strength).proximal());
/// let path = Path::new(&strength).count(20).fit(&mut model, &data, squares, |model, data| {
///     ProximalGradient::new().fit(model, |on, model| squares(on, model, data));
///     Ok(())
/// })?;
/// // Two inputs matter, and they enter first.
/// let entries = path.entries();
/// assert!(entries[..2].iter().all(|entry| truth[entry.input] != 0.0));
/// assert!(path.points[0].inputs.is_empty());
/// println!("{path}");
/// # Ok::<(), tapegrad_tune::TuneError>(())
/// ```
#[derive(Clone)]
pub struct Path<T: Element = f32> {
    /// Each with its ratio to the first.
    strengths: Vec<(Strength, f64)>,
    count: usize,
    ratio: f64,
    from: Option<f64>,
    is_upward: bool,
    names: Option<Vec<String>>,
    metric: Option<Rc<dyn Metric<T>>>,
}

impl<T: Element> Path<T> {
    /// Of a strength, whatever it is now.
    ///
    /// # Panics
    /// If it has a schedule.
    #[track_caller]
    pub fn new(strength: &Strength) -> Self {
        if strength.is_scheduled() {
            error::scheduled_path("Path::new");
        }
        Self {
            strengths: vec![(strength.clone(), 1.0)],
            count: 100,
            ratio: 1e-3,
            from: None,
            is_upward: false,
            names: None,
            metric: None,
        }
    }

    /// Another strength, that is to the first throughout as it is now.
    ///
    /// # Panics
    /// If it has a schedule, it or the first is 0 now, or it is there before.
    #[track_caller]
    pub fn with(mut self, strength: &Strength) -> Self {
        if strength.is_scheduled() {
            error::scheduled_path("Path::with");
        }
        if self.is_of(strength) {
            error::strength_twice();
        }
        let (own, first) = (strength.at(0), self.strengths[0].0.at(0));
        let ratio = own / first;
        if !(ratio > 0.0 && ratio.is_finite()) {
            error::strength_ratio(own, first);
        }
        self.strengths.push((strength.clone(), ratio));
        self
    }

    /// How many strengths there are.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn count(mut self, count: usize) -> Self {
        self.count = error::at_least_one("Path", "count", count);
        self
    }

    /// The weakest strength, as a share of the strongest.
    ///
    /// # Panics
    /// If it is not above 0 and below 1.
    #[track_caller]
    pub fn ratio(mut self, ratio: f64) -> Self {
        if !(ratio > 0.0 && ratio < 1.0) {
            error::setting("Path", "ratio", ratio, "above 0 and below 1");
        }
        self.ratio = ratio;
        self
    }

    /// The strongest strength, in place of one that is found. The path then starts from the model as it is given, and
    /// not from zeros.
    ///
    /// # Panics
    /// If it is not finite and above 0.
    #[track_caller]
    pub fn from(mut self, strength: f64) -> Self {
        if !(strength > 0.0 && strength.is_finite()) {
            error::setting("Path", "strongest strength", strength, "finite and above 0");
        }
        self.from = Some(strength);
        self
    }

    /// From the weakest strength to the strongest: the first fit starts from the model as it is given. The strongest, if
    /// it is not [given](Path::from), is found by fits from weak to strong, twice as strong each, until all weights that
    /// it penalises are zero; and there are more strengths than were asked for if that happens later in smaller steps.
    pub fn upward(mut self) -> Self {
        self.is_upward = true;
        self
    }

    /// What inputs are called.
    pub fn names<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.names = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// What rows that were not trained on are judged by, in place of the data loss.
    pub fn metric(mut self, metric: impl Metric<T> + 'static) -> Self {
        self.metric = Some(Rc::new(metric));
        self
    }

    /// Fits the model at each strength. It ends at the last one, the weakest unless the path is
    /// [upward](Path::upward); [`FittedPath::go_to`] brings it to any other.
    ///
    /// `loss` is the data loss, without penalties; `fit` minimises it with them, for the strengths as they then are.
    ///
    /// # Errors
    /// If there is no row, no strongest strength, a fit fails, or a loss or weight after it is not finite. Then the
    /// parameters and strengths are as they were.
    ///
    /// # Panics
    /// If no trained parameter has one of the strengths, there is not one name for each input, or what is called does.
    #[track_caller]
    pub fn fit<M: Module<T>>(
        &self,
        model: &mut M,
        data: &Dataset<T>,
        loss: impl for<'t> Fn(&Scope<'t, T>, &M, &Dataset<T>) -> Var<'t, T>,
        fit: impl FnMut(&mut M, &Dataset<T>) -> Result<(), Box<dyn Error>>,
    ) -> Result<FittedPath<T>, TuneError> {
        let mut problem = Problem::new(self, model, loss, fit);
        self.or_as_before(model, |model| problem.path(model, data))
    }

    /// Fits the model at each strength to all rows, and to the rows for training of each fold at the same strengths,
    /// from the model as it is given; those for testing judge it. The model ends as it was fitted to all rows at the
    /// [best](CrossValidatedPath::best) strength.
    ///
    /// A fold whose path fails is left out, and told of.
    ///
    /// # Errors
    /// As [`fit`](Path::fit), of all rows; if the splitter refuses the rows, or every fold fails.
    ///
    /// # Panics
    /// As [`fit`](Path::fit).
    #[track_caller]
    pub fn cross_validate<M: Module<T>>(
        &self,
        model: &mut M,
        data: &Dataset<T>,
        splitter: &impl Splitter,
        loss: impl for<'t> Fn(&Scope<'t, T>, &M, &Dataset<T>) -> Var<'t, T>,
        fit: impl FnMut(&mut M, &Dataset<T>) -> Result<(), Box<dyn Error>>,
    ) -> Result<CrossValidatedPath<T>, TuneError> {
        let mut problem = Problem::new(self, model, loss, fit);
        self.or_as_before(model, |model| problem.cross_validate(model, data, splitter))
    }

    /// Fits the model at each strength to subsamples of half of the rows, drawn without replacement, at the strengths
    /// of the path of all rows; see [`StabilitySelection`]. The model ends as it was.
    ///
    /// # Errors
    /// As [`fit`](Path::fit), of all rows; if there are fewer than two, or every subsample fails.
    ///
    /// # Panics
    /// If there are no subsamples; and as [`fit`](Path::fit).
    #[track_caller]
    pub fn stability<M: Module<T>>(
        &self,
        model: &mut M,
        data: &Dataset<T>,
        subsamples: usize,
        seed: u64,
        loss: impl for<'t> Fn(&Scope<'t, T>, &M, &Dataset<T>) -> Var<'t, T>,
        fit: impl FnMut(&mut M, &Dataset<T>) -> Result<(), Box<dyn Error>>,
    ) -> Result<StabilitySelection, TuneError> {
        error::at_least_one("Path::stability", "number of subsamples", subsamples);
        let mut problem = Problem::new(self, model, loss, fit);
        let (before, strengths) = (Snapshot::of(model), self.numbers());
        let found = problem.stability(model, data, subsamples, seed);
        before.restore(model);
        self.reset(&strengths);
        found
    }

    /// The outcome; if it is an error, with parameters and strengths as they were.
    fn or_as_before<M: Module<T>, R>(
        &self,
        model: &mut M,
        run: impl FnOnce(&mut M) -> Result<R, TuneError>,
    ) -> Result<R, TuneError> {
        let (before, strengths) = (Snapshot::of(model), self.numbers());
        let outcome = run(model);
        if outcome.is_err() {
            before.restore(model);
            self.reset(&strengths);
        }
        outcome
    }

    /// Sets all strengths by the first.
    fn set(&self, first: f64) {
        for (strength, ratio) in &self.strengths {
            strength.set(first * ratio);
        }
    }

    /// Whether all are finite if the first is so.
    fn is_finite_at(&self, first: f64) -> bool {
        let mut strengths = self.strengths.iter();
        strengths.all(|(_, ratio)| (first * ratio).is_finite())
    }

    fn numbers(&self) -> Vec<f64> {
        let strengths = self.strengths.iter();
        strengths.map(|(strength, _)| strength.at(0)).collect()
    }

    fn reset(&self, numbers: &[f64]) {
        for ((strength, _), &number) in self.strengths.iter().zip(numbers) {
            strength.set(number);
        }
    }

    fn is_of(&self, strength: &Strength) -> bool {
        let id = ParamId::from(strength);
        let mut strengths = self.strengths.iter();
        strengths.any(|(own, _)| ParamId::from(own) == id)
    }
}

impl<T: Element> std::fmt::Debug for Path<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Path")
            .field("strengths", &self.strengths)
            .field("count", &self.count)
            .field("ratio", &self.ratio)
            .field("from", &self.from)
            .field("is_upward", &self.is_upward)
            .field("metric", &self.metric.as_ref().map(|metric| metric.name()))
            .finish_non_exhaustive()
    }
}
