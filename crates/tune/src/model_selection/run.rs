//! The stages, one after the other.

use tapegrad_autodiff::Element;
use tapegrad_nn::random;
use tapegrad_train::data::{DataError, Dataset, Fold, HoldOut, KFold, Splitter, StratifiedKFold};

use super::described::Described;
use super::finalist::choose;
use super::{
    Finalist, ModelSelection, Part, Selected, SelectionError, SelectionProblem, Stage, told,
};
use crate::search::Grid;
use crate::{Finished, Scored, Space, Study, Trial, Trials, Value, Values};

/// How much wider than the best places the ranges are that are refined, on each side.
const MARGIN: f64 = 0.1;

/// The stages that are over.
type Over = Vec<(Stage, Trials)>;
type Problem = (Stage, SelectionProblem);

impl ModelSelection<'_> {
    /// Runs the stages. The objective is given values, rows to train with, rows to be scored on, and a seed; it fits a new
    /// model and gives its score, an `f64` or a `Result`, the least of which is best. It is called on several threads
    /// if these are set.
    ///
    /// It is given the test rows once, with what was chosen and all rows for training.
    ///
    /// # Errors
    /// If the rows cannot be split, the space cannot be searched, a journal cannot be gone on with, or all trials of a
    /// stage failed. The stages before are in the error.
    ///
    /// # Panics
    /// As [`Study::run`] does.
    #[track_caller]
    pub fn run<T: Element, R: Scored>(
        mut self,
        train: &Dataset<T>,
        test: &Dataset<T>,
        objective: impl Fn(&Values, &Dataset<T>, &Dataset<T>, u64) -> R + Sync,
    ) -> Result<Selected, SelectionError> {
        let mut finished = Over::new();
        let result = self.stages(train, test, objective, &mut finished);
        result.map_err(|(stage, problem)| SelectionError {
            stage,
            problem,
            finished,
        })
    }

    #[track_caller]
    fn stages<T: Element, R: Scored>(
        &mut self,
        train: &Dataset<T>,
        test: &Dataset<T>,
        objective: impl Fn(&Values, &Dataset<T>, &Dataset<T>, u64) -> R + Sync,
        over: &mut Over,
    ) -> Result<Selected, Problem> {
        // What cannot be split is told before anything is trained.
        let data = |stage| move |error| (stage, SelectionProblem::Data(Box::new(error)));
        let held_out = self.held_out(train).map_err(data(Stage::Explore))?;
        let folds = self.folds_of(train).map_err(data(Stage::Validate))?;
        let mut told = Vec::new();

        let (fitted, others) = held_out.of(train);
        let rows = [fitted.rows(), others.rows()];
        let of_part = |trial: &Trial<'_>| objective(trial.values(), &fitted, &others, trial.seed());
        let explore = self.search(&self.space, &self.explore, rows);
        let explore = self.stage(Stage::Explore, explore, of_part, over)?;
        self.record(&mut told, told::explored(self, rows, &explore));

        let mut best: Vec<&Finished> = explore.all().iter().collect();
        best.retain(|trial| trial.is_complete());
        best.sort_by(|a, b| {
            a.score()
                .partial_cmp(&b.score())
                .expect("scores are finite")
        });
        best.truncate(self.around);
        let places: Vec<_> = best.iter().map(|trial| &trial.coordinates[..]).collect();
        let refined = self.space.around(&places, MARGIN);
        let refine = self.search(&refined, &self.refine, rows);
        let refine = self.stage(Stage::Refine, refine, of_part, over)?;
        let text = told::refined(self, &best, &refined, [&explore, &refine]);
        self.record(&mut told, text);

        let mut finalists = Finalist::best(self.finalists, &explore, &refine);
        let words: Vec<_> = finalists.iter().map(Finalist::text).collect();
        let words = words.iter().map(String::as_str);
        let last = folds.len() as i64 - 1;
        let space = Space::new().choice("finalist", words);
        let space = space.integer("fold", 0..=last);
        let description = self.description(train.rows());
        let validate = self.every(space, folds.len(), description.clone());
        let seed = random::derive_named(self.seed, "fold");
        let of_fold = |trial: &Trial<'_>| {
            let (finalist, fold) = place(trial.values());
            let (fitted, others) = folds[fold].of(train);
            // All have the same chances in a fold.
            let seed = random::derive(seed, fold);
            objective(&finalists[finalist].values, &fitted, &others, seed)
        };
        let validate = self.stage(Stage::Validate, validate, of_fold, over)?;
        for trial in validate.all() {
            let score = match (trial.score(), trial.reason()) {
                (Some(score), _) => Ok(score),
                (None, reason) => Err(reason.unwrap_or_default().to_owned()),
            };
            // By finalist, then by fold, as a grid is.
            finalists[place(&trial.values).0].scores.each.push(score);
        }
        let (chosen, why) = choose(&finalists, self.complexity.as_deref());
        let text = told::validated(&description, &finalists, (chosen, &why));
        self.record(&mut told, text);

        let rows = [train.rows(), test.rows()];
        let values = &finalists[chosen].values;
        let space = Space::new().choice("chosen", [finalists[chosen].text().as_str()]);
        let scores = format!("fitted to {} rows, scored on {}", rows[0], rows[1]);
        let seed = random::derive_named(self.seed, "test");
        let once = self.every(space, 1, scores);
        let of_test = |_: &Trial<'_>| objective(values, train, test, seed);
        let once = self.stage(Stage::Test, once, of_test, over)?;
        let test = once.best().and_then(Finished::score).unwrap_or(f64::NAN);
        let text = told::tested(rows, &finalists[chosen], test);
        self.record(&mut told, text);

        Ok(Selected {
            explore,
            refined,
            refine,
            finalists,
            chosen,
            seed,
            test,
            told,
        })
    }

    fn record(&mut self, told: &mut Vec<String>, text: String) {
        if let Some(tell) = &mut self.tell {
            tell(&text);
        }
        told.push(text);
    }

    /// The rows that are searched by.
    fn held_out<T: Element>(&self, train: &Dataset<T>) -> Result<Fold, DataError> {
        let seed = random::derive_named(self.seed, "hold-out");
        let hold_out = HoldOut::new(self.hold_out, seed);
        let hold_out = match self.stratified {
            true => hold_out.stratified(),
            false => hold_out,
        };
        let mut folds = hold_out.folds(train)?;
        Ok(folds.swap_remove(0))
    }

    fn folds_of<T: Element>(&self, train: &Dataset<T>) -> Result<Vec<Fold>, DataError> {
        let seed = random::derive_named(self.seed, "folds");
        let (folds, times) = (self.folds, self.repeat);
        match self.stratified {
            true => StratifiedKFold::new(folds).repeat(times, seed).folds(train),
            false => KFold::new(folds).repeat(times, seed).folds(train),
        }
    }

    /// The folds in words.
    fn description(&self, rows: usize) -> String {
        let stratified = if self.stratified { "stratified " } else { "" };
        let repeated = match self.repeat {
            1 => String::new(),
            times => format!(", {times} times"),
        };
        format!("{} {stratified}folds of {rows} rows{repeated}", self.folds)
    }

    /// A search by rows held out.
    fn search<'s>(&self, space: &Space, part: &'s Part<'_>, rows: [usize; 2]) -> Study<'s> {
        let stratified = if self.stratified { ", stratified" } else { "" };
        let search = Described {
            search: &part.search,
            scores: format!(
                "fitted to {} rows, scored on {}{stratified}",
                rows[0], rows[1]
            ),
        };
        let study = Study::new(space.clone(), search).trials(part.trials);
        study.together(self.together)
    }

    /// All places of a space of words and of as many whole numbers.
    fn every(&self, space: Space, numbers: usize, scores: String) -> Study<'static> {
        let search = Described {
            search: Grid::new(numbers),
            scores,
        };
        // It does not look at scores: all can run at the same time.
        let all = space.dimensions().iter().filter_map(|d| d.range().count());
        let all: u64 = all.product();
        Study::new(space, search).together(all as usize)
    }

    #[track_caller]
    fn stage<R: Scored>(
        &self,
        stage: Stage,
        study: Study<'_>,
        objective: impl Fn(&Trial<'_>) -> R + Sync,
        over: &mut Over,
    ) -> Result<Trials, Problem> {
        let seed = random::derive_named(self.seed, &stage.to_string());
        let mut study = study.seed(seed).threads(self.threads);
        if let Some(folder) = &self.folder {
            study = study.journal(folder.join(format!("{stage}.journal")));
        }
        let trials = study.run(objective);
        let trials = trials.map_err(|error| (stage, SelectionProblem::Study(Box::new(error))))?;
        over.push((stage, trials.clone()));
        Ok(trials)
    }
}

/// The numbers of a finalist and a fold.
fn place(values: &Values) -> (usize, usize) {
    let finalist = match values.value("finalist") {
        Some(Value::Choice(finalist)) => finalist,
        _ => 0,
    };
    (finalist, values.integer("fold") as usize)
}
