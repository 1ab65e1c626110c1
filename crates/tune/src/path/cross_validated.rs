use std::error::Error;
use std::fmt;

use tapegrad_autodiff::{Element, Tape, Var};
use tapegrad_nn::{Module, Scope};
use tapegrad_train::data::{Dataset, Fold, Splitter};

use super::FittedPath;
use super::parts::those_that_succeed;
use super::problem::Problem;
use crate::TuneError;
use crate::snapshot::Snapshot;

/// A path that was fitted to all rows, and what rows say of each strength that were not trained on; printed as a table.
#[derive(Clone, Debug)]
pub struct CrossValidatedPath<T: Element = f32> {
    /// Of all rows.
    pub path: FittedPath<T>,
    /// A row for each of its points.
    pub scores: Vec<PathScore>,
    /// What the scores are: `loss` or the name of the metric.
    pub measure: String,
    /// The point whose mean is best, the strongest of equals.
    pub best: usize,
    /// The strongest whose mean is within one standard error of the best mean, that of the best point (Breiman et al.
    /// 1984); with one fold, the best.
    pub one_standard_error: usize,
    /// The folds that failed, from 0, and why. They are in no score.
    pub failed: Vec<(usize, TuneError)>,
}

/// What folds say of a strength.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PathScore {
    /// Of the first penalty.
    pub strength: f64,
    /// The mean over folds.
    pub mean: f64,
    /// `s / √k` of `k` folds, with the deviation `s` of divisor `k − 1`; NaN of one.
    pub standard_error: f64,
}

impl<M, L, F, T> Problem<'_, M, L, F, T>
where
    M: Module<T>,
    L: for<'t> Fn(&Scope<'t, T>, &M, &Dataset<T>) -> Var<'t, T>,
    F: FnMut(&mut M, &Dataset<T>) -> Result<(), Box<dyn Error>>,
    T: Element,
{
    pub(super) fn cross_validate(
        &mut self,
        model: &mut M,
        data: &Dataset<T>,
        splitter: &impl Splitter,
    ) -> Result<CrossValidatedPath<T>, TuneError> {
        let folds = splitter.folds(data).map_err(|error| TuneError::Split {
            cause: error.to_string(),
        })?;
        let start = Snapshot::of(model);
        let path = self.path(model, data)?;
        let strengths: Vec<f64> = path.points.iter().map(|point| point.strength).collect();
        let of_folds = folds.iter().map(|fold| {
            start.restore(model);
            self.of_fold(model, data, fold, &strengths)
        });
        let (of_folds, failed) = those_that_succeed("folds", of_folds)?;

        let scores = strengths.iter().enumerate().map(|(place, &strength)| {
            let of_folds: Vec<f64> = of_folds.iter().map(|scores| scores[place]).collect();
            PathScore::of(strength, &of_folds)
        });
        let scores: Vec<PathScore> = scores.collect();
        let metric = self.path.metric.as_deref();
        let sign = match metric.is_some_and(|metric| metric.is_better_larger()) {
            true => -1.0,
            false => 1.0,
        };
        let (best, one_standard_error) = chosen(&scores, sign);
        path.go_to(best, model);
        Ok(CrossValidatedPath {
            path,
            scores,
            measure: metric.map_or("loss".to_owned(), |metric| metric.name()),
            best,
            one_standard_error,
            failed,
        })
    }

    /// The scores of the rows of a fold that are not trained on, at each strength.
    fn of_fold(
        &mut self,
        model: &mut M,
        data: &Dataset<T>,
        fold: &Fold,
        strengths: &[f64],
    ) -> Result<Vec<f64>, TuneError> {
        let (train, test) = fold.of(data);
        let points = self.along(model, &train, strengths)?;
        let scores = points.into_iter().map(|point| {
            point.values.restore(model);
            let score = self.score(model, &test);
            TuneError::finite(score, || {
                format!("the score at the strength {}", point.strength)
            })
        });
        scores.collect()
    }

    fn score(&self, model: &M, test: &Dataset<T>) -> f64 {
        let Some(metric) = &self.path.metric else {
            let tape = Tape::new();
            let loss = (self.loss)(&Scope::eval(&tape), model, test);
            return loss.item().wide();
        };
        let weights = test.weights.as_ref();
        let weights: Option<Vec<f64>> =
            weights.map(|weights| weights.iter().map(|weight| weight.wide()).collect());
        metric.evaluate(&model.predict(&test.x), &test.y, weights.as_deref())
    }
}

impl PathScore {
    fn of(strength: f64, scores: &[f64]) -> Self {
        let count = scores.len() as f64;
        let mean = scores.iter().sum::<f64>() / count;
        let squares: f64 = scores.iter().map(|score| (score - mean).powi(2)).sum();
        Self {
            strength,
            mean,
            standard_error: (squares / (count - 1.0) / count).sqrt(),
        }
    }
}

/// The best point and that of one standard error. Scores times the sign are better if they are smaller.
fn chosen(scores: &[PathScore], sign: f64) -> (usize, usize) {
    let mean = |place: usize| sign * scores[place].mean;
    let places = 0..scores.len();
    let best = places.clone().fold(0, |best, place| {
        if mean(place) < mean(best) {
            place
        } else {
            best
        }
    });
    let error = scores[best].standard_error;
    let most = mean(best) + if error.is_nan() { 0.0 } else { error };
    let within = places.into_iter().find(|&place| mean(place) <= most);
    (best, within.unwrap_or(best))
}

/// A line for each strength; the chosen ones are marked.
impl<T: Element> fmt::Display for CrossValidatedPath<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.measure.chars().count().max(12);
        write!(
            f,
            "  strength  inputs  {:>width$}  standard error",
            self.measure
        )?;
        for (place, score) in self.scores.iter().enumerate() {
            let inputs = self.path.points[place].inputs.len();
            let (mean, error) = (score.mean, score.standard_error);
            write!(
                f,
                "\n{:10.3e}  {inputs:6}  {mean:width$.6}  {error:14.6}",
                score.strength
            )?;
            if place == self.best {
                write!(f, "  best")?;
            }
            if place == self.one_standard_error {
                write!(f, "  one standard error")?;
            }
        }
        for (fold, error) in &self.failed {
            write!(f, "\nwithout fold {fold}: {error}")?;
        }
        Ok(())
    }
}
