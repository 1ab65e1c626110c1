//! Losses: the mean over rows or elements of what a prediction costs, one number.
//!
//! Predictions of classes are *logits*, before sigmoid or softmax, where the losses neither
//! overflow nor cancel.

use tapegrad_autodiff::{Classes, Element, IntoVar, Var};

use crate::error;

/// `mean (p − y)²` over all elements; predictions and targets of one shape.
///
/// ```
/// use ndarray::array;
/// use tapegrad_autodiff::Tape;
/// use tapegrad_nn::loss;
///
/// let tape = Tape::<f64>::new();
/// let predictions = tape.var(array![[1.0], [5.0]]);
/// assert_eq!(loss::mean_squared_error(predictions, &array![[1.0], [3.0]]).item(), 2.0);
/// ```
///
/// # Panics
/// If the shapes differ (they are not broadcast: `[n, 1]` against `[n]` would be `n²` differences)
/// or there is no element.
#[track_caller]
pub fn mean_squared_error<'t, T: Element>(
    predictions: Var<'t, T>,
    targets: impl IntoVar<'t, T>,
) -> Var<'t, T> {
    let targets = of_one_shape("mean_squared_error", predictions, targets);
    predictions.mean_squared_difference(targets)
}

/// The binary cross-entropy `mean ln(1 + e^z) − y z` of logits `z` and targets `y` in `[0, 1]` of
/// one shape.
///
/// It is `−mean (y ln p + (1 − y) ln(1 − p))` with `p = sigmoid(z)`, computed so that it neither
/// overflows nor cancels.
///
/// ```
/// use ndarray::array;
/// use tapegrad_autodiff::Tape;
/// use tapegrad_nn::loss;
///
/// let tape = Tape::<f64>::new();
/// let logits = tape.var(array![[0.0], [1000.0]]);
/// assert_eq!(loss::bce_with_logits(logits, &array![[1.0], [1.0]]).item(), 0.5 * 2.0_f64.ln());
/// ```
///
/// # Panics
/// If the shapes differ, there is no element, or a target is not in `[0, 1]`.
#[track_caller]
pub fn bce_with_logits<'t, T: Element>(
    logits: Var<'t, T>,
    targets: impl IntoVar<'t, T>,
) -> Var<'t, T> {
    let targets = of_one_shape("bce_with_logits", logits, targets);
    if let Some(target) = targets.find(|y| !(T::zero()..=T::one()).contains(&y)) {
        error::target_range("bce_with_logits", target.wide());
    }
    logits.sigmoid_cross_entropy(targets).mean(..)
}

/// The cross-entropy `mean (ln Σⱼ e^zⱼ − z_class)` of the softmax of logits `[rows, classes]` with
/// one class index a row: a list of them, or [`Classes`] with weights and label smoothing. The mean
/// is that over rows, also of weighted ones (PyTorch divides by the sum of their weights).
///
/// ```
/// use ndarray::array;
/// use tapegrad_autodiff::Tape;
/// use tapegrad_nn::loss;
///
/// let tape = Tape::<f64>::new();
/// let logits = tape.var(array![[0.0, 0.0, 0.0]]);
/// let loss = loss::softmax_cross_entropy(logits, &[2]).item();
/// assert!((loss - 3.0_f64.ln()).abs() < 1e-15);
/// ```
///
/// # Panics
/// If the logits have not two axes, there is not one class for each row, a class is not below their
/// number, there is not one weight for each, or there is no row.
#[track_caller]
pub fn softmax_cross_entropy<'t, 'c, T: Element>(
    logits: Var<'t, T>,
    classes: impl Into<Classes<'c>>,
) -> Var<'t, T> {
    let losses = logits.softmax_cross_entropy(classes);
    if losses.is_empty() {
        error::nothing("softmax_cross_entropy", &logits.shape());
    }
    losses.mean(..)
}

/// The targets on the tape of the predictions, of their shape and not empty.
#[track_caller]
fn of_one_shape<'t, T: Element>(
    loss: &str,
    predictions: Var<'t, T>,
    targets: impl IntoVar<'t, T>,
) -> Var<'t, T> {
    let targets = targets.into_var(predictions.tape());
    if !std::ptr::eq(targets.tape(), predictions.tape()) {
        error::targets_on_another_tape(loss);
    }
    let shapes = [predictions.shape(), targets.shape()];
    if shapes[0] != shapes[1] {
        error::targets(loss, &shapes[0], &shapes[1]);
    }
    if predictions.is_empty() {
        error::nothing(loss, &shapes[0]);
    }
    targets
}
