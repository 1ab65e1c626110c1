use std::collections::BTreeMap;

use rand::seq::SliceRandom;
use tapegrad_autodiff::Element;
use tapegrad_nn::random::{self, Stream};

use super::{DataError, DataProblem, Dataset, Fold, Splitter};
use crate::error;

/// A share of the rows held out for testing, by chance: `⌈share · rows⌉` of them, as scikit-learn's
/// `train_test_split`.
///
/// [`stratified`](HoldOut::stratified), each class has in both parts its share of the rows, rounded so that the
/// sizes of the parts stay. Of classes whose shares are equally near to one row more, the first have it
/// (scikit-learn lets chance decide).
///
/// ```
/// use tapegrad_train::data::{self, HoldOut};
///
/// let data = data::blobs::<f32>(150, 3, 1.0, 1);
/// let (train, test) = HoldOut::new(0.2, 1).stratified().split(&data)?;
/// assert_eq!((train.rows(), test.rows()), (120, 30));
/// assert_eq!(test.classes().iter().filter(|class| **class == 2).count(), 10);
/// # Ok::<(), data::DataError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HoldOut {
    share: f64,
    seed: u64,
    stratified: bool,
}

impl HoldOut {
    /// Holds out this share of the rows, in `(0, 1)`.
    ///
    /// # Panics
    /// If the share is outside.
    #[track_caller]
    pub fn new(share: f64, seed: u64) -> Self {
        if !(share > 0.0 && share < 1.0) {
            error::share(share);
        }
        Self {
            share,
            seed,
            stratified: false,
        }
    }

    /// With the shares of classes kept.
    pub fn stratified(mut self) -> Self {
        self.stratified = true;
        self
    }

    /// The rows for training, and those held out.
    ///
    /// # Errors
    /// If a part has no row. Stratified, also if the targets are not one class a row, a class has fewer than
    /// two rows, or a part fewer rows than there are classes.
    pub fn split<T: Element>(
        &self,
        data: &Dataset<T>,
    ) -> Result<(Dataset<T>, Dataset<T>), DataError> {
        Ok(self.fold(data)?.of(data))
    }

    fn fold<T: Element>(&self, data: &Dataset<T>) -> Result<Fold, DataProblem> {
        let rows = data.rows();
        let test = (self.share * rows as f64).ceil() as usize;
        for (part, size) in [("testing", test), ("training", rows - test)] {
            if size == 0 {
                return Err(DataProblem::NoRowsLeft {
                    splitter: "HoldOut",
                    part,
                    rows,
                });
            }
        }
        let mut stream = random::stream(self.seed);
        let mut is_train = vec![false; rows];
        if self.stratified {
            for (of_class, count) in shares(data, rows - test)? {
                choose(of_class, count, &mut is_train, &mut stream);
            }
        } else {
            choose((0..rows).collect(), rows - test, &mut is_train, &mut stream);
        }
        let (train, test) = (0..rows).partition(|&row| is_train[row]);
        Ok(Fold { train, test })
    }
}

impl Splitter for HoldOut {
    fn folds<T: Element>(&self, data: &Dataset<T>) -> Result<Vec<Fold>, DataError> {
        Ok(vec![self.fold(data)?])
    }
}

/// Marks `count` of the rows, by chance.
fn choose(mut rows: Vec<usize>, count: usize, is_train: &mut [bool], stream: &mut Stream) {
    rows.shuffle(stream);
    rows[..count].iter().for_each(|&row| is_train[row] = true);
}

/// The rows of each class, and how many of them are for training.
fn shares<T: Element>(
    data: &Dataset<T>,
    train: usize,
) -> Result<Vec<(Vec<usize>, usize)>, DataProblem> {
    let mut of_class = BTreeMap::<_, Vec<_>>::new();
    for (row, class) in data.class_indices()?.into_iter().enumerate() {
        of_class.entry(class).or_default().push(row);
    }
    if let Some((&class, rows)) = of_class.iter().find(|(_, rows)| rows.len() < 2) {
        let rows = rows.len();
        return Err(DataProblem::RareClass { class, rows });
    }
    let (rows, classes) = (data.rows(), of_class.len());
    for (part, rows) in [("training", train), ("testing", rows - train)] {
        if rows < classes {
            return Err(DataProblem::FewerRowsThanClasses {
                part,
                rows,
                classes,
            });
        }
    }
    // Each has the whole part of its share; those with the largest rests have what is left.
    let of_class: Vec<_> = of_class.into_values().collect();
    let share = |class: usize| of_class[class].len() as u128 * train as u128;
    let whole = |class| (share(class) / rows as u128) as usize;
    let mut counts: Vec<_> = (0..classes).map(whole).collect();
    let left = train - counts.iter().sum::<usize>();
    let mut by_rest: Vec<_> = (0..classes).collect();
    by_rest.sort_by_key(|&class| std::cmp::Reverse(share(class) % rows as u128));
    by_rest[..left].iter().for_each(|&class| counts[class] += 1);
    Ok(of_class.into_iter().zip(counts).collect())
}
