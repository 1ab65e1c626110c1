use tapegrad_autodiff::Element;

use super::{DataError, DataProblem, Dataset, Fold, Splitter};
use crate::error;

/// Rows in the order of time: each fold tests the rows that follow those for training.
///
/// | setting | default | meaning |
/// |---|---|---|
/// | [`test_rows`](TimeSeriesSplit::test_rows) | `rows / (folds + 1)`, rounded down | the rows that a fold tests |
/// | [`gap`](TimeSeriesSplit::gap) | 0 | the rows left out between training and testing |
/// | [`most_train_rows`](TimeSeriesSplit::most_train_rows) | all before | the last so many are for training |
///
/// ```
/// use ndarray::Array2;
/// use tapegrad_train::data::{Dataset, Splitter, TimeSeriesSplit};
///
/// let series = Dataset::<f32>::new(Array2::zeros([6, 1]), Array2::zeros([6, 1]));
/// let folds = TimeSeriesSplit::new(2).folds(&series)?;
/// assert_eq!((&folds[0].train[..], &folds[0].test[..]), (&[0, 1][..], &[2, 3][..]));
/// assert_eq!((&folds[1].train[..], &folds[1].test[..]), (&[0, 1, 2, 3][..], &[4, 5][..]));
/// # Ok::<(), tapegrad_train::data::DataError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeSeriesSplit {
    count: usize,
    test_rows: Option<usize>,
    gap: usize,
    most_train_rows: usize,
}

impl TimeSeriesSplit {
    /// So many folds.
    ///
    /// # Panics
    /// If there are fewer than 2.
    #[track_caller]
    pub fn new(folds: usize) -> Self {
        if folds < 2 {
            error::folds("TimeSeriesSplit::new", folds);
        }
        Self {
            count: folds,
            test_rows: None,
            gap: 0,
            most_train_rows: usize::MAX,
        }
    }

    /// How many rows each fold tests.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn test_rows(mut self, rows: usize) -> Self {
        if rows == 0 {
            error::none("TimeSeriesSplit::test_rows", "rows");
        }
        self.test_rows = Some(rows);
        self
    }

    /// How many rows are left out before those tested: as many as what was known then reaches back or ahead.
    pub fn gap(mut self, rows: usize) -> Self {
        self.gap = rows;
        self
    }

    /// How many rows a fold trains with at most: the last of those before.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn most_train_rows(mut self, rows: usize) -> Self {
        if rows == 0 {
            error::none("TimeSeriesSplit::most_train_rows", "rows");
        }
        self.most_train_rows = rows;
        self
    }
}

impl Splitter for TimeSeriesSplit {
    fn folds<T: Element>(&self, data: &Dataset<T>) -> Result<Vec<Fold>, DataError> {
        let (rows, count, gap) = (data.rows(), self.count, self.gap);
        if count >= rows {
            return Err(DataProblem::TooFewForFolds {
                splitter: "TimeSeriesSplit",
                folds: count.saturating_add(1),
                rows,
                of_a_class: false,
            }
            .into());
        }
        let test_rows = self.test_rows.unwrap_or(rows / (count + 1));
        let tested = test_rows.saturating_mul(count);
        if tested.saturating_add(gap) >= rows {
            return Err(DataProblem::TooFewForTime {
                splits: count,
                test_rows,
                gap,
                rows,
            }
            .into());
        }
        let fold = |index: usize| {
            let test: usize = rows - tested + index * test_rows;
            let end = test - gap;
            Fold {
                train: (end.saturating_sub(self.most_train_rows)..end).collect(),
                test: (test..test + test_rows).collect(),
            }
        };
        Ok((0..count).map(fold).collect())
    }
}
