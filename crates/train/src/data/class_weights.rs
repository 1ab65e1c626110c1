use std::collections::BTreeMap;

use tapegrad_autodiff::{ArcArrayD, Element};

use super::{DataError, DataProblem, Dataset};
use crate::error;

impl<T: Element> Dataset<T> {
    /// `rows / (classes · rows of the class)` for each class: with these weights all classes count the same,
    /// and a row 1 on average. As scikit-learn's `class_weight="balanced"`.
    ///
    /// For `Classes::weights` in a loss, or for [`weighted_by_class`](Dataset::weighted_by_class).
    ///
    /// ```
    /// use ndarray::array;
    /// use tapegrad_train::data::Dataset;
    ///
    /// let y = array![[0.0], [1.0], [0.0], [0.0]];
    /// let data = Dataset::<f64>::new(&y, &y);
    /// assert_eq!(data.balanced_class_weights()?, [4.0 / 6.0, 4.0 / 2.0]);
    /// # Ok::<(), tapegrad_train::data::DataError>(())
    /// ```
    ///
    /// # Errors
    /// If there is no row, a class below the largest has none, or the targets are not one class a row.
    pub fn balanced_class_weights(&self) -> Result<Vec<f64>, DataError> {
        let mut counts = BTreeMap::new();
        for class in self.class_indices()? {
            *counts.entry(class).or_insert(0_usize) += 1;
        }
        let Some((&largest, _)) = counts.last_key_value() else {
            return Err(DataProblem::NoRows.into());
        };
        if let Some((empty, _)) = counts.keys().enumerate().find(|(at, class)| at != *class) {
            return Err(DataProblem::EmptyClass {
                class: empty,
                classes: largest.saturating_add(1),
            }
            .into());
        }
        let (rows, classes) = (self.rows() as f64, counts.len() as f64);
        Ok(counts
            .values()
            .map(|&count| rows / (classes * count as f64))
            .collect())
    }

    /// The same rows, each with the weight of its class, times the weight that it has.
    ///
    /// # Panics
    /// If a class has no weight, or as [`classes`](Dataset::classes).
    #[track_caller]
    pub fn weighted_by_class(self, weights: &[f64]) -> Self {
        let classes = self.classes();
        if let Some(row) = classes.iter().position(|&class| class >= weights.len()) {
            error::class_without_weight(row, classes[row], weights.len());
        }
        let of_class =
            ArcArrayD::from_shape_fn(vec![self.rows()], |at| T::of(weights[classes[at[0]]]));
        let weights = match &self.weights {
            Some(of_row) => (of_class * of_row).into_shared(),
            None => of_class,
        };
        self.weighted(weights)
    }
}
