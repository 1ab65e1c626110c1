//! Strengths in geometric order.

/// `count` strengths from `strongest` on, the last of which is the share `ratio` of it.
pub(super) fn geometric(strongest: f64, ratio: f64, count: usize) -> Vec<f64> {
    let steps = count.saturating_sub(1).max(1) as f64;
    let strength = |place| strongest * ratio.powf(place as f64 / steps);
    (0..count).map(strength).collect()
}

/// What each strength is times as strong as the next.
pub(super) fn quotient(ratio: f64, count: usize) -> f64 {
    ratio.powf(-1.0 / count.saturating_sub(1).max(1) as f64)
}
