//! How good predictions are, as plain numbers.

use tapegrad_autodiff::{Element, IntoValue};

use crate::error;

/// The share of rows where the logit and the target are on the same side: `z > 0` where `y > ½`,
/// `z ≤ 0` elsewhere. NaN is never right.
///
/// ```
/// use ndarray::array;
/// use tapegrad_train::metric::binary_accuracy;
/// let (logits, targets) = (array![[2.0], [-1.0], [3.0]], array![[1.0], [0.0], [0.0]]);
/// assert_eq!(binary_accuracy::<f64>(&logits, &targets), 2.0 / 3.0);
/// ```
///
/// # Panics
/// If the shapes differ or there is no row.
#[track_caller]
pub fn binary_accuracy<T: Element>(logits: impl IntoValue<T>, targets: impl IntoValue<T>) -> f64 {
    let (logits, targets) = (logits.into_value(), targets.into_value());
    if logits.shape() != targets.shape() || logits.is_empty() {
        error::binary_accuracy(logits.shape(), targets.shape());
    }
    let half = T::of(0.5);
    let hit =
        |(z, y): &(&T, &T)| (**y > half && **z > T::zero()) || (**y <= half && **z <= T::zero());
    logits.iter().zip(&targets).filter(hit).count() as f64 / logits.len() as f64
}

/// The share of rows of logits `[rows, classes]` whose largest, the first of equals, is at the
/// class that it should be. NaN is never right.
///
/// ```
/// use ndarray::array;
/// use tapegrad_train::metric::accuracy;
/// assert_eq!(accuracy::<f64>(array![[0.1, 0.9], [0.8, 0.2]], &[1, 1]), 0.5);
/// ```
///
/// # Panics
/// If there is not one class for each row, or no row.
#[track_caller]
pub fn accuracy<T: Element>(logits: impl IntoValue<T>, classes: &[usize]) -> f64 {
    let logits = logits.into_value();
    if logits.ndim() != 2 || logits.shape()[0] != classes.len() || classes.is_empty() {
        error::accuracy(logits.shape(), classes.len());
    }
    let hit = |row: &[T], class: usize| {
        let largest = |z: &T| {
            row[..class].iter().all(|other| other < z)
                && row[class..].iter().all(|other| other <= z)
        };
        row.get(class).is_some_and(largest)
    };
    let rows = logits.rows().into_iter().zip(classes);
    rows.filter(|(row, class)| hit(&row.to_vec(), **class))
        .count() as f64
        / classes.len() as f64
}
