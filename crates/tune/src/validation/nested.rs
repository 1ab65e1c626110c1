use std::fmt::{self, Display};

use tapegrad_autodiff::Element;
use tapegrad_train::data::{Dataset, Splitter};

use super::{Scores, ValidationError, cross_validate};
use crate::{Scored, Values};

/// What a [nested](nested()) validation came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Nested {
    /// Of what was chosen, on rows of which the choice knew nothing.
    pub scores: Scores,
    /// What was chosen for each fold; `None` if that failed.
    pub chosen: Vec<Option<Values>>,
}

/// Scores a way to choose values: each fold chooses by its training rows alone, and is scored on its test rows (Cawley
/// and Talbot 2010). The best score of a study is too good, for it was chosen; this one is not.
///
/// `choose` is given the training rows and the number of the fold, as to run a [`Study`](crate::Study) by
/// [`cross_validate`] within; `score` what was chosen, the same rows, the test rows and the number. A fold in which
/// either fails has failed.
///
/// ```
/// use tapegrad_train::data::{self, KFold};
/// use tapegrad_tune::search::Grid;
/// use tapegrad_tune::{Space, Study, StudyError, ValidationError, cross_validate, nested};
/// # use tapegrad_train::data::Dataset;
/// # fn fit_and_score(shift: f64, train: &Dataset<f64>, test: &Dataset<f64>) -> f64 {
/// #     (train.y.mean().unwrap() + shift - test.y.mean().unwrap()).abs()
/// # }
///
/// let data = data::sparse_linear_regression::<f64>(60, 5, 2, 1.0, 1).0;
/// let space = Space::new().linear("shift", -1.0..=1.0);
/// let nested = nested(
///     &KFold::new(3).shuffle(1),
///     &data,
///     |train, _| {
///         let trials = Study::new(space.clone(), Grid::new(5)).run(|trial| {
///             let shift = trial.values().number("shift");
///             cross_validate(&KFold::new(4).shuffle(2), train, |train, validation, _| {
///                 fit_and_score(shift, train, validation)
///             })
///         })?;
///         Ok::<_, StudyError>(trials.best().expect("no trial is pruned").values.clone())
///     },
///     |values, train, test, _| fit_and_score(values.number("shift"), train, test),
/// )?;
/// println!("{nested}");
/// assert_eq!(nested.scores.each.len(), 3);
/// # Ok::<(), ValidationError>(())
/// ```
///
/// # Errors
/// As [`cross_validate`].
pub fn nested<T: Element, E: Display, R: Scored>(
    splitter: &impl Splitter,
    data: &Dataset<T>,
    mut choose: impl FnMut(&Dataset<T>, usize) -> Result<Values, E>,
    mut score: impl FnMut(&Values, &Dataset<T>, &Dataset<T>, usize) -> R,
) -> Result<Nested, ValidationError> {
    let mut chosen = Vec::new();
    let scores = cross_validate(splitter, data, |train, test, fold| {
        let values = choose(train, fold).map_err(|error| error.to_string());
        chosen.push(values.as_ref().ok().cloned());
        score(&values?, train, test, fold).scored()
    })?;
    Ok(Nested { scores, chosen })
}

/// The scores, and a line for each fold.
impl Display for Nested {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.scores.fmt(f)?;
        for (fold, values) in self.chosen.iter().enumerate() {
            if let Some(values) = values {
                write!(f, "\nfold {fold}: {values}")?;
            }
        }
        Ok(())
    }
}
