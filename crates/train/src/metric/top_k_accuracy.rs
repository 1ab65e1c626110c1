use tapegrad_autodiff::{ArcArrayD, Element};

use super::Metric;
use super::class_rows::ClassRows;
use super::given::{Given, of_probabilities};
use super::weights;
use crate::error;

/// The share of rows whose class is among the `k` largest outputs, in `[0, 1]`; of equal outputs those of
/// later classes come first, as in scikit-learn.
///
/// For one column it is the [`Accuracy`](super::Accuracy) for `k = 1`, and 1 for more. A row with a NaN is
/// never right. NaN if all weights are 0.
///
/// ```
/// use ndarray::array;
/// use tapegrad_train::metric::{Metric, TopKAccuracy};
/// let (logits, classes) = (array![[0.1_f64, 0.9, 0.0], [0.8, 0.2, 0.0], [0.0, 0.1, 0.9], [0.0, 0.3, 0.2]], array![[1.0_f64], [1.0], [2.0], [0.0]]);
/// assert_eq!(TopKAccuracy::new(2).of(logits, classes, None), 0.75);
/// ```
///
/// # Panics
/// If outputs, targets and weights are not [of a classifier](super), or there is no row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopKAccuracy {
    k: usize,
    given: Given,
}

impl TopKAccuracy {
    /// Of logits.
    ///
    /// # Panics
    /// If `k` is 0.
    #[track_caller]
    pub fn new(k: usize) -> Self {
        if k == 0 {
            error::none("metric::TopKAccuracy", "outputs to choose");
        }
        Self {
            k,
            given: Given::Logits,
        }
    }
}

of_probabilities!(TopKAccuracy);

impl<T: Element> Metric<T> for TopKAccuracy {
    fn name(&self) -> String {
        format!("top_{}_accuracy", self.k)
    }

    fn is_better_larger(&self) -> bool {
        true
    }

    #[track_caller]
    fn evaluate(
        &self,
        outputs: &ArcArrayD<T>,
        targets: &ArcArrayD<T>,
        weights: Option<&[f64]>,
    ) -> f64 {
        let rows = ClassRows::new(
            "metric::TopKAccuracy",
            self.given,
            outputs,
            targets,
            weights,
        );
        let hit = |(row, class): (&[f64], usize)| match (self.given.decide(row), row) {
            (None, _) => false,
            (Some(decision), [_]) => self.k > 1 || decision == class,
            (Some(_), row) => {
                let before = |(other, z): &(usize, &f64)| {
                    **z > row[class] || (**z == row[class] && *other > class)
                };
                row.iter().enumerate().filter(before).count() < self.k
            }
        };
        let hits = rows.rows().map(|row| f64::from(u8::from(hit(row))));
        weights::mean(hits, &rows.weights)
    }
}
