use std::collections::BTreeMap;

use tapegrad_autodiff::Element;

use super::repetition::Repetition;
use super::splitter::folds;
use super::{DataError, DataProblem, Dataset, Fold, Splitter};
use crate::error;

/// [`KFold`](super::KFold) in which each part has of each class the same number of rows but for one.
///
/// A class with fewer rows than folds is missing in some parts, as in scikit-learn, where this is a warning.
///
/// ```
/// use tapegrad_train::data::{self, Splitter, StratifiedKFold};
///
/// let data = data::blobs::<f32>(150, 3, 1.0, 1);
/// for fold in StratifiedKFold::new(5).shuffle(1).folds(&data)? {
///     let (_, test) = fold.of(&data);
///     assert_eq!(test.classes().iter().filter(|class| **class == 2).count(), 10);
/// }
/// # Ok::<(), data::DataError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StratifiedKFold {
    count: usize,
    repetition: Repetition,
}

impl StratifiedKFold {
    /// So many folds, of rows in order within their classes.
    ///
    /// # Panics
    /// If there are fewer than 2.
    #[track_caller]
    pub fn new(folds: usize) -> Self {
        if folds < 2 {
            error::folds("StratifiedKFold::new", folds);
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
    /// [`shuffle`](StratifiedKFold::shuffle).
    ///
    /// # Panics
    /// If it is 0 times.
    #[track_caller]
    pub fn repeat(mut self, times: usize, seed: u64) -> Self {
        self.repetition = Repetition::shuffled("StratifiedKFold::repeat", times, seed);
        self
    }
}

impl Splitter for StratifiedKFold {
    fn folds<T: Element>(&self, data: &Dataset<T>) -> Result<Vec<Fold>, DataError> {
        let mut of_class = BTreeMap::<_, Vec<_>>::new();
        for (row, class) in data.class_indices()?.into_iter().enumerate() {
            of_class.entry(class).or_default().push(row);
        }
        let mut classes: Vec<_> = of_class.into_values().collect();
        let (count, rows) = (self.count, data.rows());
        let largest = classes.iter().map(Vec::len).max().unwrap_or(0);
        if count > largest {
            return Err(DataProblem::TooFewForFolds {
                splitter: "StratifiedKFold",
                folds: count,
                rows: largest,
                of_a_class: rows > 0,
            }
            .into());
        }
        // The rows class by class, dealt out in turn: no part has two rows more than another, in no class.
        classes.sort_by_key(|rows| rows[0]);
        let mut dealt = 0;
        let parts_of_class: Vec<Vec<usize>> = classes
            .iter()
            .map(|rows| {
                let mut parts: Vec<_> = (dealt..dealt + rows.len()).map(|at| at % count).collect();
                dealt += rows.len();
                parts.sort_unstable();
                parts
            })
            .collect();
        Ok(self.repetition.each(|shuffle| {
            let mut fold_of_row = vec![0; rows];
            for (rows, parts) in classes.iter().zip(&parts_of_class) {
                let mut parts = parts.clone();
                shuffle(&mut parts);
                for (&row, part) in rows.iter().zip(parts) {
                    fold_of_row[row] = part;
                }
            }
            folds(&fold_of_row, count)
        }))
    }
}
