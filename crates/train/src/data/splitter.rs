use tapegrad_autodiff::Element;

use super::{DataError, Dataset};

/// Rows of a data set for training, and rows for testing, none of them both. Both are in the order of the data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fold {
    /// The rows to train with.
    pub train: Vec<usize>,
    /// The rows to test with.
    pub test: Vec<usize>,
}

impl Fold {
    /// The rows of a data set for training and for testing.
    ///
    /// ```
    /// use tapegrad_train::data::{self, KFold, Splitter};
    ///
    /// let data = data::moons::<f32>(100, 0.1, 1);
    /// for fold in KFold::new(5).shuffle(1).folds(&data)? {
    ///     let (train, test) = fold.of(&data);
    ///     assert_eq!((train.rows(), test.rows()), (80, 20));
    /// }
    /// # Ok::<(), data::DataError>(())
    /// ```
    ///
    /// # Panics
    /// If there is no such row.
    #[track_caller]
    pub fn of<T: Element>(&self, data: &Dataset<T>) -> (Dataset<T>, Dataset<T>) {
        (data.select(&self.train), data.select(&self.test))
    }
}

/// A way to divide the rows of a data set for training and testing, once or several times.
///
/// | splitter | what is tested | folds |
/// |---|---|---|
/// | [`HoldOut`](super::HoldOut) | a share of the rows, by chance; also with the shares of classes kept | 1 |
/// | [`KFold`](super::KFold) | each row once, or once a repetition | `k`, `k r` |
/// | [`StratifiedKFold`](super::StratifiedKFold) | the same, with the shares of classes kept | `k`, `k r` |
/// | [`LeaveOneOut`](super::LeaveOneOut) | each row alone | as many as rows |
/// | [`TimeSeriesSplit`](super::TimeSeriesSplit) | the last rows, part by part, after those before | `k` |
///
/// Sizes are those of scikit-learn, and so are the rows where nothing is shuffled. What is shuffled depends on
/// the seed alone, in another order than scikit-learn's.
pub trait Splitter {
    /// The folds of a data set.
    ///
    /// # Errors
    /// If there are too few rows, or the targets are not classes where these are needed.
    fn folds<T: Element>(&self, data: &Dataset<T>) -> Result<Vec<Fold>, DataError>;
}

/// `count` folds, in which each row is tested in the fold given for it.
pub(super) fn folds(fold_of_row: &[usize], count: usize) -> Vec<Fold> {
    let rows = |which: &dyn Fn(usize) -> bool| {
        let rows = fold_of_row.iter().enumerate();
        rows.filter(|(_, fold)| which(**fold))
            .map(|(row, _)| row)
            .collect()
    };
    let fold = |index| Fold {
        train: rows(&|fold| fold != index),
        test: rows(&|fold| fold == index),
    };
    (0..count).map(fold).collect()
}
