//! The plane in small rectangles.

use crate::plot::axis::LARGEST;
use crate::plot::color::Color;
use crate::plot::series::Point;

/// How many rectangles there are across and up: few where they are shaded and neighbours differ, many where only
/// the edges of regions are seen.
const SHADED: [usize; 2] = [100, 75];
const PLAIN: [usize; 2] = [260, 195];

/// A part of the plane around points.
pub(super) struct Regions {
    x: [f64; 2],
    y: [f64; 2],
    columns: usize,
    rows: usize,
}

impl Regions {
    /// All points that are finite, and a twentieth more on each side.
    pub(super) fn around(points: &[Point], are_shaded: bool) -> Self {
        let ends = |of: fn(&Point) -> f64| {
            let numbers = points.iter().map(of).filter(|x| x.abs() <= LARGEST);
            let (from, to) = numbers.fold((f64::INFINITY, f64::NEG_INFINITY), |(from, to), x| {
                (from.min(x), to.max(x))
            });
            match to - from {
                _ if from > to => [-1.0, 1.0], // there is none
                span if span <= 1e-6 * from.abs().max(to.abs()) || span < 1e-290 => {
                    let margin = from.abs().max(to.abs()).max(1.0);
                    [from - margin, to + margin]
                }
                span => [from - 0.05 * span, to + 0.05 * span],
            }
        };
        let [columns, rows] = if are_shaded { SHADED } else { PLAIN };
        Self {
            x: ends(|point| point.0),
            y: ends(|point| point.1),
            columns,
            rows,
        }
    }

    pub(super) fn ends(&self) -> [[f64; 2]; 2] {
        [self.x, self.y]
    }

    pub(super) fn count(&self) -> usize {
        self.columns * self.rows
    }

    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    /// The place between two ends, where 0 and `count` are the ends.
    fn between(ends: [f64; 2], place: f64, count: usize) -> f64 {
        ends[0] + (ends[1] - ends[0]) * (place / count as f64)
    }

    /// The middle of a rectangle: they are numbered row by row, from the lower left.
    pub(super) fn centre(&self, place: usize) -> [f64; 2] {
        let (row, column) = (place / self.columns, place % self.columns);
        [
            Self::between(self.x, column as f64 + 0.5, self.columns),
            Self::between(self.y, row as f64 + 0.5, self.rows),
        ]
    }

    /// Rectangles of one colour as one, row by row. Each reaches below the next, so that no line shines through.
    pub(super) fn cells(&self, colors: &[Color]) -> Vec<([Point; 2], Color)> {
        let mut cells = Vec::new();
        for (row, colors) in colors.chunks(self.columns).enumerate() {
            let below = Self::between(self.y, row as f64, self.rows);
            let above = Self::between(self.y, (row as f64 + 1.5).min(self.rows as f64), self.rows);
            let mut column = 0;
            for run in colors.chunk_by(|a, b| a == b) {
                let left = Self::between(self.x, column as f64, self.columns);
                column += run.len();
                let right = (column as f64 + 0.5).min(self.columns as f64);
                let right = Self::between(self.x, right, self.columns);
                cells.push(([(left, below), (right, above)], run[0]));
            }
        }
        cells
    }
}

/// The class that logits decide for, as of metrics; none if one is NaN.
pub(super) fn decided(logits: &[f64]) -> Option<usize> {
    if logits.iter().any(|z| z.is_nan()) {
        return None;
    }
    match logits {
        [z] => Some(usize::from(*z > 0.0)),
        logits => {
            let first = |best: usize, class: usize| match logits[class] > logits[best] {
                true => class,
                false => best,
            };
            (0..logits.len()).reduce(first)
        }
    }
}
