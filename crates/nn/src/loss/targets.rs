//! What is asked of targets that are numbers.

use tapegrad_autodiff::{Element, IntoVar, Var};

use crate::error;

/// The targets on the tape of the predictions.
#[track_caller]
pub(super) fn on_tape<'t, T: Element>(
    loss: &str,
    predictions: Var<'t, T>,
    targets: impl IntoVar<'t, T>,
) -> Var<'t, T> {
    let targets = targets.into_var(predictions.tape());
    if !std::ptr::eq(targets.tape(), predictions.tape()) {
        error::targets_on_another_tape(loss);
    }
    if predictions.is_empty() {
        error::nothing(loss, &predictions.shape());
    }
    targets
}

/// The targets on the tape of the predictions, of their shape and not empty.
#[track_caller]
pub(super) fn of_one_shape<'t, T: Element>(
    loss: &str,
    predictions: Var<'t, T>,
    targets: impl IntoVar<'t, T>,
) -> Var<'t, T> {
    let targets = on_tape(loss, predictions, targets);
    let shapes = [predictions.shape(), targets.shape()];
    if shapes[0] != shapes[1] {
        error::targets(loss, &shapes[0], &shapes[1]);
    }
    targets
}

/// Targets of one shape that are at least 0 and at most 1.
#[track_caller]
pub(super) fn from_0_to_1<'t, T: Element>(
    loss: &str,
    predictions: Var<'t, T>,
    targets: impl IntoVar<'t, T>,
) -> Var<'t, T> {
    let holds = |y| (T::zero()..=T::one()).contains(&y);
    in_range(
        loss,
        predictions,
        targets,
        holds,
        "at least 0 and at most 1",
    )
}

/// Targets of one shape that are −1 or 1.
#[track_caller]
pub(super) fn signs<'t, T: Element>(
    loss: &str,
    predictions: Var<'t, T>,
    targets: impl IntoVar<'t, T>,
) -> Var<'t, T> {
    in_range(
        loss,
        predictions,
        targets,
        |y| y.abs() == T::one(),
        "-1 or 1",
    )
}

/// Targets of one shape that are finite and at least 0.
#[track_caller]
pub(super) fn at_least_0<'t, T: Element>(
    loss: &str,
    predictions: Var<'t, T>,
    targets: impl IntoVar<'t, T>,
) -> Var<'t, T> {
    let holds = |y: T| y >= T::zero() && y.is_finite();
    in_range(loss, predictions, targets, holds, "finite and at least 0")
}

/// Targets of one shape for which `holds`, which `range` says in words.
#[track_caller]
fn in_range<'t, T: Element>(
    loss: &str,
    predictions: Var<'t, T>,
    targets: impl IntoVar<'t, T>,
    holds: impl Fn(T) -> bool,
    range: &str,
) -> Var<'t, T> {
    let targets = of_one_shape(loss, predictions, targets);
    if let Some(target) = targets.find(|y| !holds(y)) {
        error::target(loss, target.wide(), range);
    }
    targets
}

/// Panics unless the predictions have rows and another axis.
#[track_caller]
pub(super) fn check_vectors<T: Element>(loss: &str, predictions: Var<'_, T>, expected: &str) {
    let shape = predictions.shape();
    if shape.len() < 2 {
        error::predictions(loss, &shape, expected);
    }
}
