//! The numbers that a loss is made with.

use crate::error;

/// A number that is finite and at least 0.
#[track_caller]
pub(super) fn at_least_0(who: &str, name: &str, value: f64) -> f64 {
    if !(value.is_finite() && value >= 0.0) {
        error::setting(who, name, value, "finite and at least 0");
    }
    value
}

/// A number that is finite and above 0.
#[track_caller]
pub(super) fn above_0(who: &str, name: &str, value: f64) -> f64 {
    if !(value.is_finite() && value > 0.0) {
        error::setting(who, name, value, "finite and above 0");
    }
    value
}

/// A number from 0 to 1.
#[track_caller]
pub(super) fn from_0_to_1(who: &str, name: &str, value: f64) -> f64 {
    if !(0.0..=1.0).contains(&value) {
        error::setting(who, name, value, "at least 0 and at most 1");
    }
    value
}

/// One weight for each class, finite and at least 0.
#[track_caller]
pub(super) fn class_weights(who: &str, weights: impl Into<Vec<f64>>) -> Option<Vec<f64>> {
    let weights = weights.into();
    for &weight in &weights {
        at_least_0(who, "weight of a class", weight);
    }
    Some(weights)
}
