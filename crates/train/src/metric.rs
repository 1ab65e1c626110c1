//! How good predictions are, as plain numbers.

use tapegrad_autodiff::{ArcArrayD, Element};

use crate::error;

/// The share of rows where the logit and the target are on the same side: `z > 0` where `y > ½`. One target a row, of the shape of the logits.
///
/// ```
/// use ndarray::array;
/// use tapegrad_train::metric::binary_accuracy;
/// let logits = array![[2.0], [-1.0], [3.0]].into_dyn().into_shared();
/// let targets = array![[1.0], [0.0], [0.0]].into_dyn().into_shared();
/// assert_eq!(binary_accuracy::<f64>(&logits, &targets), 2.0 / 3.0);
/// ```
///
/// # Panics
/// If the shapes differ or there is no row.
#[track_caller]
pub fn binary_accuracy<T: Element>(logits: &ArcArrayD<T>, targets: &ArcArrayD<T>) -> f64 {
    if logits.shape() != targets.shape() || logits.is_empty() {
        error::metric("metric::binary_accuracy", logits.shape(), targets.shape());
    }
    let hits = logits
        .iter()
        .zip(targets)
        .filter(|(z, y)| (**z > T::zero()) == (**y > T::of(0.5)));
    hits.count() as f64 / logits.len() as f64
}

/// The share of rows of logits `[rows, classes]` whose largest, the first of equals, is at the class that it should be. NaN is never right.
///
/// ```
/// use ndarray::array;
/// use tapegrad_train::metric::accuracy;
/// let logits = array![[0.1, 0.9], [0.8, 0.2]].into_dyn().into_shared();
/// assert_eq!(accuracy::<f64>(&logits, &[1, 1]), 0.5);
/// ```
///
/// # Panics
/// If there is not one class for each row, or no row.
#[track_caller]
pub fn accuracy<T: Element>(logits: &ArcArrayD<T>, classes: &[usize]) -> f64 {
    if logits.ndim() != 2 || logits.shape()[0] != classes.len() || classes.is_empty() {
        error::metric("metric::accuracy", logits.shape(), &[classes.len()]);
    }
    let hit = |row: &[T], class: usize| {
        row.get(class).is_some_and(|z| {
            row[..class].iter().all(|other| other < z)
                && row[class..].iter().all(|other| other <= z)
        })
    };
    let rows = logits.rows().into_iter().zip(classes);
    rows.filter(|(row, class)| hit(&row.to_vec(), **class))
        .count() as f64
        / classes.len() as f64
}
