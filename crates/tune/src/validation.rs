//! Scores on rows that a model was not trained on.

mod nested;
mod scores;
mod validation_error;

use tapegrad_autodiff::Element;
use tapegrad_train::data::{Dataset, Splitter};

use crate::Scored;
pub use nested::{Nested, nested};
pub use scores::Scores;
pub use validation_error::ValidationError;

/// Scores each fold of a splitter: the closure is given the rows to train with, those to validate with, and the number of
/// the fold, and gives an `f64` or a `Result`.
///
/// | validation | splitter |
/// |---|---|
/// | hold-out | [`HoldOut`](tapegrad_train::data::HoldOut), also [stratified](tapegrad_train::data::HoldOut::stratified) |
/// | k-fold | [`KFold`](tapegrad_train::data::KFold), [`StratifiedKFold`](tapegrad_train::data::StratifiedKFold) |
/// | repeated | [`KFold::repeat`](tapegrad_train::data::KFold::repeat), and of the stratified |
/// | nested | [`nested`] |
///
/// A fold without a score, or with one that is NaN or infinite, has failed, and is [told](Scores::failed); the others
/// count. As
/// the result of a trial the scores are their mean, and the trial has failed if a fold has.
///
/// ```
/// use tapegrad_nn::{Dense, Loss, Module, Penalty, Scope, loss};
/// use tapegrad_optim::Adam;
/// use tapegrad_train::data::{self, KFold};
/// use tapegrad_train::{FitError, Trainer};
/// use tapegrad_tune::search::Grid;
/// use tapegrad_tune::{Space, Study, cross_validate};
///
/// let data = data::sparse_linear_regression::<f64>(40, 10, 2, 1.0, 1).0;
/// let space = Space::new().log("ridge", 1e-3..=1e1);
/// let trials = Study::new(space, Grid::new(5)).run(|trial| {
///     let ridge = trial.values().number("ridge");
///     cross_validate(&KFold::new(4).shuffle(1), &data, |train, validation, _| {
///         let mut model = Dense::new(10, 1).seed(trial.seed()).penalize(Penalty::l2(ridge));
///         let mut trainer = Trainer::new(Adam::new(0.1), loss::SquaredError).epochs(30);
///         trainer.fit(&mut model, train)?;
///         Ok::<_, FitError>(trainer.evaluate(&model, validation).loss)
///     })
/// })?;
/// println!("{trials}");
/// # Ok::<(), tapegrad_tune::StudyError>(())
/// ```
///
/// # Errors
/// If the data cannot be split so, or all folds fail.
pub fn cross_validate<T: Element, R: Scored>(
    splitter: &impl Splitter,
    data: &Dataset<T>,
    mut score: impl FnMut(&Dataset<T>, &Dataset<T>, usize) -> R,
) -> Result<Scores, ValidationError> {
    let folds = splitter.folds(data).map_err(ValidationError::Data)?;
    let scores = folds.iter().enumerate().map(|(number, fold)| {
        let (train, validation) = fold.of(data);
        score(&train, &validation, number).scored()
    });
    Scores::new(scores.collect())
}
