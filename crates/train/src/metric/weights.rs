//! Weights of rows.

use tapegrad_autodiff::kernel::reduction;

use crate::error;

/// One weight for each row: those given, or 1.
#[track_caller]
pub(super) fn of_rows(who: &str, rows: usize, weights: Option<&[f64]>) -> Vec<f64> {
    let Some(weights) = weights else {
        return vec![1.0; rows];
    };
    if weights.len() != rows {
        error::weight_count(who, weights.len(), rows);
    }
    let holds = |weight: &f64| weight.is_finite() && *weight >= 0.0;
    if let Some(row) = weights.iter().position(|weight| !holds(weight)) {
        error::weight(who, row, weights[row]);
    }
    weights.to_vec()
}

/// `Σ wᵢ xᵢ / Σ wᵢ`; NaN if all weights are 0.
pub(super) fn mean(values: impl IntoIterator<Item = f64>, weights: &[f64]) -> f64 {
    let parts: Vec<f64> = values
        .into_iter()
        .zip(weights)
        .map(|(value, weight)| weight * value)
        .collect();
    reduction::sum(&parts) / reduction::sum(weights)
}
