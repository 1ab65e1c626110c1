//! How shapes combine.

/// The shape that `x` and `y` broadcast to, by NumPy's rule: counted from the last axis, sizes are
/// equal or one of them is 1.
pub(crate) fn broadcast(x: &[usize], y: &[usize]) -> Option<Vec<usize>> {
    let rank = x.len().max(y.len());
    let size = |shape: &[usize], axis: usize| {
        (axis + shape.len())
            .checked_sub(rank)
            .map_or(1, |axis| shape[axis])
    };
    (0..rank)
        .map(|axis| match (size(x, axis), size(y, axis)) {
            (a, b) if a == b => Some(a),
            (1, b) => Some(b),
            (a, 1) => Some(a),
            _ => None,
        })
        .collect()
}

/// Whether an array of shape `from` broadcasts to the shape `to`.
pub(crate) fn broadcasts_to(from: &[usize], to: &[usize]) -> bool {
    broadcast(from, to).is_some_and(|shape| shape == to)
}
