//! What a panel shows.

use super::axis::Range;
use super::color::{self, Color};

/// What stands at a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Marker {
    Disc,
    Square,
    Triangle,
    Diamond,
    /// A point that is wrong.
    Cross,
}

impl Marker {
    /// That of the class with this number; after the last comes the first.
    pub(super) fn nth(number: usize) -> Self {
        [Self::Disc, Self::Square, Self::Triangle, Self::Diamond][number % 4]
    }
}

/// Numbers in the panel's own units.
pub(super) type Point = (f64, f64);

#[derive(Clone, Debug)]
pub(super) enum Shape {
    /// From point to point.
    Line { points: Vec<Point>, is_dashed: bool },
    /// Lines of their own.
    Segments(Vec<[Point; 2]>),
    /// A marker at each point, with the radius in pixels.
    Dots {
        points: Vec<Point>,
        marker: Marker,
        radius: f64,
    },
    /// Rectangles between two corners.
    Cells(Vec<([Point; 2], Color)>),
    /// Text in the middle of a place.
    Labels(Vec<(Point, String, Color)>),
}

/// Something that is shown, and what the legend calls it.
#[derive(Clone, Debug)]
pub(super) struct Series {
    pub label: String,
    pub color: Color,
    pub shape: Shape,
}

impl Series {
    pub(super) fn line(label: impl Into<String>, color: Color, points: Vec<Point>) -> Self {
        Self {
            label: label.into(),
            color,
            shape: Shape::Line {
                points,
                is_dashed: false,
            },
        }
    }

    pub(super) fn dashed(label: impl Into<String>, color: Color, points: Vec<Point>) -> Self {
        Self {
            label: label.into(),
            color,
            shape: Shape::Line {
                points,
                is_dashed: true,
            },
        }
    }

    pub(super) fn dots(
        label: impl Into<String>,
        color: Color,
        points: Vec<Point>,
        marker: Marker,
        radius: f64,
    ) -> Self {
        Self {
            label: label.into(),
            color,
            shape: Shape::Dots {
                points,
                marker,
                radius,
            },
        }
    }

    /// Without a word in the legend.
    pub(super) fn cells(cells: Vec<([Point; 2], Color)>) -> Self {
        Self {
            label: String::new(),
            color: color::MISSING,
            shape: Shape::Cells(cells),
        }
    }

    /// The points that an axis must reach, NaN and infinite ones among them.
    pub(super) fn points(&self) -> Vec<Point> {
        match &self.shape {
            Shape::Line { points, .. } | Shape::Dots { points, .. } => points.clone(),
            Shape::Segments(segments) => segments.as_flattened().to_vec(),
            Shape::Cells(cells) => cells.iter().flat_map(|(corners, _)| *corners).collect(),
            Shape::Labels(labels) => labels.iter().map(|(point, ..)| *point).collect(),
        }
    }

    /// What of a curve or of points cannot be shown, in words.
    pub(super) fn left_out(&self, x: &Range, y: &Range) -> Option<String> {
        let (Shape::Line { points, .. } | Shape::Dots { points, .. }) = &self.shape else {
            return None;
        };
        let is_shown = |point: &&Point| x.share(point.0).is_some() && y.share(point.1).is_some();
        let count = points.len() - points.iter().filter(is_shown).count();
        let is_logarithmic = x.is_logarithmic || y.is_logarithmic;
        let why = match is_logarithmic {
            true => "NaN, infinite or, on a logarithmic axis, not positive",
            false => "NaN or infinite",
        };
        let whose = match self.label.as_str() {
            "" => String::new(),
            label => format!("{label}: "),
        };
        (count > 0).then(|| format!("{whose}{count} of {} not shown, being {why}", points.len()))
    }
}
