use tapegrad_autodiff::Element;

use super::splitter::folds;
use super::{DataError, DataProblem, Dataset, Fold, Splitter};

/// Each row tested alone, with all others for training: as many folds as rows.
///
/// ```
/// use tapegrad_train::data::{self, LeaveOneOut, Splitter};
///
/// let folds = LeaveOneOut.folds(&data::moons::<f32>(3, 0.1, 1))?;
/// assert_eq!((&folds[1].train[..], &folds[1].test[..]), (&[0, 2][..], &[1][..]));
/// # Ok::<(), data::DataError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeaveOneOut;

impl Splitter for LeaveOneOut {
    fn folds<T: Element>(&self, data: &Dataset<T>) -> Result<Vec<Fold>, DataError> {
        let rows = data.rows();
        if rows < 2 {
            return Err(DataProblem::NoRowsLeft {
                splitter: "LeaveOneOut",
                part: "training",
                rows,
            }
            .into());
        }
        Ok(folds(&(0..rows).collect::<Vec<_>>(), rows))
    }
}
