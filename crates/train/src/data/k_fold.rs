use tapegrad_autodiff::Element;

use super::repetition::Repetition;
use super::splitter::folds;
use super::{DataError, DataProblem, Dataset, Fold, Splitter};
use crate::error;

/// `k` folds: the rows in `k` parts that differ by one row at most, each tested once with the others for
/// training.
///
/// | setting | default | meaning |
/// |---|---|---|
/// | [`shuffle`](KFold::shuffle) | in order | which rows form a part, by chance |
/// | [`repeat`](KFold::repeat) | once | several times, each with other parts by chance |
///
/// ```
/// use tapegrad_train::data::{self, KFold, Splitter};
///
/// let data = data::moons::<f32>(7, 0.1, 1);
/// let folds = KFold::new(3).folds(&data)?;
/// assert_eq!(folds[0].test, [0, 1, 2]);
/// assert_eq!((&folds[1].test[..], &folds[1].train[..]), (&[3, 4][..], &[0, 1, 2, 5, 6][..]));
/// assert_eq!(KFold::new(3).repeat(10, 1).folds(&data)?.len(), 30);
/// # Ok::<(), data::DataError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KFold {
    count: usize,
    repetition: Repetition,
}

impl KFold {
    /// So many folds, of rows in order.
    ///
    /// # Panics
    /// If there are fewer than 2.
    #[track_caller]
    pub fn new(folds: usize) -> Self {
        if folds < 2 {
            error::folds("KFold::new", folds);
        }
        Self {
            count: folds,
            repetition: Repetition::InOrder,
        }
    }

    /// Parts by chance, which the seed fixes.
    pub fn shuffle(self, seed: u64) -> Self {
        self.repeat(1, seed)
    }

    /// So many times the folds, each time with other parts by chance. The first are those of
    /// [`shuffle`](KFold::shuffle).
    ///
    /// # Panics
    /// If it is 0 times.
    #[track_caller]
    pub fn repeat(mut self, times: usize, seed: u64) -> Self {
        self.repetition = Repetition::shuffled("KFold::repeat", times, seed);
        self
    }
}

impl Splitter for KFold {
    fn folds<T: Element>(&self, data: &Dataset<T>) -> Result<Vec<Fold>, DataError> {
        let (rows, count) = (data.rows(), self.count);
        if count > rows {
            return Err(DataProblem::TooFewForFolds {
                splitter: "KFold",
                folds: count,
                rows,
                of_a_class: false,
            }
            .into());
        }
        let mut parts = Vec::with_capacity(rows);
        for fold in 0..count {
            let size = rows / count + usize::from(fold < rows % count);
            parts.resize(parts.len() + size, fold);
        }
        let each = self.repetition.each(|shuffle| {
            let mut parts = parts.clone();
            shuffle(&mut parts);
            folds(&parts, count)
        });
        Ok(each)
    }
}
