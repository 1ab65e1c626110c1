//! The line on which a function of the plane is 0.

use super::regions::Regions;
use crate::plot::series::Point;

/// In each square between four centres the line is a segment between two of its edges, or two of them where
/// opposite corners have one sign. Places on an edge are interpolated (Lorensen and Cline 1987, in the plane).
pub(super) fn contour(plane: &Regions, values: &[f64]) -> Vec<[Point; 2]> {
    let columns = plane.columns();
    let mut segments = Vec::new();
    let corners =
        (0..values.len().saturating_sub(columns)).filter(|place| (place + 1) % columns != 0);
    for corner in corners {
        // Around the square.
        let around = [corner, corner + 1, corner + 1 + columns, corner + columns];
        if around.iter().any(|place| values[*place].is_nan()) {
            continue;
        }
        let edges = (0..4).map(|edge| (around[edge], around[(edge + 1) % 4]));
        let crossings = edges.filter_map(|(a, b)| crossing(plane, values, a, b));
        let crossings: Vec<Point> = crossings.collect();
        segments.extend(crossings.chunks_exact(2).map(|ends| [ends[0], ends[1]]));
    }
    segments
}

/// Where the function is 0 between two places.
fn crossing(plane: &Regions, values: &[f64], a: usize, b: usize) -> Option<Point> {
    let (at_a, at_b) = (values[a], values[b]);
    if (at_a > 0.0) == (at_b > 0.0) {
        return None;
    }
    let share = match at_a / (at_a - at_b) {
        share if share.is_finite() => share,
        _ => 0.5, // one is infinite
    };
    let (from, to) = (plane.centre(a), plane.centre(b));
    let between = |axis: usize| from[axis] + share * (to[axis] - from[axis]);
    Some((between(0), between(1)))
}
